// The map of linear memory. Everything with a fixed address is placed here and nowhere else.
//
//   0x00000400  CpuState                   (generated/state.ts)
//   0x00000c00  bounce buffer              (memory.ts)   accesses that cross a page, touch a device or a page with code
//   0x00000c40  fetch buffer               (decode.ts)   bytes of the instruction being decoded
//   0x00001000  scratch block              (blocks.ts)   copy of a block cut to what is left of the budget
//   0x00003000  shutdown chain, block ring (fault.ts, blocks.ts)
//   0x00003800  recent instructions        (blocks.ts)   filled when the host asks
//   0x00004000  CPUID table                (system/cpuid.ts) written by the host
//   0x00008000  temporaries of the JavaScript twin (packed/lanes.scalar.ts)
//   0x00008400  vector scratch             (packed/operands.ts)
//   0x00008480  record of decodeOnly       (index.ts)
//   0x000084c0  floating-point result       (packed/float.ts)
//   0x00008600  AES substitution boxes     (vector/aes.ts)
//   0x00008800  denied feature sets        (decode.ts)   written by the host
//   0x00009000  translation of one instruction (index.ts)
//   0x0000a000  numbered limits of CS       (code-limits.ts)
//   0x00010000  static data of AssemblyScript (--memoryBase)
//   0x00100000  fast TLB                   (tlb.ts)      four banks of a read, a write and an execute table
//   0x00180000  second-level TLB           (tlb.ts)
//   0x001e0000  jump cache                 (blocks.ts)
//   0x00200000  block hash                 (blocks.ts)
//   0x00300000  block arena                (blocks.ts)
//   0x01300000  heat and regions of blocks (jit/policy.ts)   one word for each record of the arena
//   0x01500000  code of regions            (jit/translate.ts) while it is emitted
//   0x01700000  nodes of a region          (jit/nodes.ts)    while it is formed
//   0x01710000  computed jumps             (jit/profile.ts)
//   0x01718000  use of regions             (jit/policy.ts)
//   0x01720000  regions                    (jit/policy.ts)
//   CODE_PAGES  per-frame code bookkeeping (blocks.ts)   size depends on guest RAM
//   ramBase     guest RAM, page aligned

export const BOUNCE: usize = 0xc00;
export const FETCH_BUFFER: usize = 0xc40;
export const SCRATCH_BLOCK: usize = 0x1000;
export const SCRATCH_BLOCK_END: usize = 0x2000;
export const SHUTDOWN_CHAIN: usize = 0x3000;
export const BLOCK_RING: usize = 0x3400;
export const RECENT_RIPS: usize = 0x3800;
export const RECENT_RIPS_END: usize = 0x3c00;
export const CPUID_TABLE: usize = 0x4000;
export const CPUID_TABLE_END: usize = 0x8000;
export const TEMPORARIES: usize = 0x8000;
export const TEMPORARIES_END: usize = 0x8400;
export const VECTOR_SCRATCH: usize = 0x8400;
export const LONE_RECORD: usize = 0x8480;
export const FLOAT_RESULT: usize = 0x84c0;
export const SUBSTITUTION: usize = 0x8600;
/** One byte for each set of gen/features.ts: whether the processor model denies it, see decode.ts. */
export const DENIED_FEATURES: usize = 0x8800;
/** Where `translateOnly` writes. */
export const TRANSLATION: usize = 0x9000;
export const TRANSLATION_END: usize = 0xa000;
export const CODE_LIMITS: usize = 0xa000;
export const FAST_TLB: usize = 0x100000;
export const SECOND_TLB: usize = 0x180000;
export const JUMP_CACHE: usize = 0x1e0000;
export const BLOCK_HASH: usize = 0x200000;
export const BLOCK_ARENA: usize = 0x300000;
export const BLOCK_ARENA_END: usize = 0x1300000;
export const BLOCK_NOTES: usize = BLOCK_ARENA_END;
export const REGION_CODE: usize = 0x1500000;
export const REGION_CODE_END: usize = 0x1600000;
export const REGION_MODULE: usize = REGION_CODE_END;
export const REGION_MODULE_END: usize = 0x1700000;
export const REGION_NODES: usize = REGION_MODULE_END;
export const JUMP_PROFILE: usize = 0x1710000;
export const JUMP_PROFILE_END: usize = 0x1718000;
export const REGION_USE: usize = JUMP_PROFILE_END;
export const REGION_USE_END: usize = 0x1720000;
export const REGIONS: usize = 0x1720000;
export const REGIONS_END: usize = 0x1a00000;
export const CODE_PAGES: usize = REGIONS_END;

/** Guest physical address 0 in linear memory; set once by `initialize`. */
export let ramBase: usize = 0;
/** Size of guest RAM in bytes, a multiple of the page size. */
export let ramBytes: u32 = 0;

export const PAGE_BYTES: u32 = 4096;

/** Bytes of bookkeeping for one guest frame, see blocks.ts. */
export const CODE_PAGE_BYTES: u32 = 16;

/** Places guest RAM behind the bookkeeping that its size needs. Returns the linear memory size in bytes. */
export function placeRam(bytes: u32): u64 {
  ramBytes = bytes;
  const bookkeeping = <u64>(bytes / PAGE_BYTES) * CODE_PAGE_BYTES;
  const base = (<u64>CODE_PAGES + bookkeeping + 0xffff) & ~0xffff;
  ramBase = <usize>base;
  return base + bytes;
}
