/**
 * Random guests of 32-bit code for the comparison of translator and interpreter, as those of random-guest.ts: CPL 0, with segments that
 * are flat and others that are not, far transfers between code segments, operands and addresses of 16 bits. They run without
 * paging, with page tables of 32 bits, with PAE, or as compatibility mode under 64-bit fault handlers.
 *
 * What the 64-bit guests keep in registers is in memory here, reached through SS, whose base is always 0: the counter that ends
 * the guest and where a fault goes on. EBP and EDI are indices.
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

/** What these guests run under. */
export const LEGACY_MODES = ['unpaged', '32-bit paging', 'PAE', 'compatibility'] as const;
export type LegacyMode = (typeof LEGACY_MODES)[number];

/** Their GDT: selectors 8, 10h, ... */
export const LEGACY_GDT = [
  0x00cf9b000000ffffn, // 08 code, flat
  0x00cf93000000ffffn, // 10 data, flat
  0x00c09b000000007fn, // 18 code that ends at `STACK`
  0x00cf9b010000ffffn, // 20 code from 64 KiB on
  0x00c093000000007fn, // 28 data that ends at `STACK`
  0x00cf93060000ffffn, // 30 data from `DATA` on
  0x00cf91000000ffffn, // 38 data that must not be written
  0x00af9b000000ffffn, // 40 code, 64 bits
] as const;
/** Code segment of fault handlers. */
export const handlerSelector = (mode: LegacyMode): bigint => (mode === 'compatibility' ? 0x40n : 8n);
/** Bytes of a page table entry. */
export const entryBytes = (mode: LegacyMode): 4 | 8 => (mode === '32-bit paging' ? 4 : 8);

/** A page of its own, so that counting writes beside no code. */
const VARIABLES = 0x58000;
const PAID = `dword [ss:${VARIABLES}]`;
const NEXT = `[ss:${VARIABLES + 4}]`;

const PARTS = {
  eax: ['ax', 'al', 'ah'],
  ebx: ['bx', 'bl', 'bh'],
  ecx: ['cx', 'cl', 'ch'],
  edx: ['dx', 'dl', 'dh'],
} as const;
const NAMED = ['eax', 'ebx', 'ecx', 'edx'] as const;
const WIDE = [...NAMED, 'esi', 'edi', 'ebp'] as const;
const SIZES = ['dword', 'word', 'byte'] as const;
const BINARY = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov'] as const;

/** Handlers: a fault goes on at the next block, in the flat code segment; 64-bit code in compatibility mode. */
const handlers = (mode: LegacyMode): string =>
  mode === 'compatibility'
    ? `bits 64
fault_code: add rsp, 8
fault: mov r8d, [${VARIABLES + 4}]
  mov [rsp], r8
  mov dword [rsp + 8], 8
  dec dword [${VARIABLES}]
  jns fault_on
  mov dword [rsp], done
fault_on: cld
  iretq
interrupt: inc dword [interrupts]
  iretq
bits 32`
    : `fault_code: add esp, 4
fault: push eax
  mov eax, ${NEXT}
  mov [ss:esp + 4], eax
  mov dword [ss:esp + 8], 8
  dec ${PAID}
  jns fault_on
  mov dword [ss:esp + 4], done
fault_on: pop eax
  cld
  iretd
interrupt: inc dword [ss:interrupts]
  iretd`;

