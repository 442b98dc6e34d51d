// MMX instructions that are no plain functions of values: moves, lane insertion and extraction, masks, EMMS (SDM Vol. 2 MOVD, MOVQ,
// PINSRW, PEXTRW, PMOVMSKB, MASKMOVQ, MOVQ2DQ, MOVDQ2Q, EMMS).

import { cpu } from '../generated/state';
import { pair, getQuad, signBits } from '../packed/lanes';
import { enterMmx, enterMmxStore, mmxSourceAt, writeMmx } from '../packed/mmx';
import { control, finishPlace, isMemory, placeFor, put, rmRegister, target } from '../packed/operands';
import { checkPending } from '../x87/exceptions';
import { maskStoreBytes } from './mask';

export function mmxFromDouble(r: usize): void {
  writeMmx(target(r), <u64>load<u32>(mmxSourceAt(r, 4), 0, 1));
}

export function mmxFromQuad(r: usize): void {
  writeMmx(target(r), load<u64>(mmxSourceAt(r, 8), 0, 1));
}

/** MOVD to a general register, whose upper half is cleared, or memory. */
export function mmxToDouble(r: usize): void {
  checkPending(r);
  const value = load<u32>(target(r));
  if (isMemory(r)) {
    enterMmxStore();
    store<u32>(placeFor(r, 4), value, 0, 1);
    finishPlace();
  } else store<u64>(rmRegister(r), <u64>value);
  enterMmx();
}

export function mmxToQuad(r: usize): void {
  checkPending(r);
  const value = load<u64>(target(r));
  if (isMemory(r)) {
    enterMmxStore();
    store<u64>(placeFor(r, 8), value, 0, 1);
    finishPlace();
  } else store<u64>(rmRegister(r), value);
  enterMmx();
}

/** MOVQ and MOVNTQ to an MMX register or memory. */
export function mmxStore(r: usize): void {
  checkPending(r);
  const value = load<u64>(target(r));
  if (isMemory(r)) {
    enterMmxStore();
    store<u64>(placeFor(r, 8), value, 0, 1);
    finishPlace();
    enterMmx();
  } else writeMmx(rmRegister(r), value);
}

export function mmxPinsrw(r: usize): void {
  const word = <u64>load<u16>(mmxSourceAt(r, 2), 0, 1);
  const shift = <u64>((control(r) & 3) << 4);
  const value = load<u64>(target(r));
  writeMmx(target(r), (value & ~((<u64>0xffff) << shift)) | (word << shift));
}

export function mmxPextrw(r: usize): void {
  checkPending(r);
  store<u64>(target(r), <u64>load<u16>(rmRegister(r) + ((control(r) & 3) << 1)));
  enterMmx();
}

export function mmxPmovmskb(r: usize): void {
  checkPending(r);
  store<u64>(target(r), <u64>signBits<u8>(getQuad(rmRegister(r))));
  enterMmx();
}

export function maskmovq(r: usize): void {
  checkPending(r);
  maskStoreBytes(r, rmRegister(r), target(r));
  enterMmx();
}

export function movq2dq(r: usize): void {
  checkPending(r);
  put(r, pair(load<u64>(rmRegister(r)), 0));
  enterMmx();
}

export function movdq2q(r: usize): void {
  checkPending(r);
  writeMmx(target(r), load<u64>(rmRegister(r)));
}

/** All x87 registers are empty again, and R0 is the top (SDM Vol. 3A table 13-1). */
export function emms(r: usize): void {
  checkPending(r);
  enterMmx();
  cpu.x87Tags = 0;
}
