// Deliberate faults: each is a word for the command line of the kernel, which then ends with it, and for the shell's
// command `fault`, which survives all but the last few.
import { setHandler } from '../interrupts/dispatch';
import { Idt } from '../interrupts/idt';
import { returningPageFaultHandler } from '../interrupts/book-handlers';
import { DOUBLE_FAULT, PAGE_FAULT } from '../interrupts/vectors';
import { DOUBLE_FAULT_STACK } from '../interrupts/tss';
import { enterCriticalSection } from '../library/critical-section';
import { int, int3, load8, loadSegments, store64, ud2 } from '../library/x86';
import { executeData } from '../memory/protection-scenarios';
import { textStart } from './link-symbols';

/** Canonical, and nothing is there: the address that the book writes to. */
const UNMAPPED_ADDRESS: u64 = 0xdeadbeaf;
/** Bits 63 to 47 differ. */
const NON_CANONICAL_ADDRESS: u64 = 0x0000_8000_0000_0000;
/** Selector of the last descriptor of the GDT, which is empty. */
const EMPTY_SELECTOR: u32 = 0x38;
const UNEXPECTED_VECTOR: u32 = 0x55;

/** Something that goes wrong. */
export class Fault {
  constructor(
    /** The word for it. */
    readonly word: string,
    readonly meaning: string,
    readonly provoke: () => void,
  ) {}
}

let table: Fault[] | null = null;

/** All deliberate faults. */
export function faults(): Fault[] {
  const known = table;
  if (known !== null) return known;
  const list = [
    new Fault('breakpoint', 'int3: the one exception that is meant', () => int3()),
    new Fault('divide', 'a division by zero', divide),
    new Fault('invalid-opcode', 'bytes that are no instruction', () => ud2()),
    new Fault('page', 'a write to 0xdeadbeaf, where nothing is mapped', writeUnmapped),
    new Fault('null', 'a read through a null reference', readNull),
    new Fault('read-only', 'a write to the code of the kernel', () => store64(textStart(), 0)),
    new Fault('execute-data', 'a jump to data', executeData),
    new Fault('general-protection', 'an address with different upper bits', readNonCanonical),
    new Fault('selector', 'a segment that does not exist', () => loadSegments(8, EMPTY_SELECTOR)),
    new Fault('unexpected', 'an interrupt that nobody asked for', () => int(UNEXPECTED_VECTOR)),
    new Fault('stack-overflow', 'a function that calls itself for ever', overflowStack),
    new Fault('double', 'a page fault without a gate for it', provokeDoubleFault),
    new Fault('half-done', 'a page fault in the middle of an allocation: the end', faultWhileAllocating),
    new Fault('panic', 'an error in a nested call: the end', () => panicInNestedCall(3)),
    new Fault('page-fault-loop', 'a page fault handler that mends nothing: for ever', repeatPageFault),
    new Fault('no-ist', 'a stack overflow without a stack for its handler: reset', overflowWithoutStack),
    new Fault('no-df-gate', 'a page fault without gates for it and the double fault: reset', faultWithoutGates),
    new Fault('fault', 'a page fault without any gates: reset', faultWithoutTable),
    new Fault('triple', 'a breakpoint without any gates: reset', breakWithoutTable),
  ];
  table = list;
  return list;
}

/** Puts the gates back that the faults take away. */
export function restoreGates(): void {
  Idt.setGate(PAGE_FAULT);
}

function divide(): void {
  // Written so that the compiler doesn't know the divisor.
  divisor = 100 / divisor;
}

let divisor: u32 = 0;

function faultWhileAllocating(): void {
  enterCriticalSection();
  writeUnmapped();
}

function readNull(): void {
  load8(0x10);
}

function readNonCanonical(): void {
  load8(NON_CANONICAL_ADDRESS);
}

function writeUnmapped(): void {
  store64(UNMAPPED_ADDRESS, 42);
}

/** Not a loop for the compiler: the result is used after the call. */
function recurse(depth: u64): u64 {
  return depth + recurse(depth + 1) * 3;
}

function overflowStack(): void {
  sum = recurse(1);
}

let sum: u64 = 0;

function provokeDoubleFault(): void {
  Idt.removeGate(PAGE_FAULT);
  writeUnmapped();
}

function repeatPageFault(): void {
  setHandler(PAGE_FAULT, returningPageFaultHandler);
  writeUnmapped();
}

function overflowWithoutStack(): void {
  Idt.setGate(DOUBLE_FAULT, 0);
  overflowStack();
  Idt.setGate(DOUBLE_FAULT, DOUBLE_FAULT_STACK);
}

function faultWithoutGates(): void {
  Idt.removeGate(PAGE_FAULT);
  Idt.removeGate(DOUBLE_FAULT);
  writeUnmapped();
}

function faultWithoutTable(): void {
  Idt.loadWithLimit(0);
  writeUnmapped();
}

function breakWithoutTable(): void {
  Idt.loadWithLimit(0);
  int3();
}

function panicInNestedCall(depth: i32): void {
  if (depth > 0) {
    panicInNestedCall(depth - 1);
    return;
  }
  throw new Error('this panic was asked for');
}
