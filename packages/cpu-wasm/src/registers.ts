/**
 * Named access to the registers in linear memory. Addresses and widths come from the generated state layout, so there is no
 * second description of the state. Values are BigInt, zero-extended; they are read and written between runs only.
 */
import { type StateFieldName, stateLayout } from './generated/state-layout.ts';

/** Registers that `Registers` gives by name. */
export const registerNames = [
  'rax',
  'rbx',
  'rcx',
  'rdx',
  'rsi',
  'rdi',
  'rbp',
  'rsp',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
  'rip',
  'rflags',
  'cr0',
  'cr2',
  'cr3',
  'cr4',
  'cr8',
  'efer',
  'dr0',
  'dr1',
  'dr2',
  'dr3',
  'dr6',
  'dr7',
] as const;

/** Name of a register. */
export type RegisterName = (typeof registerNames)[number];

/** Segment registers and the two system segments. */
export type SegmentName = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'ldtr' | 'tr';

/** Visible and hidden parts of a segment register (SDM Vol. 3A 3.4.3). */
export interface Segment {
  readonly selector: number;
  readonly base: bigint;
  /** In bytes, inclusive. */
  readonly limit: number;
  /** Descriptor bits 40-55: type, S, DPL, P, AVL, L, D/B, G; the limit's nibble is 0. 0 = unusable. */
  readonly rights: number;
}

/** GDTR or IDTR. */
export interface DescriptorTable {
  readonly base: bigint;
  /** In bytes, inclusive. */
  readonly limit: number;
}

/** What `Registers` needs of the core. */
interface StateAccess {
  readonly view: DataView;
  getFlags(): number;
  setFlags(flags: number): void;
  /** Makes RIP exact while the core runs. */
  synchronize(): void;
  changed(): void;
}

/** All registers of one processor. Writes take effect at once; they drop cached translations. */
export class Registers {
  readonly #core: StateAccess;

  constructor(core: StateAccess) {
    this.#core = core;
  }

  get(name: RegisterName): bigint {
    if (name === 'rip') this.#core.synchronize();
    return name === 'rflags' ? BigInt(this.#core.getFlags() >>> 0) : this.field(name);
  }

  set(name: RegisterName, value: bigint): void {
    if (name === 'rflags') this.#core.setFlags(Number(BigInt.asUintN(32, value)));
    else this.setField(name, value);
    this.#core.changed();
  }

  segment(name: SegmentName): Segment {
    return {
      selector: Number(this.field(`${name}Selector`)),
      base: this.field(`${name}Base`),
      limit: Number(this.field(`${name}Limit`)),
      rights: Number(this.field(`${name}Rights`)),
    };
  }

  /** Sets all parts of a segment register. CS also sets the privilege level from its selector. */
  setSegment(name: SegmentName, segment: Segment): void {
    this.setSegmentFields(name, segment);
    if (name === 'cs') this.setField('cpl', BigInt(segment.selector & 3));
    this.#core.changed();
  }

  /** Sets all parts of a segment register without recomputing what depends on them. */
  setSegmentFields(name: SegmentName, segment: Segment): void {
    this.setField(`${name}Selector`, BigInt(segment.selector));
    this.setField(`${name}Base`, segment.base);
    this.setField(`${name}Limit`, BigInt(segment.limit));
    this.setField(`${name}Rights`, BigInt(segment.rights));
  }

  descriptorTable(name: 'gdtr' | 'idtr'): DescriptorTable {
    return { base: this.field(`${name}Base`), limit: Number(this.field(`${name}Limit`)) };
  }

  setDescriptorTable(name: 'gdtr' | 'idtr', table: DescriptorTable): void {
    this.setField(`${name}Base`, table.base);
    this.setField(`${name}Limit`, BigInt(table.limit));
  }

  /** Current privilege level. */
  get privilegeLevel(): number {
    return Number(this.field('cpl'));
  }

  /** Any field of the state by its name in gen/state.ts, zero-extended. */
  field(name: StateFieldName): bigint {
    const { offset, type } = stateLayout[name];
    const { view } = this.#core;
    switch (type) {
      case 'u64':
      case 'i64':
        return view.getBigUint64(offset, true);
      default:
        return BigInt(view.getUint32(offset, true));
    }
  }

  /** Sets any field without recomputing what depends on it. */
  setField(name: StateFieldName, value: bigint): void {
    const { offset, type } = stateLayout[name];
    const { view } = this.#core;
    if (type === 'u64' || type === 'i64') view.setBigUint64(offset, BigInt.asUintN(64, value), true);
    else view.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
  }
}
