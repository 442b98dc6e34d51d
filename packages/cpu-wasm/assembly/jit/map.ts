// Where computed jumps go within a region: a hash from RIP to the number of an entry, in the region's own memory. The factor is
// chosen so that no two targets collide; a RIP that is not there leaves the region.

import { byte, get, i32const, set, u32leb } from './bytes';
import { REGION_STATE, REGION_TARGET, leaveAt } from './emit';
import { beginIf, endIf } from './flow';
import { NODE_DISPATCHED, headerOfNode, hasFlag, nodeCount } from './nodes';
import { stateOf } from './structure';
import { BLOCK_RIP } from '../record';

//   slot, 16 bytes:  +0 RIP u64;  +8 number of the entry u32;  +12 used u32

const SLOT_BYTES: usize = 16;

let mapAt: usize = 0;
let mapBits: u32 = 0;
let factor: u32 = 0;

@inline
function slotOf(rip: u64): usize {
  return mapAt + ((<usize>((<u32>rip * factor) >> (32 - mapBits))) << 4);
}

function fill(): bool {
  memory.fill(mapAt, 0, SLOT_BYTES << mapBits);
  for (let n: u32 = 1; n < nodeCount; n++) {
    if (!hasFlag(n, NODE_DISPATCHED)) continue;
    const rip = load<u64>(headerOfNode(n), BLOCK_RIP);
    const slot = slotOf(rip);
    if (load<u32>(slot, 12) != 0) return false;
    store<u64>(slot, rip);
    store<u32>(slot, stateOf(n), 8);
    store<u32>(slot, 1, 12);
  }
  // An empty slot holds a RIP that hashes elsewhere, because a guest may jump to any: 0, and in the slot of 0 another one.
  if (load<u32>(mapAt, 12) == 0) {
    let stranger: u64 = 1;
    while (slotOf(stranger) == mapAt) stranger <<= 1;
    store<u64>(mapAt, stranger);
  }
  return true;
}

/** Builds the map of the nodes at `at`. Returns the address behind it, 0 when it would reach beyond `limit`. */
export function buildMap(at: usize, limit: usize): usize {
  let targets: u32 = 0;
  for (let n: u32 = 1; n < nodeCount; n++) if (hasFlag(n, NODE_DISPATCHED)) targets++;
  mapAt = at;
  mapBits = 1;
  while ((<u32>1) << mapBits < targets * 2) mapBits++;
  for (; mapBits < 14; mapBits++) {
    if (at + (SLOT_BYTES << mapBits) > limit) return 0;
    factor = 0x9e3779b1;
    for (let attempt = 0; attempt < 100; attempt++) {
      if (fill()) return at + (SLOT_BYTES << mapBits);
      factor = (factor * 0x2c1b3c6d + 0x297a2d38) | 1;
    }
  }
  return 0;
}

/** Looks the local REGION_TARGET up: sets REGION_STATE, or leaves at `record`. */
export function emitMapLookup(record: usize): void {
  get(REGION_TARGET);
  byte(0xa7); // i32.wrap_i64
  i32const(<i32>factor);
  byte(0x6c); // i32.mul
  i32const(<i32>(32 - mapBits));
  byte(0x76); // i32.shr_u
  i32const(4);
  byte(0x74); // i32.shl
  set(REGION_STATE);
  get(REGION_STATE);
  byte(0x29); // i64.load
  byte(3);
  u32leb(<u32>mapAt);
  get(REGION_TARGET);
  byte(0x52); // i64.ne
  beginIf();
  leaveAt(record);
  endIf();
  get(REGION_STATE);
  byte(0x28); // i32.load
  byte(2);
  u32leb(<u32>mapAt + 8);
  set(REGION_STATE);
}
