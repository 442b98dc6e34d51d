/** The registers as properties: `registers.rax`, `registers.cs.base`, `registers.xmm0`, read from and written to the core directly. */

import {
  type DescriptorTable,
  type RegisterName,
  registerNames,
  type Segment,
  type SegmentName,
} from '@longmode/cpu-wasm';
import type { RegisterAccess } from './core.ts';
import { type VectorRegisters, vectorProperties } from './vector-registers.ts';

/** General, control, debug, segment, table, vector and x87 registers by their SDM names. Numbers are zero-extended. */
export type CpuRegisters = Record<RegisterName, bigint> &
  Record<SegmentName, Segment> &
  Record<'gdtr' | 'idtr', DescriptorTable> &
  VectorRegisters;

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
  for (const { name, get, set } of vectorProperties(access)) {
    define(file, name, get as () => CpuRegisters[typeof name], set as (value: CpuRegisters[typeof name]) => void);
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
