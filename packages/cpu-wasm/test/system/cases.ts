/** The form of a case: a guest body and the text that it must print. */
import { attempt } from './guest.ts';

export interface Case {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly body: string;
  /** Printed lines. */
  readonly expected: readonly string[];
  /** QEMU 7.2 (TCG) prints something else; why it is wrong or free to differ, with the manual's paragraph. Undefined: it must agree. */
  readonly qemu?: string;
}

/** Attempts one instruction in 64-bit code at CPL 0; the lines before it prepare it. */
export const try64 = (...lines: string[]): string => attempt(64, ...lines);
/** The same in 32-bit code. */
export const try32 = (...lines: string[]): string => attempt(32, ...lines);

let serial = 0;

/** RFLAGS with which user code starts: nothing but bit 1. */
const USER_FLAGS = 2;

/** Runs lines at CPL 3 in 64-bit code; the last may fault, else INT 80h brings the guest back. */
export const user64 = (...lines: string[]): string => user64With(USER_FLAGS, ...lines);

/** The same with other RFLAGS to start with. */
export function user64With(flags: number, ...lines: string[]): string {
  const n = serial++;
  return `
  mov qword [resume], user_after_${n}
  mov qword [at], user_at_${n}
  mov [resume_rsp], rsp
  push USER_DATA
  push user_top
  push ${flags}
  push USER_CODE64
  push user_${n}
  iretq
user_${n}:
  ${lines.slice(0, -1).join('\n  ')}
user_at_${n}:
  ${lines.at(-1)}
  int 0x80
user_after_${n}:
`;
}

/** The same in 32-bit code; from a 64-bit kernel this is compatibility mode. */
export const user32 = (kernel: 32 | 64, ...lines: string[]): string => user32With(USER_FLAGS, kernel, ...lines);

/** The same with other RFLAGS to start with. */
export function user32With(flags: number, kernel: 32 | 64, ...lines: string[]): string {
  const n = serial++;
  const [word, stack, ret] = kernel === 64 ? ['qword', 'rsp', 'iretq'] : ['dword', 'esp', 'iretd'];
  return `
  mov ${word} [resume], user_after_${n}
  mov ${word} [at], user_at_${n}
  mov [resume_rsp], ${stack}
  push USER_DATA
  push user_top
  push ${flags}
  push USER_CODE32
  push user_${n}
  ${ret}
bits 32
user_${n}:
  mov ax, USER_DATA
  mov ds, ax
  mov es, ax
  ${lines.slice(0, -1).join('\n  ')}
user_at_${n}:
  ${lines.at(-1)}
  int 0x80
bits ${kernel}
user_after_${n}:
`;
}

/** The line of an exception in a 64-bit kernel. */
export function line(
  vector: number,
  code: number | undefined,
  options: { offset?: string; cs?: number; ss?: number; flags?: number; cr2?: bigint } = {},
): string {
  const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0');
  const { offset = '+0', cs = 0x18, ss = 0x10, flags = 0x100, cr2 } = options;
  const tail = cr2 === undefined ? '' : ` cr2=${hex(cr2, 16)}`;
  return `#${hex(vector, 2)} e=${code === undefined ? '-' : hex(code, 4)} ${offset} cs=${hex(cs, 4)} ss=${hex(ss, 4)} fl=${hex(flags, 4)}${tail}`;
}

/** The line of an exception in a 32-bit kernel; SS is on the stack only when the privilege level changed. */
export function line32(
  vector: number,
  code: number | undefined,
  options: { offset?: string; cs?: number; ss?: number; flags?: number; cr2?: bigint } = {},
): string {
  const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0');
  const { offset = '+0', cs = 8, ss, flags = 0x100, cr2 } = options;
  const stack = ss === undefined ? '' : ` ss=${hex(ss, 4)}`;
  const tail = cr2 === undefined ? '' : ` cr2=${hex(cr2, 8)}`;
  return `#${hex(vector, 2)} e=${code === undefined ? '-' : hex(code, 4)} ${offset} cs=${hex(cs, 4)}${stack} fl=${hex(flags, 4)}${tail}`;
}

/** Options of `line` for code at CPL 3. */
export const USER = { cs: 0x33, ss: 0x2b } as const;
/** The same in compatibility mode or a 32-bit kernel. */
export const USER32 = { cs: 0x23, ss: 0x2b } as const;

/** One line of a table of checks: its name, the code that prints one line, and that line. */
export type Check = readonly [name: string, code: string, line: string];

/** A case of many checks, each of which prints its name and one line. */
export function checks(name: string, bits: 32 | 64, setup: string, table: readonly Check[], qemu?: string): Case {
  const pointer = bits === 64 ? 'rsi' : 'esi';
  const body = table.map(([label, code]) => {
    const n = serial++;
    const say = `  jmp say_${n}\nname_${n}: db "${label}: ", 0\nsay_${n}:\n  mov ${pointer}, name_${n}\n  call text\n`;
    return say + code;
  });
  const expected = table.map(([label, , line]) => `${label}: ${line}`);
  return { name, bits, body: setup + body.join('\n'), expected, ...(qemu === undefined ? {} : { qemu }) };
}

/** Base of the code segment of `virtual`, which lies just below the image: FFFF0h, so CS is FFFFh. */
const VIRTUAL_BASE = '0xffff0';

/**
 * Runs lines in virtual-8086 mode from a 32-bit kernel, entered by IRETD with `flags`; the last may fault, else INT3 brings the
 * guest back, as it does at every IOPL. Stack 2000:1000, DS 0, ES 3000, FS 4000, GS 5000.
 */
export function virtual(flags: number, ...lines: string[]): string {
  const n = serial++;
  return `
  mov dword [resume], virtual_after_${n}
  mov dword [at], virtual_at_${n} - ${VIRTUAL_BASE}
  mov [resume_rsp], esp
  push 0x5000
  push 0x4000
  push 0
  push 0x3000
  push 0x2000
  push 0x1000
  push ${flags}
  push 0xffff
  push virtual_${n} - ${VIRTUAL_BASE}
  iretd
bits 16
virtual_${n}:
  ${lines.slice(0, -1).join('\n  ')}
virtual_at_${n}:
  ${lines.at(-1)}
  int3
bits 32
virtual_after_${n}:
`;
}

/** Options of `line32` for `virtual`. */
export const VIRTUAL = { cs: 0xffff, ss: 0x2000 } as const;
