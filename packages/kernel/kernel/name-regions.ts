// Gives the places in the kernel's memory their names, for fault messages and the shell (`interrupts/regions.ts`).
import { Regions } from '../interrupts/regions';
import { VGA_BUFFER } from '../library/vga-buffer';
import { HEAP_LIMIT, HEAP_START } from '../memory/heap/kernel-heap';
import { MemoryController } from '../memory/memory-controller';
import { PROGRAM_LIMIT, PROGRAM_STACK_BYTES, PROGRAM_STACK_TOP, PROGRAM_START } from '../user/program-loader';
import {
  bssStart,
  bootStart,
  dataEnd,
  dataStart,
  readOnlyEnd,
  readOnlyStart,
  stackTop,
  staticDataEnd,
  staticDataStart,
  textEnd,
  textStart,
} from './link-symbols';

const PAGE: u64 = 4096;
/** Where the recursive entry of the level-4 table leads. */
const PAGE_TABLES_START: u64 = 0xffff_ff80_0000_0000;

/** Names everything that is known once memory is set up. */
export function nameRegions(): void {
  Regions.add(0, PAGE, 'the null page: a reference that is null, most likely');
  Regions.add(VGA_BUFFER, <u64>VGA_BUFFER + PAGE, 'the text screen');
  Regions.add(bootStart(), staticDataStart(), 'section .boot');
  Regions.add(staticDataStart(), staticDataEnd(), 'section .data.as: static data of TypeScript');
  Regions.add(textStart(), textEnd(), 'section .text: the code of the kernel');
  Regions.add(readOnlyStart(), readOnlyEnd(), 'section .rodata: constants of the linker');
  Regions.add(dataStart(), dataEnd(), 'section .data: global variables');
  Regions.add(bssStart(), stackTop(), 'section .bss: the stack of the kernel');
  Regions.add(HEAP_START, HEAP_LIMIT, 'the heap, or the room that it has to grow');
  Regions.add(PROGRAM_START, PROGRAM_LIMIT, 'the user program');
  const stackBottom = PROGRAM_STACK_TOP - PROGRAM_STACK_BYTES;
  Regions.add(stackBottom - PAGE, stackBottom, 'the guard page below the stack of the user program');
  Regions.add(stackBottom, PROGRAM_STACK_TOP, 'the stack of the user program');
  Regions.add(PAGE_TABLES_START, u64.MAX_VALUE, 'the page tables, seen through the recursive entry');
  const guardPage = MemoryController.guardPage();
  if (guardPage !== 0) Regions.add(guardPage, guardPage + PAGE, 'the guard page below the stack of the kernel');
}
