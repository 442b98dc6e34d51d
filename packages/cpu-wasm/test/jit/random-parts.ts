/** What the random guests of 64-bit and of 32-bit code are both made of: where things lie, names to choose from, and pieces of code. */
import { CONDITIONS } from '@longmode/x86';
import type { Random } from './random.ts';

export { CONDITIONS };

/** Where guests are placed, and what is mapped: identical, 4 KiB pages, up to here. */
export const ORIGIN = 0x10000;
export const MEMORY_BYTES = 2 ** 21;
export const STACK = 0x80000;
/** Pages of data; the last four of these eight change their rights. */
export const DATA = 0x60000;
export const DATA_PAGES = 8;
/** The page table of these two megabytes, see `bare-guest.ts`. */
export const PAGE_TABLE = 0x5000;
export const IDT = 0x6000;
/** A page that is mapped to one of two frames with code. */
export const TWO_FACED = 0x90000;
export const FACES = [0x91000, 0x92000] as const;
/** What both frames hold, with another number to add. */
export const faceSource = (index: number, bits: 32 | 64): string =>
  bits === 64 ? `add rax, 1\nadd rbx, ${index + 2}\nret` : `add eax, 1\nadd ebx, ${index + 2}\nret`;
/** Vector of the interrupt that the host raises, also when the guest writes this port. */
export const INTERRUPT_VECTOR = 0x40;
export const INTERRUPT_PORT = 0x80;

export const SHIFTS = ['shl', 'shr', 'sar', 'rol', 'ror', 'rcl', 'rcr'] as const;
export const PACKED = ['paddd', 'psubq', 'pxor', 'pand', 'pcmpeqb', 'pmullw', 'punpcklbw', 'pshufb', 'psadbw'] as const;
export const SCALAR = [
  'addsd',
  'subsd',
  'mulsd',
  'divsd',
  'minsd',
  'maxsd',
  'sqrtsd',
  'addss',
  'mulss',
  'addpd',
] as const;

/** Registers that both name. */
const WORDS = ['ax', 'bx', 'cx', 'dx', 'si', 'di'] as const;

/** LOOP and its kin, of each address size: a loop of up to 20 rounds, or what is left of RCX decides whether something is left out. */
function countedBranch(random: Random, bits: 32 | 64, name: string): string {
  const jump = random.of(bits === 64 ? ['jrcxz', 'jecxz'] : ['jecxz', 'jcxz']);
  if (random.oneIn(3)) return `and ecx, ${random.of([1, 0x10000])}\n${jump} ${name}\nadd eax, 3\n${name}:`;
  const prefix = random.of(['', '', 'db 0x67\n']);
  // Where it counts CX alone, the rest of the register is not 0.
  const count = (prefix === '' ? 0 : 0x50000) + 1 + random.below(20);
  const step = random.of(['add eax, 3', 'cmp eax, ecx', 'test cl, 3', 'inc edx', 'xor edx, eax']);
  return `mov ecx, ${count}\n${name}: ${step}\n${prefix}${random.of(['loop', 'loop', 'loope', 'loopne'])} ${name}`;
}

/** Makers of instructions that differ in the names of registers alone. */
export function commonMakers(random: Random, bits: 32 | 64, register: () => string): readonly (() => string)[] {
  const vector = (): string => `xmm${random.below(8)}`;
  let places = 0;
  return [
    () => `${random.of(['shld', 'shrd'])} ${register()}, ${register()}, ${random.below(bits)}`,
    () => `lea ${register()}, [${register()} + ${register()}*${random.of([1, 2, 4, 8])} + ${random.below(1000)}]`,
    () => `imul ${register()}, ${register()}`,
    () => `cmov${random.of(CONDITIONS)} ${register()}, ${register()}`,
    () => `${random.of(['bt', 'bts', 'btr', 'btc'])} ${register()}, ${random.below(bits)}`,
    () => `${random.of(['bsf', 'bsr', 'popcnt', 'lzcnt', 'tzcnt'])} ${register()}, ${register()}`,
    () => `push ${register()}\npop ${register()}`,
    () =>
      `push ${random.of(WORDS)}\npush word [${bits === 64 ? 'rsp' : 'esp'}]\npop ${random.of(WORDS)}\npop ${random.of(WORDS)}`,
    () => `xadd ${register()}, ${register()}`,
    () => `${random.of(PACKED)} ${vector()}, ${vector()}`,
    () => `${random.of(SCALAR)} ${vector()}, ${vector()}`,
    () => `ucomisd ${vector()}, ${vector()}`,
    () => countedBranch(random, bits, `counted${places++}`),
  ];
}
