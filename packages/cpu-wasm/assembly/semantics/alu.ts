// Integer arithmetic and logic (SDM Vol. 1 7.3.2, 7.3.3; Vol. 2: ADD, ADC, SUB, SBB, CMP, INC, DEC, NEG, AND, OR, XOR, NOT,
// TEST, ADCX, ADOX). Each body serves every width and operand form.

import { carry, flagsAdd, flagsLogic, flagsStep, flagsSub, overflow, setCarryOverflow } from '../flags';
import { Reg, dst, read, setDst, src } from '../operands';

@inline
export function add<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b);
  setDst<T, D>(r, result);
  flagsAdd<T>(a, b, result);
}

@inline
export function sub<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a - b);
  setDst<T, D>(r, result);
  flagsSub<T>(a, b, result);
}

@inline
export function adc<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b + <T>carry());
  setDst<T, D>(r, result);
  flagsAdd<T>(a, b, result);
}

@inline
export function sbb<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a - b - <T>carry());
  setDst<T, D>(r, result);
  flagsSub<T>(a, b, result);
}

@inline
export function cmp<T, D, S>(r: usize): void {
  const a = read<T, D>(r);
  const b = src<T, S>(r);
  flagsSub<T>(a, b, <T>(a - b));
}

@inline
export function and<T, D, S>(r: usize): void {
  const result = <T>(dst<T, D>(r) & src<T, S>(r));
  setDst<T, D>(r, result);
  flagsLogic<T>(result);
}

@inline
export function or<T, D, S>(r: usize): void {
  const result = <T>(dst<T, D>(r) | src<T, S>(r));
  setDst<T, D>(r, result);
  flagsLogic<T>(result);
}

@inline
export function xor<T, D, S>(r: usize): void {
  const result = <T>(dst<T, D>(r) ^ src<T, S>(r));
  setDst<T, D>(r, result);
  flagsLogic<T>(result);
}

@inline
export function test<T, D, S>(r: usize): void {
  flagsLogic<T>(<T>(read<T, D>(r) & src<T, S>(r)));
}

@inline
export function not<T, D>(r: usize): void {
  setDst<T, D>(r, <T>~dst<T, D>(r));
}

@inline
export function neg<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const result = <T>(0 - a);
  setDst<T, D>(r, result);
  flagsSub<T>(0, a, result);
}

@inline
export function inc<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const result = <T>(a + 1);
  setDst<T, D>(r, result);
  flagsStep<T>(result, result == <T>((<u64>1) << ((sizeof<T>() << 3) - 1)), <u64>(a ^ result));
}

@inline
export function dec<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const result = <T>(a - 1);
  setDst<T, D>(r, result);
  flagsStep<T>(result, a == <T>((<u64>1) << ((sizeof<T>() << 3) - 1)), <u64>(a ^ result));
}

/** Carry out of `a + b + carryIn = result`. */
@inline
function carryOut<T>(a: T, b: T, result: T): u64 {
  return (<u64>(((a & b) | ((a | b) & ~result)) >> (<T>((sizeof<T>() << 3) - 1)))) & 1;
}

/** Adds with CF; all other flags stay. */
export function adcx<T, D, S>(r: usize): void {
  const a = read<T, Reg>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b + <T>carry());
  const overflowFlag = overflow();
  setDst<T, Reg>(r, result);
  setCarryOverflow(carryOut<T>(a, b, result), overflowFlag);
}

/** Adds with OF in the place of CF; all other flags stay. */
export function adox<T, D, S>(r: usize): void {
  const a = read<T, Reg>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b + <T>overflow());
  const carryFlag = carry();
  setDst<T, Reg>(r, result);
  setCarryOverflow(carryFlag, carryOut<T>(a, b, result));
}
