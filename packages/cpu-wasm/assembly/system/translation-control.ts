// INVLPG and INVPCID; INVD and WBINVD, which have nothing to do because there is no cache to see (SDM Vol. 2; Vol. 3A 4.10.4.1).

import { CR4_PCIDE } from '../generated/control';
import { GP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { is64BitMode } from '../mode';
import { Mem, Reg, effectiveAddress, read } from '../operands';
import { SEGMENT } from '../record';
import { FS, SEGMENT_BASE, segmentAt, segmentedAddress } from '../segment';
import { loadGuest } from '../memory';
import { isCanonical } from '../slow-memory';
import { flushAll, flushNonGlobal, flushPcid, invalidatePage } from '../tlb';

/** Linear address of an operand that is not accessed: neither limits nor rights matter. */
function unaccessedAddress(r: usize): u64 {
  const offset = effectiveAddress(r);
  const segment = <u32>load<u8>(r, SEGMENT);
  if (is64BitMode()) return segment >= FS ? load<u64>(segmentAt(segment), SEGMENT_BASE) + offset : offset;
  return (load<u64>(segmentAt(segment), SEGMENT_BASE) + offset) & 0xffffffff;
}

/** A non-canonical address is a no-operation. */
export function invlpg(r: usize): void {
  invalidatePage(unaccessedAddress(r));
}

/** Types: 0 one address, 1 one PCID, 2 everything with global pages, 3 everything but global pages. */
export function invpcid<T, D, S>(r: usize): void {
  const type = <u64>read<T, Reg>(r);
  const offset = effectiveAddress(r);
  const linear = sizeof<S>() == sizeof<Mem>() ? offset : segmentedAddress(r, offset, 16, false);
  const pcid = loadGuest<u64>(r, linear);
  const address = loadGuest<u64>(r, linear + 8);
  const isKnown = (cpu.cr4 & CR4_PCIDE) != 0 || pcid == 0;
  if (type > 3 || pcid >> 12 != 0) faultWithCode(r, GP, 0);
  if (type < 2 && !isKnown) faultWithCode(r, GP, 0);
  if (type == 0 && !isCanonical(address)) faultWithCode(r, GP, 0);
  if (type == 0 && pcid == (cpu.cr3 & 0xfff) && (cpu.cr4 & CR4_PCIDE) != 0) invalidatePage(address);
  else if (type < 2) flushPcid(<u32>pcid);
  else if (type == 2) flushAll();
  else flushNonGlobal();
}

export function invd(r: usize): void {}

export function wbinvd(r: usize): void {}
