/**
 * Memory operands to ModRM, SIB and displacement (SDM Vol. 2A 2.1.5, tables 2-1 to 2-3; RIP-relative: 2.2.1.6).
 *
 * ```
 *  ModRM  7 6 5 4 3 2 1 0     SIB  7 6 5 4 3 2 1 0
 *         mod  reg   rm            scale index base      rm = 100: SIB follows; base = 101 with mod 0: disp32, no base
 * ```
 */

import { AssemblerError, type SourcePlace } from './error.ts';
import type { AddressParts } from './operand.ts';
import type { Register } from './register.ts';

/** How a memory operand is to be encoded. */
export interface MemoryForm {
  readonly addressBits: 16 | 32 | 64;
  readonly mod: 0 | 1 | 2;
  /** r/m field with REX.B in bit 3. */
  readonly rm: number;
  /** scale, index (REX.X in bit 3 of `index`) and base (REX.B), if a SIB byte follows. */
  readonly sib: { readonly scale: number; readonly index: number; readonly base: number } | undefined;
  readonly displacementBytes: 0 | 1 | 2 | 4;
  readonly displacement: bigint;
  /** The displacement is the distance from the end of the instruction to `displacement`. */
  readonly isTarget: boolean;
  /** Whether the displacement as it is now known fits. */
  readonly fits: boolean;
}

/** What the brackets said besides the address itself. */
export interface AddressWish {
  readonly mode: 16 | 32 | 64;
  readonly displacementBits: number | undefined;
  readonly ripRelative: boolean;
  readonly place: SourcePlace;
}

/** All encodings of a memory operand, shortest first. @throws AssemblerError when the registers form no address. */
export function memoryForms(parts: AddressParts, wish: AddressWish): readonly MemoryForm[] {
  const { registers, displacement } = parts;
  if (registers.some(({ register }) => register.kind === 'instruction-pointer')) return ripForms(parts, wish);
  const addressBits = addressWidth(parts, wish);
  if (registers.length === 0) return [absoluteForm(displacement, addressBits, wish)];
  if (addressBits === 16) return baseForms16(parts, wish);
  return baseForms32(parts, addressBits, wish);
}

function bad(wish: AddressWish, problem: string): AssemblerError {
  return new AssemblerError(
    wish.place,
    problem,
    wish.mode === 16
      ? 'write [base+index*scale+disp] with 32-bit registers, or [bx|bp + si|di + disp]'
      : `write [base+index*scale+disp] with ${wish.mode === 64 ? '64' : '32'}-bit registers and scale 1, 2, 4 or 8`,
  );
}

function addressWidth({ registers, displacement }: AddressParts, wish: AddressWish): 16 | 32 | 64 {
  const scalars = registers.filter(({ register }) => register.kind !== 'vector');
  const widths = new Set(scalars.map(({ register }) => (register.kind === 'general' ? register.bits : 0)));
  const [width, ...others] = widths;
  if (width === undefined) {
    // A vector of indices needs a SIB byte, which 16-bit addressing does not have (SDM Vol. 2A 2.3.12).
    if (registers.length > 0 && wish.mode === 16) return 32;
    const wished = wish.displacementBits;
    if (wished === 16 || wished === 32 || wished === 64) return wished;
    if (wish.mode === 16 && displacement !== undefined && !fitsAddress(displacement, 16))
      throw new AssemblerError(
        wish.place,
        `address 0x${displacement.toString(16)} does not fit in 16 bits`,
        'write [dword address] for 32-bit addressing',
      );
    return wish.mode;
  }
  if (others.length > 0 || (width !== 16 && width !== 32 && width !== 64))
    throw bad(wish, 'the registers of an address must be general registers of one width (16, 32 or 64 bits)');
  if (width === 64 && wish.mode !== 64) throw bad(wish, '64-bit registers exist only in 64-bit mode');
  if (width === 16 && wish.mode === 64) throw bad(wish, '16-bit addressing does not exist in 64-bit mode');
  return width;
}

/** Whether a value is an address of this width, given as signed or unsigned. */
function fitsAddress(value: bigint, bits: number): boolean {
  return value >= -(1n << BigInt(bits - 1)) && value < 1n << BigInt(bits);
}

/** Wraps a displacement to the address size: 0xFFFFFFFC and -4 are the same displacement in 32-bit addressing. */
function wrap(displacement: bigint | undefined, bits: number): bigint {
  return BigInt.asIntN(bits, displacement ?? 0n);
}

function ripForms({ registers, displacement }: AddressParts, wish: AddressWish): readonly MemoryForm[] {
  const [only, other] = registers;
  if (only === undefined || other !== undefined || only.factor !== 1n || wish.mode !== 64)
    throw bad(wish, 'rip stands alone in an address, in 64-bit mode only');
  return [ripForm(displacement ?? 0n, only.register.bits === 64 ? 64 : 32, false)];
}

function ripForm(displacement: bigint, addressBits: 32 | 64, isTarget: boolean): MemoryForm {
  const fits = isTarget || BigInt.asIntN(32, displacement) === displacement;
  return { addressBits, mod: 0, rm: 5, sib: undefined, displacementBytes: 4, displacement, isTarget, fits };
}

