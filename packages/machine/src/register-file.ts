/** The registers as properties: `registers.rax`, `registers.cs.base`, read from and written to the core directly. */

import {
  type DescriptorTable,
  type RegisterName,
  registerNames,
  type Segment,
  type SegmentName,
} from '@longmode/cpu-wasm';
import type { RegisterAccess } from './core.ts';

/** General, control, debug, segment and table registers by their SDM names. Numbers are zero-extended. */
export type CpuRegisters = Record<RegisterName, bigint> &
  Record<SegmentName, Segment> &
  Record<'gdtr' | 'idtr', DescriptorTable>;

const SEGMENT_NAMES = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'] as const satisfies readonly SegmentName[];
const TABLE_NAMES = ['gdtr', 'idtr'] as const;

/** Makes the properties over a core's registers. They can be enumerated, spread and compared. */
export function createRegisterFile(access: RegisterAccess): CpuRegisters {
  const file = {} as CpuRegisters;
  for (const name of registerNames) {
    define(
      file,
      name,
      () => access.get(name),
      (value) => access.set(name, value),
    );
  }
  for (const name of SEGMENT_NAMES) {
    define(
      file,
      name,
      () => access.segment(name),
      (value) => access.setSegment(name, value),
    );
  }
  for (const name of TABLE_NAMES) {
    define(
      file,
      name,
      () => access.descriptorTable(name),
      (value) => access.setDescriptorTable(name, value),
    );
  }
  return Object.seal(file);
}

function define<N extends keyof CpuRegisters>(
  file: CpuRegisters,
  name: N,
  get: () => CpuRegisters[N],
  set: (value: CpuRegisters[N]) => void,
): void {
  Object.defineProperty(file, name, { enumerable: true, get, set });
}
