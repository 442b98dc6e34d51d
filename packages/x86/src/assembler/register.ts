/** Names of the registers that instructions of the table can name (SDM Vol. 1 3.4, 3.7.2, 8.1.2, 9.2.1, 14.1.1). */

/** A register operand. */
export interface Register {
  readonly name: string;
  readonly kind: 'general' | 'segment' | 'control' | 'debug' | 'instruction-pointer' | 'x87' | 'mmx' | 'vector';
  /** Width in bits; control and debug registers are as wide as the mode. */
  readonly bits: number;
  /** 4-bit number of the encoding. */
  readonly number: number;
  /** SPL BPL SIL DIL exist only with a REX prefix, AH CH DH BH only without. */
  readonly rex: 'needed' | 'forbidden' | 'free';
}

function build(): ReadonlyMap<string, Register> {
  const registers = new Map<string, Register>();
  const add = (name: string, kind: Register['kind'], bits: number, number: number, rex: Register['rex'] = 'free') =>
    registers.set(name, { name, kind, bits, number, rex });
  for (const [number, name] of ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'].entries()) {
    add(name, 'general', 16, number);
    add(`e${name}`, 'general', 32, number);
    add(`r${name}`, 'general', 64, number);
    if (number < 4) {
      add(`${name[0]}l`, 'general', 8, number);
      add(`${name[0]}h`, 'general', 8, number + 4, 'forbidden');
    } else {
      add(`${name}l`, 'general', 8, number, 'needed');
    }
  }
  for (let number = 8; number < 16; number++) {
    add(`r${number}`, 'general', 64, number);
    add(`r${number}d`, 'general', 32, number);
    add(`r${number}w`, 'general', 16, number);
    add(`r${number}b`, 'general', 8, number);
    add(`r${number}l`, 'general', 8, number);
  }
  for (const [number, name] of ['es', 'cs', 'ss', 'ds', 'fs', 'gs'].entries()) add(name, 'segment', 16, number);
  for (let number = 0; number < 16; number++) {
    add(`cr${number}`, 'control', 0, number);
    add(`dr${number}`, 'debug', 0, number);
  }
  for (let number = 0; number < 8; number++) {
    add(`st${number}`, 'x87', 80, number);
    add(`mm${number}`, 'mmx', 64, number);
  }
  for (let number = 0; number < 16; number++) {
    add(`xmm${number}`, 'vector', 128, number);
    add(`ymm${number}`, 'vector', 256, number);
  }
  add('eip', 'instruction-pointer', 32, 0);
  add('rip', 'instruction-pointer', 64, 0);
  return registers;
}

const REGISTERS = build();

/** The register of this name (any case), or undefined. */
export function registerNamed(name: string): Register | undefined {
  return REGISTERS.get(name.toLowerCase());
}

/** Prefix byte of a segment override by segment register number (SDM Vol. 2A 2.1.1). */
export const SEGMENT_OVERRIDES: readonly number[] = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
