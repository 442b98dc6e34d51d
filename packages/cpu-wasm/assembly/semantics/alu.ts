// Integer arithmetic and logic (SDM Vol. 2: ADD, SUB, CMP, AND, ...). Each body serves every width and operand form.

import { carry, flagsAdd, flagsLogic, flagsStep, flagsSub } from "../flags";
import { dst, read, setDst, src } from "../operands";

export function add<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b);
  setDst<T, D>(r, result);
  flagsAdd<T>(a, b, result);
}

export function sub<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a - b);
  setDst<T, D>(r, result);
  flagsSub<T>(a, b, result);
}

export function adc<T, D, S>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, S>(r);
  const result = <T>(a + b + <T>carry());
  setDst<T, D>(r, result);
  flagsAdd<T>(a, b, result);
}

export function cmp<T, D, S>(r: usize): void {
  const a = read<T, D>(r);
  const b = src<T, S>(r);
  flagsSub<T>(a, b, <T>(a - b));
}

export function xor<T, D, S>(r: usize): void {
  const result = <T>(dst<T, D>(r) ^ src<T, S>(r));
  setDst<T, D>(r, result);
  flagsLogic<T>(result);
}

export function inc<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const result = <T>(a + 1);
  setDst<T, D>(r, result);
  flagsStep<T>(result, result == <T>(<u64>1 << ((sizeof<T>() << 3) - 1)), <u64>(a ^ result));
}
