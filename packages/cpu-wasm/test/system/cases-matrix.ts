/** Each exception from each kind of code: vector, error code, saved RIP, selectors and flags (SDM Vol. 3A table 6-1, 6.15). */
import {
  type Case,
  type Check,
  checks,
  line,
  line32,
  try32,
  try64,
  USER,
  USER32,
  user32,
  user64,
  VIRTUAL,
  virtual,
} from './cases.ts';
import { descriptor } from './cases-exceptions.ts';

/** Where the code runs: how a fault and a trap look from there. */
interface Mode {
  readonly run: (...lines: string[]) => string;
  readonly fault: (vector: number, code?: number, cr2?: bigint) => string;
  readonly trap: (vector: number, offset: number) => string;
  readonly bits: 16 | 32 | 64;
}
const at = (offset: number): string => `+${offset.toString(16)}`;
const optional = (cr2: bigint | undefined) => (cr2 === undefined ? {} : { cr2 });

const LONG_KERNEL: Mode = {
  run: try64,
  fault: (vector, code, cr2) => line(vector, code, optional(cr2)),
  trap: (vector, offset) => line(vector, undefined, { offset: at(offset), flags: 0 }),
  bits: 64,
};
const LONG_USER: Mode = {
  run: user64,
  fault: (vector, code, cr2) => line(vector, code, { ...USER, ...optional(cr2) }),
  trap: (vector, offset) => line(vector, undefined, { ...USER, offset: at(offset), flags: 0 }),
  bits: 64,
};
const COMPATIBILITY: Mode = {
  run: (...lines) => user32(64, ...lines),
  fault: (vector, code, cr2) => line(vector, code, { ...USER32, ...optional(cr2) }),
  trap: (vector, offset) => line(vector, undefined, { ...USER32, offset: at(offset), flags: 0 }),
  bits: 32,
};
const PROTECTED_KERNEL: Mode = {
  run: try32,
  fault: (vector, code, cr2) => line32(vector, code, optional(cr2)),
  trap: (vector, offset) => line32(vector, undefined, { offset: at(offset), flags: 0 }),
  bits: 32,
};
const PROTECTED_USER: Mode = {
  run: (...lines) => user32(32, ...lines),
  fault: (vector, code, cr2) => line32(vector, code, { ...USER32, ...optional(cr2) }),
  trap: (vector, offset) => line32(vector, undefined, { ...USER32, offset: at(offset), flags: 0 }),
  bits: 32,
};
const VIRTUAL_8086: Mode = {
  run: (...lines) => virtual(0x20002, ...lines),
  fault: (vector, code, cr2) => line32(vector, code, { ...VIRTUAL, flags: 0x300, ...optional(cr2) }),
  trap: (vector, offset) => line32(vector, undefined, { ...VIRTUAL, offset: at(offset), flags: 0x200 }),
  bits: 16,
};

/** x87 and SSE with unmasked exceptions; `kernel` is the bitness of the code that sets up. */
const units = (kernel: 32 | 64): string => {
  const a = kernel === 64 ? 'rax' : 'eax';
  return ` mov ${a}, cr0\n or eax, 0x22\n mov cr0, ${a}\n mov ${a}, cr4\n or eax, 0x600\n mov cr4, ${a}\n`;
};
const withTaskSwitched = (kernel: 32 | 64, code: string): string => {
  const a = kernel === 64 ? 'rax' : 'eax';
  return ` mov ${a}, cr0\n or eax, 8\n mov cr0, ${a}\n${code} clts\n`;
};

