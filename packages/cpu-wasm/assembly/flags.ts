// Lazy arithmetic flags (SDM Vol. 1 3.4.3.1). A flag setter stores its sign-extended result, the chain of carries out of
// every bit position aligned to the left, and the auxiliary carry; each flag is computed when somebody asks for it. No setter
// needs a kind: ZF, SF and PF come from the result, CF and OF from the carries. Flag sets that no result can express (POPF,
// SAHF, shifts) use the deltas in `flagAux`. With WITHOUT_FLAGS defined, setters do nothing: the translator uses such templates
// where the next setter comes before anybody can look.

import { AF, CF, OF, PF, SF, ZF } from './generated/rflags';
import { cpu } from './generated/state';

/** In `flagAux`: the lowest bit of the byte that is xored into the parity byte. */
export const FLIP_PARITY: u64 = 0x100;
/** The flags kept lazily. */
export const ARITHMETIC: u64 = CF | PF | AF | ZF | SF | OF;

// In templates: the operands that tell all flags. Translated code keeps them, and computes flags when somebody asks (lazy-flags.ts).
@external("word", "subtracted")
declare function subtracted(a: u64, b: u64): void;

@external("word", "added")
declare function added(a: u64, b: u64): void;

@external("word", "multiplied")
export declare function multiplied(a: u64, b: u64): void;

@external("word", "shiftedLeft")
export declare function shiftedLeft(a: u64, count: u64): void;

@external("word", "shiftedRight")
export declare function shiftedRight(a: u64, count: u64): void;

@external("word", "shiftedRightSigned")
export declare function shiftedRightSigned(a: u64, count: u64): void;

/** In templates: a condition, which the stitcher computes from the flags or from what was compared. */
@external("word", "condition")
declare function conditionWord(code: u32): u32;

/** Sign-extends a value of type T to 64 bits. */
@inline
export function signed<T>(value: T): i64 {
  if (sizeof<T>() == 1) return <i64>(<i8>value);
  if (sizeof<T>() == 2) return <i64>(<i16>value);
  if (sizeof<T>() == 4) return <i64>(<i32>value);
  return <i64>value;
}

@inline
function setAll<T>(result: T, carries: T, aux: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  cpu.flagResult = signed<T>(result);
  cpu.flagCarries = (<u64>carries) << (64 - (sizeof<T>() << 3));
  cpu.flagAux = aux;
}

/** Flags of `a + b = result`, with or without a carry in. */
@inline
export function flagsAdd<T>(a: T, b: T, result: T): void {
  if (isDefined(TEMPLATES)) added(<u64>a, <u64>b);
  setAll<T>(result, <T>((a & b) | ((a | b) & ~result)), (<u64>(a ^ b ^ result)) & AF);
}

/** Flags of `a - b = result`, with or without a borrow in. */
@inline
export function flagsSub<T>(a: T, b: T, result: T): void {
  if (isDefined(TEMPLATES)) subtracted(<u64>a, <u64>b);
  setAll<T>(result, <T>((~a & b) | ((~a | b) & result)), (<u64>(a ^ b ^ result)) & AF);
}

/** Flags of AND, OR, XOR and TEST: CF = OF = AF = 0, as if 0 were subtracted from the result. */
@inline
export function flagsLogic<T>(result: T): void {
  if (isDefined(TEMPLATES)) subtracted(<u64>result, 0);
  if (isDefined(WITHOUT_FLAGS)) return;
  cpu.flagResult = signed<T>(result);
  cpu.flagCarries = 0;
  cpu.flagAux = 0;
}

/** Flags of INC and DEC: as ADD or SUB of 1, but CF stays. `overflow` is OF. */
@inline
export function flagsStep<T>(result: T, overflow: bool, auxiliary: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  const carry = cpu.flagCarries >> 63;
  cpu.flagResult = signed<T>(result);
  cpu.flagCarries = (carry << 63) | ((carry ^ (<u64>overflow)) << 62);
  cpu.flagAux = auxiliary & AF;
}

/** SZP of a result with explicit CF, OF and AF (0 or 1; AF as bit 4). */
@inline
export function flagsExplicit<T>(result: T, carry: u64, overflow: u64, auxiliary: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  cpu.flagResult = signed<T>(result);
  cpu.flagCarries = (carry << 63) | ((carry ^ overflow) << 62);
  cpu.flagAux = auxiliary;
}

/** Changes CF and OF only (MUL, shifts by CL of zero never get here). */
@inline
export function setCarryOverflow(carry: u64, overflow: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  cpu.flagCarries = (carry << 63) | ((carry ^ overflow) << 62);
}

@inline
export function carry(): u64 {
  return cpu.flagCarries >> 63;
}

@inline
export function overflow(): u64 {
  const c = cpu.flagCarries;
  return (c ^ (c << 1)) >> 63;
}

@inline
export function zero(): bool {
  return cpu.flagResult == 0;
}

@inline
export function sign(): u64 {
  return ((<u64>cpu.flagResult) >> 63) ^ ((cpu.flagAux >> 16) & 1);
}

@inline
export function parity(): u64 {
  const byte = ((<u32>cpu.flagResult) ^ ((<u32>cpu.flagAux) >> 8)) & 0xff;
  return <u64>((popcnt<u32>(byte) & 1) ^ 1);
}

/** Condition `code` of Jcc, SETcc, CMOVcc (SDM Vol. 2D B.1.4.7). Fold it with a constant code. */
@inline
export function condition(code: u32): bool {
  if (isDefined(TEMPLATES)) return conditionWord(code) != 0;
  return conditionOfFlags(code);
}

/** The same, always computed from the flags. */
@inline
export function conditionOfFlags(code: u32): bool {
  let value: bool;
  const pair = code >> 1;
  if (pair == 0) value = overflow() != 0;
  else if (pair == 1) value = carry() != 0;
  else if (pair == 2) value = zero();
  else if (pair == 3) value = <bool>((<u32>(carry() != 0)) | (<u32>zero()));
  else if (pair == 4) value = sign() != 0;
  else if (pair == 5) value = parity() != 0;
  else if (pair == 6) value = sign() != overflow();
  else value = <bool>((<u32>zero()) | (<u32>(sign() != overflow())));
  return (code & 1) != 0 ? !value : value;
}

/** RFLAGS as the guest sees it. */
export function readFlags(): u64 {
  return (
    cpu.flagsSystem |
    carry() |
    (parity() << 2) |
    (cpu.flagAux & AF) |
    ((<u64>zero()) << 6) |
    (sign() << 7) |
    (overflow() << 11)
  );
}

/** Sets the six arithmetic flags from an RFLAGS image; the others are not touched. */
export function writeArithmeticFlags(flags: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  // Start from the result 0 with ZF, or 1 without; then correct parity and sign by the deltas.
  const isZero = (flags & ZF) != 0;
  cpu.flagResult = isZero ? 0 : 1;
  const parityNow: u64 = isZero ? 1 : 0;
  const parityWanted = (flags >> 2) & 1;
  const carryFlag = flags & CF;
  const overflowFlag = (flags >> 11) & 1;
  cpu.flagCarries = (carryFlag << 63) | ((carryFlag ^ overflowFlag) << 62);
  cpu.flagAux = (flags & AF) | ((parityNow ^ parityWanted) << 8) | (((flags >> 7) & 1) << 16);
}
