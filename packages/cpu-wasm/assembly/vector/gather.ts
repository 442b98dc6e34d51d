// Gathers (SDM Vol. 2 VGATHERDPS, VPGATHERDD and their kin). Elements are loaded in order; each clears its part of the mask when it
// has arrived, so that after a page fault the instruction goes on where it was. Bits 255-128 of a 128-bit operation become 0, in the mask at once and
// in the destination with its first element, as recordings of processors show; the rest of what lies above the elements at the end.

import { first, hostOf, target, vectorBytes } from '../packed/operands';
import { BASE_REGISTER, DISP, INDEX_REGISTER, SCALE } from '../record';
import { elementAddress } from './mask';

const REGISTER_BYTES: u32 = 32;

/** Clears a register from byte `bytes` on. */
@inline
function clearAbove(register: usize, bytes: u32): void {
  for (let at = bytes; at < REGISTER_BYTES; at += 4) store<u32>(register + at, 0);
}

@inline
function gather<Element, Index>(r: usize): void {
  const to = target(r);
  const mask = first(r);
  const indices = <usize>load<u16>(r, INDEX_REGISTER);
  const widest = max<u32>(sizeof<Element>(), sizeof<Index>());
  const length = vectorBytes(r);
  const bytes = (length / widest) * <u32>sizeof<Element>();
  for (let at: u32 = 0; at < length; at += <u32>sizeof<Element>()) {
    const isSelected = (load<u8>(mask + at + sizeof<Element>() - 1) & 0x80) != 0;
    store<Element>(mask + at, isSelected ? <Element>-1 : 0);
  }
  clearAbove(mask, length);
  const base = load<u64>(<usize>load<u16>(r, BASE_REGISTER)) + load<u64>(r, DISP);
  const scale = <u64>load<u8>(r, SCALE);
  let index = indices;
  for (let at: u32 = 0; at < bytes; at += <u32>sizeof<Element>(), index += sizeof<Index>()) {
    if (load<Element>(mask + at) == 0) continue;
    const offset = base + ((<u64>(<i64>load<Index>(index))) << scale);
    const linear = elementAddress(r, offset, sizeof<Element>(), false);
    const value = load<Element>(hostOf(r, linear, sizeof<Element>()), 0, 1);
    clearAbove(to, length);
    store<Element>(to + at, value);
    store<Element>(mask + at, 0);
  }
  clearAbove(to, bytes);
  clearAbove(mask, 0);
}

export function gatherDoublesByDoubles(r: usize): void {
  gather<u32, i32>(r);
}

export function gatherDoublesByQuads(r: usize): void {
  gather<u32, i64>(r);
}

export function gatherQuadsByDoubles(r: usize): void {
  gather<u64, i32>(r);
}

export function gatherQuadsByQuads(r: usize): void {
  gather<u64, i64>(r);
}