/** What every mode has. */
function common(kernel: 32 | 64, { run, fault, trap, bits }: Mode): Check[] {
  const data = bits === 16 ? '0x600' : kernel === 64 ? 'user_page' : 'user_top - 64';
  const legacy: Check[] =
    bits === 64
      ? [
          ['into is #UD', run('db 0xce'), fault(6)],
          ['bound is #UD', run('db 0x62, 0x00'), fault(6)],
          ['aam is #UD', run('db 0xd4, 0'), fault(6)],
          ['les is #UD', run('db 0xc4, 0x00'), fault(6)],
        ]
      : [
          ['#OF', run('mov al, 127', 'inc al', 'into'), trap(4, 1)],
          [
            '#BR',
            run(`mov dword [${data}], 0`, `mov dword [${data} + 4], 0`, 'mov eax, 9', `bound eax, [${data}]`),
            fault(5),
          ],
          ['#DE by aam', run('db 0xd4, 0'), fault(0)],
        ];
  return [
    ['#DE by div', run('xor ecx, ecx', 'div ecx'), fault(0)],
    ['#DE by idiv', run('mov eax, 0x80000000', 'cdq', 'mov ecx, -1', 'idiv ecx'), fault(0)],
    ['#DE by div of a byte', run('mov ax, 0x1000', 'mov cl, 1', 'div cl'), fault(0)],
    ['#BP', run('int3'), trap(3, 1)],
    ...legacy,
    ['#UD by ud2', run('ud2'), fault(6)],
    ['#UD by ud1', run('db 0x0f, 0xb9, 0xc0'), fault(6)],
    ['#UD by lock', run('db 0xf0, 0x90'), fault(6)],
    ['#UD by mov cs', run('db 0x8e, 0xc8'), fault(6)],
    ['#UD by lea of a register', run('db 0x8d, 0xc0'), fault(6)],
    ['#UD by lock of a register', run('db 0xf0, 0x01, 0xc0'), fault(6)],
    ['#NM by x87', withTaskSwitched(kernel, run('fnop')), fault(7)],
    ['#NM by SSE', withTaskSwitched(kernel, run('xorps xmm0, xmm0')), fault(7)],
    ['#NM by wait', withTaskSwitched(kernel, run('wait')), fault(7)],
    [
      '#MF at the next wait',
      `${run('fninit', `mov word [${data}], 0x37b`, `fldcw [${data}]`, 'fld1', 'fldz', 'fdivp st1, st0', 'wait')} fninit\n`,
      fault(16),
    ],
  ];
}

/** 0 / 0 with the invalid operation unmasked. */
const simd = (name: string, { run, fault }: Mode, data: string): Check => [
  name,
  run(`mov dword [${data}], 0x1f00`, `ldmxcsr [${data}]`, 'xorps xmm0, xmm0', 'divss xmm0, xmm0'),
  fault(19),
];
const NO_XM = 'TCG raises no SIMD floating-point exceptions (SDM Vol. 3A 6.15 "Interrupt 19")';

/** Segments: in every mode that has descriptors. */
function segments({ run, fault }: Mode): Check[] {
  return [
    ['#GP beyond the GDT', run('mov ax, 0x1238', 'mov ds, ax'), fault(13, 0x1238)],
    ['#GP by an LDT that is not there', run('mov ax, 0x0c', 'mov ds, ax'), fault(13, 0x0c)],
    ['#GP by a TSS selector', run('mov ax, TSS', 'mov ds, ax'), fault(13, 0x38)],
    ['#GP by code in SS', run('mov ax, CODE32', 'mov ss, ax'), fault(13, 8)],
    ['#GP by execute-only code', run('mov ax, SLOT + 16 + 3', 'mov es, ax'), fault(13, 0x58)],
    ['#NP by a data segment', run('mov ax, SLOT + 3', 'mov es, ax'), fault(11, 0x48)],
    ['#NP by FS', run('mov ax, SLOT + 3', 'mov fs, ax'), fault(11, 0x48)],
  ];
}
/** Absent data of DPL 3, absent data of DPL 0, execute-only code. */
/** A reset leaves LDTR usable, with base 0. */
const SEGMENT_SETUP =
  ' xor eax, eax\n lldt ax\n' + descriptor(0, 0x00cf7200) + descriptor(1, 0x00cf1200) + descriptor(2, 0x00cff800);
const kernelStack = ({ run, fault }: Mode): Check[] => [
  ['#SS by an absent stack', run('mov ax, SLOT + 8', 'mov ss, ax'), fault(12, 0x50)],
  ['#GP by an SS of DPL 3', run('mov ax, USER_DATA', 'mov ss, ax'), fault(13, 0x28)],
];
const userStack = ({ run, fault }: Mode): Check[] => [
  ['#SS by an absent stack', run('mov ax, SLOT + 3', 'mov ss, ax'), fault(12, 0x48)],
  ['#GP by a null SS', run('mov ax, 3', 'mov ss, ax'), fault(13, 0)],
  ['#GP by an SS of DPL 0', run('mov ax, DATA', 'mov ss, ax'), fault(13, 0x10)],
  ['#GP by DS of DPL 0', run('mov ax, DATA', 'mov ds, ax'), fault(13, 0x10)],
  ['#GP by hlt', run('hlt'), fault(13, 0)],
  ['#GP by cli', run('cli'), fault(13, 0)],
  ['#GP by in', run('in al, 0x71'), fault(13, 0)],
];

