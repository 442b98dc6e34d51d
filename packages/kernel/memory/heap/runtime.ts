// What makes `new`, `Array`, `Map`, `string` and template literals work: the three functions that AssemblyScript's
// library asks for memory, on the kernel's heap. It is the runtime of kernels with a heap (`--runtime
// memory/heap/runtime`), together with the library's own incremental garbage collector, which frees what nobody can reach
// any more, a few steps at each allocation.
//
//     block: 16 bytes in front, so that the payload is 16-byte aligned
//     +-----------+-----------+-----------+--------------+--------------------
//     | seal      |           |           | payload size | payload ...
//     +-----------+-----------+-----------+--------------+--------------------
//     -16                                 -4             ^ what the library gets
//
// The seal depends on the address and goes when the block does, so that freeing a block twice is noticed.
import 'rt/itcms';
import { KernelHeap } from './kernel-heap';

const HEADER_BYTES: usize = 16;
const ALIGNMENT: usize = 16;
/** Largest request: the library's own limit. */
const MAXIMUM_BYTES: usize = 1 << 30;
const SEAL: u32 = 0xa110ca7e;

/** Gives out memory. @throws `memory allocation of N bytes failed` */
// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  const payload = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  if (size > MAXIMUM_BYTES) KernelHeap.throwExhausted(size);
  let block = KernelHeap.tryAllocate(payload + HEADER_BYTES, ALIGNMENT);
  if (block === 0 && !isCollecting) {
    isCollecting = true; // the collector only frees, but let nobody find out the hard way
    __collect();
    isCollecting = false;
    block = KernelHeap.tryAllocate(payload + HEADER_BYTES, ALIGNMENT);
  }
  if (block === 0) KernelHeap.throwExhausted(size);
  store<u32>(block, SEAL ^ (<u32>block));
  store<u32>(block, payload, 12);
  return block + HEADER_BYTES;
}

let isCollecting: bool = false;

/** Gives out larger memory with the same content, and takes the old one back. */
// @ts-ignore: decorator
@global @unsafe
export function __realloc(address: usize, size: usize): usize {
  checkSeal(address);
  const payload = <usize>load<u32>(address - 4);
  if (size <= payload) return address;
  const larger = __alloc(size);
  memory.copy(larger, address, payload);
  __free(address);
  return larger;
}

/** Takes memory back. @throws if it isn't anybody's */
// @ts-ignore: decorator
@global @unsafe
export function __free(address: usize): void {
  checkSeal(address);
  const block = address - HEADER_BYTES;
  store<u32>(block, 0);
  KernelHeap.deallocate(block, <usize>load<u32>(block, 12) + HEADER_BYTES, ALIGNMENT);
}

function checkSeal(address: usize): void {
  const block = address - HEADER_BYTES;
  assert(load<u32>(block) === (SEAL ^ (<u32>block)), 'invalid deallocation (probably a double free)');
}