/** One random guest as assembly text. */
export function randomGuest32(random: Random, mode: LegacyMode): string {
  const register = (): (typeof WIDE)[number] => random.of(WIDE);
  /** A register of a size: 0 = 32 bits, 1 = 16, 2 = 8. */
  const part = (size: number): string => {
    if (size === 0) return register();
    const [word, low, high] = PARTS[random.of(NAMED)];
    return size === 1 ? word : random.of([low, high]);
  };
  const size = (): number => random.of([0, 0, 0, 1, 2]);
  const small = (): number => random.of([0, 1, 2, 7, 8, 31, 127, -1, -128]);
  const vector = (): string => `xmm${random.below(8)}`;
  /** Sets an index and returns an operand within the data; EBP goes through SS, EDI through DS. */
  const memory = (): { readonly setup: string; readonly text: string } => {
    const index = random.of(['ebp', 'edi', 'edi']);
    const segment = random.oneIn(3) ? `${random.of(['es', 'fs', 'gs', 'ds', 'ss'])}:` : '';
    return {
      setup: `mov ${index}, ${register()}\nand ${index}, ${random.of([0xff8, 0x3ff8, 0x7ff0])}`,
      text: `[${segment}${index} + ${DATA + random.of([0, 0, 0, 3, 8, 0xff9])}]`,
    };
  };

  const makers: readonly (() => string)[] = [
    ...commonMakers(random, 32, register),
    () => {
      const bits = size();
      return `${random.of(BINARY)} ${part(bits)}, ${part(bits)}`;
    },
    () => `${random.of(BINARY)} ${part(0)}, ${small()}`,
    () => {
      const bits = size();
      const { setup, text } = memory();
      return `${setup}\n${random.of(BINARY)} ${SIZES[bits]} ${text}, ${part(bits)}`;
    },
    () => {
      const bits = size();
      const { setup, text } = memory();
      return `${setup}\n${random.of(BINARY)} ${part(bits)}, ${text}`;
    },
    () => `${random.of(['inc', 'dec', 'neg', 'not'])} ${part(size())}`,
    () => `${random.of(SHIFTS)} ${part(size())}, ${random.below(40)}`,
    () => `${random.of(SHIFTS)} ${part(size())}, cl`,
    () => `lea ${register()}, [${random.of(['bx + si', 'bp + di', 'bx', 'si'])} + ${random.below(1000)}]`,
    () => `mov ${register()}, [${random.of(['bx + si', 'bp + di', 'bx', 'si'])}]`,
    () => `${random.of(['mul', 'imul'])} ${part(size())}`,
    () => `set${random.of(CONDITIONS)} ${part(2)}`,
    () => `${random.of(['movzx', 'movsx'])} ${register()}, ${part(random.of([1, 2]))}`,
    () => `push ${small()}\nadd ${register()}, [esp]\npop ${register()}`,
    () => {
      const { setup, text } = memory();
      return `${setup}\npush dword ${text}\npop dword ${text}`;
    },
    () => `mov ${register()}, [esp + ${4 * random.below(8)}]`,
    () => `${random.of(['add', 'mov', 'xor'])} [esp - ${4 + 4 * random.below(8)}], ${register()}`,
    () => `enter ${8 * random.below(4)}, ${random.below(3)}\nmov ${register()}, [ebp - 4]\nleave`,
    () => random.of(['pushad\npopad', 'pusha\npopa', 'push es\npop es', 'push fs\npop gs']),
    () => 'pushfd\npop eax\nand eax, 0x8d5\nxor eax, 1\npush eax\npopfd\nsti',
    () => random.of(['lahf', 'sahf', 'cmc', 'clc', 'stc', 'cld', 'cwde', 'cdq', 'cbw', 'bswap eax', 'xchg eax, ebx']),
    () => random.of(['aaa', 'aas', 'daa', 'das', 'aam', 'aad', 'into']),
    () => {
      const { setup, text } = memory();
      return `${setup}\nlock ${random.of(['xadd', 'cmpxchg', 'add'])} dword ${text}, ${register()}`;
    },
    () => `movd ${vector()}, ${register()}\nmovd ${register()}, ${vector()}`,
    () => `cvtsi2sd ${vector()}, ${register()}\ncvttsd2si ${register()}, ${vector()}`,
    () => {
      const { setup, text } = memory();
      return `${setup}\n${random.of([`movdqu ${vector()}, ${text}`, `movdqu ${text}, ${vector()}`, `movsd ${vector()}, ${text}`])}`;
    },
    () => `fild qword [${DATA}]\nfadd st0, st0\nfistp qword [${random.of(['', 'gs:'])}${DATA + 8}]`,
    () => random.of(['rdtsc', 'xor eax, eax\ncpuid', `in al, ${INTERRUPT_PORT}`]),
    () =>
      `mov esi, ${DATA + random.below(4000)}\nmov edi, ${DATA + random.below(8000)}\nmov ecx, ${random.below(40)}\nrep ${random.of(['movsb', 'movsd', 'stosb', 'stosd'])}`,
    () => `mov edi, ${DATA + random.below(4000)}\nmov ecx, ${random.below(40)}\nrepne scasb`,
    () => 'mov eax, cr0\nmov cr0, eax',
  ];

  const blocks = 2 + random.below(9);
  const label = (): string => `b${random.below(blocks)}`;
  const patchPlaces: string[] = [];
  const protectedPage = (): number => DATA_PAGES / 2 + random.below(DATA_PAGES / 2);
  const entryOf = (page: number): number => PAGE_TABLE + page * entryBytes(mode);
  const patch = (): string =>
    patchPlaces.length === 0 ? 'nop' : `add byte [ss:${random.of(patchPlaces)}], ${1 + random.below(3)}`;
  const load = (segment: string, selectors: readonly number[]): string =>
    `mov eax, ${random.of(selectors)}\nmov ${segment}, ax`;
  let places = 0;
  /** A far jump to what is behind it, in a code segment with base 0. */
  const far = (): string => {
    const name = `far${places++}`;
    return `jmp ${random.of([8, 8, 0x18])}:${name}\n${name}:`;
  };

  /** What is rarer: each changes what the translator relies on. */
  const rare: readonly (() => string)[] = [
    patch,
    patch,
    patch,
    () => `inc dword [ss:near${random.below(2)}]`,
    () => random.of(['xor ecx, ecx\ndiv ecx', 'ud2', 'mov eax, [0xfffffffe]', 'int3', 'mov [0x300000], eax']),
    () => `mov eax, [${DATA + protectedPage() * 4096}]`,
    () => `mov [${DATA + protectedPage() * 4096 + 8}], eax`,
    () => {
      const page = DATA / 4096 + protectedPage();
      const flush = random.of([`invlpg [${page * 4096}]`, 'mov eax, cr3\nmov cr3, eax', '']);
      return `xor byte [ss:${entryOf(page)}], ${random.of([1, 2, 0x20, 0x40])}\n${flush}`;
    },
    () => {
      const flush = random.of([`invlpg [${TWO_FACED}]`, 'mov eax, cr3\nmov cr3, eax']);
      return `mov dword [ss:${entryOf(TWO_FACED / 4096)}], ${random.of(FACES)} + 0x23\n${flush}`;
    },
    () => `call ${TWO_FACED}`,
    () => `mov byte [ss:${random.of(FACES) + 5}], ${random.below(100)}`,
    () => `out ${INTERRUPT_PORT}, al`,
    () => random.of(['sti', 'cli']),
    // Segments: flat, with a limit, with a base, read only.
    () => load(random.of(['ds', 'es']), [0x10, 0x10, 0x28, 0x30, 0x38]),
    () => load(random.of(['fs', 'gs']), [0x10, 0x28, 0x30, 0]),
    () => load('ss', [0x10, 0x10, 0x28]),
    // Beyond the limit of the last one.
    () => `mov dword [ds:${STACK}], ${label()}\nmov esp, ${STACK}\n${random.of(['pop ecx\npush ecx', 'ret'])}`,
    far,
    far,
    () => 'call 0x20:based - 0x10000',
    () => `lea eax, [${label()}]\njmp eax`,
    () => `lea eax, [leaf${random.below(2)}]\ncall eax`,
    () => `mov eax, [ss:${VARIABLES}]\nand eax, 3\njmp [ss:table + eax*4]`,
    () => `mov eax, ${random.of(['0xffffffff', '0x300000', '0x80000000'])}\njmp eax`,
  ];

  const body = (index: number): string[] => {
    const lines: string[] = [];
    const count = 1 + random.below(random.oneIn(8) ? 60 : 8);
    for (let i = 0; i < count; i++) {
      lines.push(random.of(random.oneIn(9) ? rare : makers)());
      if (random.oneIn(10)) {
        const name = `patch${patchPlaces.length}_at`;
        lines.push(`${name}: add ${random.of(['eax', 'ebx', 'edx'])}, 1`);
        patchPlaces.push(`${name} + 2`);
      }
    }
    // A block may begin just below a page boundary, so that one of its instructions straddles it.
    const space = random.oneIn(4) ? [`jmp b${index}`, 'align 4096', `times ${4096 - 1 - random.below(24)} nop`] : [];
    const isLoop = random.oneIn(3);
    const counter = `dword [ss:${VARIABLES + 16 + 4 * index}]`;
    const loop = isLoop ? [`mov ${counter}, ${1 + random.below(60)}`, `loop${index}:`] : [];
    const again = isLoop ? [`dec ${PAID}`, 'js done', `dec ${counter}`, `jnz loop${index}`] : [];
    return [
      ...space,
      `b${index}:`,
      `dec ${PAID}`,
      'js done',
      `mov dword ${NEXT}, b${(index + 1) % blocks}`,
      ...(random.oneIn(3) ? ['push 0x10', 'pop ds', 'push 0x10', 'pop ss'] : []),
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
      () => `test ${PAID}, ${random.of([1, 2, 4])}\njnz ${label()}`,
    ])();

  const code = Array.from({ length: blocks }, (_, index) => [...body(index), end()]).flat();
  return [
    'bits 32',
    `mov esp, ${STACK}`,
    ...['es', 'fs', 'gs'].map((segment) => load(segment, [0x28, 0x30, 0x38])),
    ...WIDE.map((name, i) => `mov ${name}, ${0x1234567 * (i + 3) + random.below(1000)}`),
    `mov ${PAID}, ${500 + random.below(3000)}`,
    'lidt [idt_pointer]',
    'sti',
    ...code,
    'jmp b0',
    'done: cli',
    'hlt',
    'leaf0: lea edx, [edx + 5]',
    'xor eax, edx',
    'ret',
    'leaf1: push ebx',
    'call leaf0',
    'pop ebx',
    'ret 0',
    'based: add eax, 3',
    'retf',
    handlers(mode),
    'near0: dd 0',
    'align 64',
    'interrupts: dd 0',
    'near1: dd 0',
    `table: dd ${Array.from({ length: 4 }, label).join(', ')}`,
    `idt_pointer: dw ${(INTERRUPT_VECTOR + 1) * 16 - 1}`,
    `dd ${IDT}`,
  ].join('\n');
}