/** Page faults in a guest with paging: not present, by reads and writes. */
const pages = ({ run, fault }: Mode, u: number): Check[] => [
  ['#PF by a read', run('mov eax, [0x5000123]').replace('0x5000123', '0x600123'), fault(14, u, 0x600123n)],
  ['#PF by a write', run('mov [0x600125], al'), fault(14, u | 2, 0x600125n)],
];
const HOLE = ' mov qword [pd + 3 * 8], 0\n invlpg [0x600000]\n';

export const matrixCases: readonly Case[] = [
  checks('exceptions from 64-bit code at CPL 0', 64, units(64) + SEGMENT_SETUP + HOLE, [
    ...common(64, LONG_KERNEL),
    ...segments(LONG_KERNEL),
    ...kernelStack(LONG_KERNEL),
    ...pages(LONG_KERNEL, 0),
  ]),
  checks('exceptions from 64-bit code at CPL 3', 64, units(64) + SEGMENT_SETUP + HOLE, [
    ...common(64, LONG_USER),
    ...segments(LONG_USER),
    ...userStack(LONG_USER),
    ...pages(LONG_USER, 4),
  ]),
  checks('exceptions from compatibility mode', 64, units(64) + SEGMENT_SETUP + HOLE, [
    ...common(64, COMPATIBILITY),
    ...segments(COMPATIBILITY),
    ...userStack(COMPATIBILITY),
    ...pages(COMPATIBILITY, 4),
  ]),
  checks('exceptions from 32-bit code at CPL 0', 32, units(32) + SEGMENT_SETUP, [
    ...common(32, PROTECTED_KERNEL),
    ...segments(PROTECTED_KERNEL),
    ...kernelStack(PROTECTED_KERNEL),
  ]),
  checks('exceptions from 32-bit code at CPL 3', 32, units(32) + SEGMENT_SETUP, [
    ...common(32, PROTECTED_USER),
    ...segments(PROTECTED_USER),
    ...userStack(PROTECTED_USER),
  ]),
  checks('INT n through a gate of DPL 0, from 32-bit code', 32, '', [
    ['CPL 3', PROTECTED_USER.run('int 0x0d'), PROTECTED_USER.fault(13, 13 * 8 + 2)],
    ['CPL 0', PROTECTED_KERNEL.run('int 0x81'), PROTECTED_KERNEL.trap(0x81, 2)],
  ]),
  checks(
    'INT n through a gate of DPL 0, and a null SS, under IA-32e mode',
    64,
    '',
    [
      ['64-bit code', LONG_USER.run('int 0x0d'), LONG_USER.fault(13, 13 * 8 + 2)],
      ['compatibility mode', COMPATIBILITY.run('int 0x0d'), COMPATIBILITY.fault(13, 13 * 8 + 2)],
      ['null SS with another RPL', LONG_KERNEL.run('mov ax, 3', 'mov ss, ax'), LONG_KERNEL.fault(13, 0)],
    ],
    'TCG counts 16 bytes for each vector in the error code, and takes every null SS at CPL 0 (SDM Vol. 3A 6.13, 5.4.1.1)',
  ),
  checks(
    '#XM under IA-32e mode',
    64,
    units(64),
    [
      simd('CPL 0', LONG_KERNEL, 'user_page'),
      simd('CPL 3', LONG_USER, 'user_page'),
      simd('compatibility mode', COMPATIBILITY, 'user_page'),
    ],
    NO_XM,
  ),
  checks(
    '#XM in legacy modes',
    32,
    units(32),
    [
      simd('CPL 0', PROTECTED_KERNEL, 'user_top - 64'),
      simd('CPL 3', PROTECTED_USER, 'user_top - 64'),
      simd('virtual-8086', VIRTUAL_8086, '0x600'),
    ],
    NO_XM,
  ),
  checks('exceptions from virtual-8086 mode', 32, units(32), common(32, VIRTUAL_8086)),
];
