/**
 * Random guests for the comparison of translator and interpreter: blocks that branch to one another, call, loop, write to their own
 * code, fault, change page tables, take interrupts, and lie across page boundaries. Kernel code in 64-bit mode with 4 KiB
 * pages; 32-bit code is in random-guest-32.ts. A counter that every block pays into ends the guest at HLT; faults go on at the
 * next block.
 *
 * Registers: R11 counts, R12 is where a fault goes on, R14 points to data, R15 holds an index, RSP the stack; the rest is
 * random.
 */
import type { Random } from './random.ts';
import {
  CONDITIONS,
  commonMakers,
  DATA,
  DATA_PAGES,
  FACES,
  IDT,
  INTERRUPT_PORT,
  INTERRUPT_VECTOR,
  PAGE_TABLE,
  SHIFTS,
  STACK,
  TWO_FACED,
} from './random-parts.ts';

const WIDE = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'r8', 'r9', 'r10'] as const;
const PARTS: Readonly<Record<(typeof WIDE)[number], readonly [string, string, string]>> = {
  rax: ['eax', 'ax', 'al'],
  rbx: ['ebx', 'bx', 'bl'],
  rcx: ['ecx', 'cx', 'cl'],
  rdx: ['edx', 'dx', 'dl'],
  rsi: ['esi', 'si', 'sil'],
  rdi: ['edi', 'di', 'dil'],
  rbp: ['ebp', 'bp', 'bpl'],
  r8: ['r8d', 'r8w', 'r8b'],
  r9: ['r9d', 'r9w', 'r9b'],
  r10: ['r10d', 'r10w', 'r10b'],
};
const SIZES = ['qword', 'dword', 'word', 'byte'] as const;
const BINARY = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'test', 'mov'] as const;
/** One random guest as assembly text. */
export function randomGuest(random: Random): string {
  const register = (): (typeof WIDE)[number] => random.of(WIDE);
  /** A register of a size: 0 = 64 bits to 3 = 8 bits. */
  const part = (size: number): string => {
    const wide = register();
    if (size === 3 && random.oneIn(4)) return random.of(['ah', 'bh', 'ch', 'dh']);
    return size === 0 ? wide : (PARTS[wide][size - 1] as string);
  };
  const size = (): number => random.of([0, 0, 1, 1, 2, 3]);
  const small = (): number => random.of([0, 1, 2, 7, 8, 31, 63, 127, -1, -128]);
  const vector = (): string => `xmm${random.below(8)}`;
  /** Sets the index and returns an operand within the data, now and then across two of its pages. */
  const memory = (): { readonly setup: string; readonly text: string } => ({
    setup: `mov r15, ${register()}\nand r15, ${random.of([0xff8, 0x3ff8, 0x7ff0])}`,
    text: `[r14 + r15 + ${random.of([0, 0, 0, 3, 8, 0xff9])}]`,
  });
  /** A part that is no AH to DH when another operand needs a REX prefix. */
  const plain = (bits: number): string => {
    const wide = register();
    return bits === 0 ? wide : (PARTS[wide][bits - 1] as string);
  };

  const makers: readonly (() => string)[] = [
    ...commonMakers(random, 64, register),
    () => {
      const bits = size();
      return `${random.of(BINARY)} ${plain(bits)}, ${plain(bits)}`;
    },
    () => {
      const bits = size();
      return `${random.of(BINARY)} ${part(bits)}, ${small()}`;
    },
    () => {
      const bits = size();
      const { setup, text } = memory();
      return `${setup}\n${random.of(BINARY)} ${SIZES[bits]} ${text}, ${plain(bits)}`;
    },
    () => {
      const bits = size();
      const { setup, text } = memory();
      return `${setup}\n${random.of(BINARY.filter((name) => name !== 'test'))} ${plain(bits)}, ${text}`;
    },
    () => `${random.of(['inc', 'dec', 'neg', 'not'])} ${part(size())}`,
    () => `${random.of(SHIFTS)} ${part(size())}, ${random.below(40)}`,
    () => `${random.of(SHIFTS)} ${plain(size())}, cl`,
    () => `${random.of(['mul', 'imul'])} ${plain(size())}`,
    () => `set${random.of(CONDITIONS)} ${part(3)}`,
    () => `${random.of(['movzx', 'movsx'])} ${register()}, ${plain(random.of([2, 3]))}`,
    () => 'pushfq\npop r13\nand r13, 0x8d5\nxor r13, 1\npush r13\npopfq\nsti',
    () => random.of(['lahf', 'sahf', 'cmc', 'clc', 'stc', 'cld', 'cwde', 'cdq', 'cqo', 'bswap rax', 'xchg rax, rbx']),
    () => {
      const { setup, text } = memory();
      return `${setup}\nlock ${random.of(['xadd', 'cmpxchg', 'add'])} qword ${text}, ${register()}`;
    },
    () => `movq ${vector()}, ${register()}\nmovq ${register()}, ${vector()}`,
    () => `cvtsi2sd ${vector()}, ${register()}\ncvttsd2si ${register()}, ${vector()}`,
    () => {
      const { setup, text } = memory();
      const access = random.of([
        `movdqu ${vector()}, ${text}`,
        `movdqu ${text}, ${vector()}`,
        `movsd ${vector()}, ${text}`,
      ]);
      return `${setup}\n${access}`;
    },
    () => `vpaddd ymm1, ymm2, ymm${random.below(8)}`,
    () => 'fild qword [r14]\nfadd st0, st0\nfistp qword [r14 + 8]',
    // Called handlers, and what ends blocks.
    () => random.of(['rdtsc', 'xor eax, eax\ncpuid', `in al, ${INTERRUPT_PORT}`]),
    () => {
      const backward = random.below(8) === 0;
      const repeated = random.of(['rep movsb', 'rep movsq', 'rep stosb', 'rep stosd', 'repe cmpsb', 'repne cmpsw']);
      const compared = random.of(['repne scasb', 'repe scasd', 'repe cmpsd', 'repne scasq']);
      const single = random.of(['movsb', 'stosd', 'lodsb', 'lodsq', 'cmpsb', 'scasw']);
      return [
        ...(backward ? ['std'] : []),
        `lea rsi, [r14 + ${random.below(4100)}]`,
        `lea rdi, [r14 + ${random.below(8000)}]`,
        `mov ecx, ${random.below(40)}`,
        ...(random.below(2) === 0 ? ['sub eax, ecx'] : []),
        random.of([repeated, compared, single]),
        ...(random.below(2) === 0 ? [`setbe ${random.of(['bl', 'dl'])}`] : []),
        ...(backward ? ['cld'] : []),
      ].join('\n');
    },
    () => `wrfsbase r14\nmov ${register()}, [fs:${random.below(4000)}]`,
    () => 'mov rax, cr0\nmov cr0, rax',
  ];

  const blocks = 2 + random.below(9);
  const label = (): string => `b${random.below(blocks)}`;
  let patches = 0;
  let farReturns = 0;
  const patchPlaces: string[] = [];
  const protectedPage = (): number => DATA_PAGES / 2 + random.below(DATA_PAGES / 2);
  const entryOf = (page: number): number => PAGE_TABLE + page * 8;

  const patch = (): string =>
    patchPlaces.length === 0 ? 'nop' : `add byte [${random.of(patchPlaces)}], ${1 + random.below(3)}`;

  /** What is rarer: each changes what the translator relies on. */
  const rare: readonly (() => string)[] = [
    // Code that changes: an immediate of some block, and data beside code.
    patch,
    patch,
    patch,
    () => `inc qword [near${random.below(2)}]`,
    // Faults; R12 is the next block.
    () =>
      random.of([
        'xor ecx, ecx\ndiv rcx',
        'ud2',
        'mov rax, 0x7fffffff0000\nmov rax, [rax]',
        'int3',
        'mov [0x300000], rax',
      ]),
    // Transfers that come back: the handler of the interrupt, and a far return to behind it.
    () => `int ${INTERRUPT_VECTOR}`,
    () => `int ${INTERRUPT_VECTOR}`,
    () => {
      const to = `far${farReturns++}`;
      return `push 8\nlea rax, [${to}]\npush rax\nretfq\n${to}:`;
    },
    () => `mov rax, [${DATA + protectedPage() * 4096}]`,
    () => `mov [${DATA + protectedPage() * 4096 + 8}], rax`,
    // Rights of a data page, and the frame behind a page with code.
    () => {
      const page = DATA / 4096 + protectedPage();
      const flush = random.of([`invlpg [${page * 4096}]`, 'mov rax, cr3\nmov cr3, rax', '']);
      return `xor byte [${entryOf(page)}], ${random.of([1, 2, 0x20, 0x40])}\n${flush}`;
    },
    () => {
      const flush = random.of([`invlpg [${TWO_FACED}]`, 'mov rax, cr3\nmov cr3, rax']);
      const value = `${random.of(FACES)} + 0x23`;
      return `mov qword [${entryOf(TWO_FACED / 4096)}], ${value}\n${flush}`;
    },
    () => `call ${TWO_FACED}`,
    () => `mov byte [${random.of(FACES) + 7}], ${random.below(100)}`,
    () => `out ${INTERRUPT_PORT}, al`,
    () => 'sti',
    () => 'cli',
    () => 'mov ds, [zero_word]',
    () => `mov eax, 0x9f80\nand eax, ${random.of([0x1f80, 0x9f80, 0x3f80, 0x1fc0])}\nmov [r14], eax\nldmxcsr [r14]`,
    () => `lea rax, [${label()}]\njmp rax`,
    () => `lea rax, [leaf${random.below(2)}]\ncall rax`,
    () => `mov eax, r11d\nand eax, 3\njmp [table + rax*8]`,
    () => `mov rax, 0x8000000000000000\njmp rax`,
  ];

  const body = (index: number): string[] => {
    const lines: string[] = [];
    const count = 1 + random.below(random.oneIn(8) ? 60 : 8);
    for (let i = 0; i < count; i++) {
      if (random.oneIn(9)) lines.push(random.of(rare)());
      else lines.push(random.of(makers)());
      if (random.oneIn(10)) {
        const name = `patch${patches++}`;
        lines.push(`${name}_at: add ${random.of(['rax', 'rbx', 'rdx'])}, 1`);
        patchPlaces.push(`${name}_at + 3`);
      }
    }
    // A block may begin just below a page boundary, so that one of its instructions straddles it.
    const far = random.oneIn(4) ? [`align 4096`, `times ${4096 - 1 - random.below(24)} nop`] : [];
    const isLoop = random.oneIn(3);
    const loop = isLoop ? [`mov r13d, ${1 + random.below(60)}`, `mov [counter${index}], r13`, `loop${index}:`] : [];
    const again = isLoop ? ['dec r11', `js done`, `dec qword [counter${index}]`, `jnz loop${index}`] : [];
    return [
      ...(far.length > 0 ? [`jmp b${index}`, ...far] : []),
      `b${index}:`,
      'dec r11',
      'js done',
      `lea r12, [b${(index + 1) % blocks}]`,
      ...loop,
      ...lines,
      ...again,
    ];
  };
  const end = (): string =>
    random.of([
      () => `j${random.of(CONDITIONS)} ${label()}`,
      () => `j${random.of(CONDITIONS)} ${label()}`,
      () => `jmp ${label()}`,
      () => `call leaf${random.below(2)}`,
      () => `test r11, ${random.of([1, 2, 4])}\njnz ${label()}`,
    ])();

  const code = Array.from({ length: blocks }, (_, index) => [...body(index), end()]).flat();
  return [
    `mov rsp, ${STACK}`,
    `mov r14, ${DATA}`,
    ...WIDE.map((name, i) => `mov ${name}, ${0x1234567 * (i + 3) + random.below(1000)}`),
    `mov r11, ${500 + random.below(3000)}`,
    'lidt [idt_pointer]',
    'sti',
    ...code,
    'jmp b0',
    'done: cli',
    'hlt',
    'leaf0: lea r10, [r10 + 5]',
    'xor rax, r10',
    'ret',
    'leaf1: push rbx',
    'call leaf0',
    'pop rbx',
    'ret 0',
    // A fault pays too, so that a block that always faults ends.
    'fault_code: add rsp, 8',
    'fault: mov [rsp], r12',
    'dec r11',
    'jns fault_on',
    'lea r12, [done]',
    'mov [rsp], r12',
    'fault_on: cld',
    'iretq',
    'interrupt: inc qword [interrupts]',
    'iretq',
    'near0: dq 0',
    'align 64',
    'zero_word: dq 0x10',
    'interrupts: dq 0',
    'near1: dq 0',
    ...Array.from({ length: blocks }, (_, index) => `counter${index}: dq 0`),
    `table: dq ${Array.from({ length: 4 }, label).join(', ')}`,
    `idt_pointer: dw ${(INTERRUPT_VECTOR + 1) * 16 - 1}`,
    `dq ${IDT}`,
  ].join('\n');
}