function absoluteForm(displacement: bigint | undefined, addressBits: 16 | 32 | 64, wish: AddressWish): MemoryForm {
  const value = wrap(displacement, addressBits);
  if (wish.mode === 64 && wish.ripRelative) return ripForm(displacement ?? 0n, addressBits === 32 ? 32 : 64, true);
  const form = { addressBits, mod: 0, displacement: value, isTarget: false } as const;
  if (addressBits === 16)
    return { ...form, rm: 6, sib: undefined, displacementBytes: 2, fits: fitsAddress(displacement ?? 0n, 16) };
  // `[qword x]` asks for the 64-bit offset that only MOV with the accumulator has.
  const reaches = addressBits === 32 || (BigInt.asIntN(32, value) === value && wish.displacementBits !== 64);
  const fits = fitsAddress(displacement ?? 0n, addressBits) && reaches;
  const sib = wish.mode === 64 ? { scale: 0, index: 4, base: 5 } : undefined;
  return { ...form, rm: sib ? 4 : 5, sib, displacementBytes: 4, fits };
}

/** r/m of each pair of 16-bit registers (SDM Vol. 2A table 2-1). */
const RM16: Readonly<Record<string, number>> = {
  'bx+si': 0,
  'bx+di': 1,
  'bp+si': 2,
  'bp+di': 3,
  si: 4,
  di: 5,
  bp: 6,
  bx: 7,
};

function baseForms16({ registers, displacement }: AddressParts, wish: AddressWish): readonly MemoryForm[] {
  const names = registers.map(({ register }) => register.name).sort();
  const rm = RM16[names.join('+')];
  if (rm === undefined || registers.some(({ factor }) => factor !== 1n))
    throw bad(wish, `[${names.join('+')}] is no 16-bit address`);
  const form = { addressBits: 16, rm, sib: undefined, isTarget: false } as const;
  return displacementForms(form, displacement, rm !== 6, 2, wish);
}

function baseForms32(
  { registers, displacement }: AddressParts,
  addressBits: 32 | 64,
  wish: AddressWish,
): readonly MemoryForm[] {
  const { base, index, factor } = chooseBaseAndIndex(registers, wish);
  const scale = [1n, 2n, 4n, 8n].indexOf(factor);
  if (scale < 0 || (index?.kind === 'general' && index.number === 4)) throw bad(wish, 'no such scaled index');
  const form = { addressBits, isTarget: false } as const;
  if (base === undefined) {
    const value = wrap(displacement, addressBits);
    const sib = { scale, index: index?.number ?? 4, base: 5 };
    const fits = fitsAddress(displacement ?? 0n, addressBits) && BigInt.asIntN(32, value) === value;
    return [{ ...form, mod: 0, rm: 4, sib, displacementBytes: 4, displacement: value, fits }];
  }
  const needsSib = index !== undefined || (base.number & 7) === 4;
  const sib = needsSib ? { scale, index: index?.number ?? 4, base: base.number } : undefined;
  const rm = needsSib ? 4 : base.number;
  return displacementForms({ ...form, rm, sib }, displacement, (base.number & 7) !== 5, 4, wish);
}

function chooseBaseAndIndex(registers: AddressParts['registers'], wish: AddressWish) {
  const [first, second, third] = registers;
  const vector = registers.find(({ register }) => register.kind === 'vector');
  if (vector !== undefined) {
    // A vector register is the index wherever it stands.
    const other = registers.find((term) => term !== vector);
    if (third !== undefined || (other && other.factor !== 1n))
      throw bad(wish, 'a vector index is added to one register');
    return { base: other?.register, index: vector.register, factor: vector.factor };
  }
  if (first === undefined || third !== undefined) throw bad(wish, 'an address has at most two registers');
  let base: Register | undefined;
  let index: Register | undefined;
  let factor = 1n;
  if (second === undefined) {
    if (first.factor === 1n) base = first.register;
    else if (first.factor === 3n || first.factor === 5n || first.factor === 9n) {
      base = index = first.register;
      factor = first.factor - 1n;
    } else {
      index = first.register;
      factor = first.factor;
    }
  } else {
    // ESP and RSP can only be a base, so [eax+esp] swaps; other sums stay as written.
    const swap = first.factor !== 1n || (second.factor === 1n && second.register.number === 4);
    const [baseTerm, indexTerm] = swap ? [second, first] : [first, second];
    if (baseTerm.factor !== 1n) throw bad(wish, 'only one register of an address can be scaled');
    base = baseTerm.register;
    index = indexTerm.register;
    factor = indexTerm.factor;
  }
  return { base, index, factor };
}

function displacementForms(
  form: Pick<MemoryForm, 'addressBits' | 'rm' | 'sib' | 'isTarget'>,
  known: bigint | undefined,
  canOmit: boolean,
  wideBytes: 2 | 4,
  wish: AddressWish,
): readonly MemoryForm[] {
  const displacement = wrap(known, form.addressBits);
  const inRange = fitsAddress(known ?? 0n, form.addressBits);
  const fitsWide = inRange && BigInt.asIntN(wideBytes * 8, displacement) === displacement;
  const none = { ...form, mod: 0, displacementBytes: 0, displacement, fits: inRange && displacement === 0n } as const;
  const short = {
    ...form,
    mod: 1,
    displacementBytes: 1,
    displacement,
    fits: inRange && BigInt.asIntN(8, displacement) === displacement,
  } as const;
  const wide = { ...form, mod: 2, displacementBytes: wideBytes, displacement, fits: fitsWide } as const;
  if (wish.displacementBits === 8) return [short];
  if (wish.displacementBits !== undefined) return [wide];
  return canOmit ? [none, short, wide] : [short, wide];
}
