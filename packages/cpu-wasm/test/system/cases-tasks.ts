/** Task switches: by JMP, CALL, INT, exceptions and IRET, the state they save and load, their faults (SDM Vol. 3A chapter 8). */
import { type Case, type Check, checks, line32, try32 } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';
import { NO_VME } from './cases-virtual-8086.ts';

const GENERAL = 13;
const SEGMENT_ABSENT = 11;
const STACK = 12;
const TASK = 10;

/**
 * A second task at `other`, its TSS descriptor in the first slot; `entry` is a label. It runs in ring 0 on the stack of IST
 * size below `user_top`.
 */
const OTHER = `
  jmp other_ready
align 8
other: resb 104
other_ready:
`;
const describe = (access = 0x89): string => `
  mov dword [slot], ((other & 0xffff) << 16) | 0x67
  mov dword [slot + 4], ((other >> 16) & 0xff) | ${access << 8}
`;
const state = (entry: string): string => `
  mov dword [other], 0
  mov dword [other + 4], inner_top
  mov dword [other + 8], DATA
  mov dword [other + 0x20], ${entry}
  mov dword [other + 0x24], 2
  mov dword [other + 0x38], user_top - 512
  mov dword [other + 0x48], DATA
  mov dword [other + 0x4c], CODE32
  mov dword [other + 0x50], DATA
  mov dword [other + 0x54], DATA
  mov dword [other + 0x58], DATA
  mov dword [other + 0x5c], DATA
  mov dword [other + 0x60], 0
  mov dword [other + 0x64], 0
`;
/** Back to the first task's TSS, whichever was the current one. */
const FIRST_AGAIN = `
  mov byte [tss_descriptor + 5], 0x89
  mov ax, TSS
  ltr ax
  push 2
  popfd
`;
const showEax = '\n  call show32\n';
/** Busy bits of both TSS descriptors: type of the first in the high byte. */
const SHOW_BUSY = ` movzx eax, byte [tss_descriptor + 5]\n shl eax, 8\n mov al, [slot + 5]${showEax}`;
const SHOW_FLAGS = ` pushfd\n pop eax\n and eax, 0x4000${showEax}`;

/** A switch that fails in the old task. */
const refused = (name: string, prepare: string, line: string, instruction = 'jmp SLOT:0'): Check => [
  name,
  `${describe()}${state('finish')}${prepare}${try32(instruction)}`,
  line,
];

/** A switch to a task of ring 3 whose state is bad: the fault comes in the new task, at its first instruction. */
function broken(
  name: string,
  change: string,
  vector: number,
  code: number,
  options: { cs?: number; ss?: number } = {},
): Check {
  const { cs = 0x23, ss = 0x2b } = options;
  const id = name.replace(/\W/g, '_');
  return [
    name,
    `${FIRST_AGAIN}${describe()}${state('finish')}
  mov dword [other + 0x4c], USER_CODE32
  mov dword [other + 0x50], USER_DATA
  mov dword [other + 0x48], USER_DATA
  mov dword [other + 0x54], USER_DATA
  mov dword [other + 0x58], 0
  mov dword [other + 0x5c], 0
  ${change}
  mov dword [resume], broken_${id}
  mov dword [at], finish
  mov [resume_rsp], esp
  jmp SLOT:0
broken_${id}:
`,
    line32(vector, code, { cs, ss }),
  ];
}

export const taskCases: readonly Case[] = [
  {
    name: 'task switch by JMP: state, busy bits, CR0.TS, TR',
    bits: 32,
    body: `${OTHER}${describe()}${state('jump_entry')}
  mov dword [other + 0x28], 0x11111111
  mov dword [other + 0x44], 0x22222222
  mov ebx, 0x33333333
  mov edi, esp
  jmp SLOT:0
jump_back:
  mov eax, ebx${showEax}
  mov eax, edi
  sub eax, esp${showEax}
  ${SHOW_BUSY}${SHOW_FLAGS}
  jmp jump_done
jump_entry:
  ${showEax}
  mov eax, edi${showEax}
  mov eax, esp
  sub eax, user_top - 512${showEax}
  xor eax, eax
  str ax${showEax}
  ${SHOW_BUSY}${SHOW_FLAGS}
  mov eax, cr0
  and eax, 8${showEax}
  movzx eax, word [other]${showEax}
  mov eax, [tss + 0x20]
  sub eax, jump_back${showEax}
  mov eax, [tss + 0x34]${showEax}
  jmp TSS:0
jump_done:`,
    expected: [
      '11111111',
      '22222222',
      '00000000',
      '00000048',
      '0000898b',
      '00000000',
      '00000008',
      '00000000',
      '00000000',
      '33333333',
      '33333333',
      '00000000',
      '00008b89',
      '00000000',
    ],
  },
  {
    name: 'task switch by CALL nests: link, NT, both busy; IRET returns; the task goes on behind its IRET',
    bits: 32,
    body: `${OTHER}${describe()}${state('call_entry')}
  call SLOT:0
  ${SHOW_BUSY}${SHOW_FLAGS}
  call SLOT:0
  ${SHOW_BUSY}
  jmp call_done
call_entry:
  movzx eax, word [other]${showEax}
  ${SHOW_BUSY}${SHOW_FLAGS}
  iretd
  mov eax, [other + 0x24]
  and eax, 0x4000${showEax}
  iretd
call_done:`,
    expected: ['00000038', '00008b8b', '00004000', '00008b89', '00000000', '00000000', '00008b89'],
  },
  {
    name: 'task gates: JMP and CALL through the GDT, INT and exceptions through the IDT, error code on the new stack',
    bits: 32,
    body: `${OTHER}${describe()}${state('gate_entry')}
  mov dword [slot + 8], SLOT << 16
  mov dword [slot + 12], 0x8500
  call SLOT + 8:0
  mov dword [idt + 0x81 * 8], SLOT << 16
  mov dword [idt + 0x81 * 8 + 4], 0x8500
  int 0x81
  mov dword [idt + 13 * 8], SLOT << 16
  mov dword [idt + 13 * 8 + 4], 0x8500
  ${state('code_entry')}
  mov eax, 0x1238
faulting:
  mov ds, ax
  mov al, 1
  jmp gate_done
gate_entry:
  movzx eax, word [other]${showEax}
  ${SHOW_BUSY}
  iretd
  jmp gate_entry
code_entry:
  pop eax${showEax}
  mov eax, [tss + 0x20]
  sub eax, faulting${showEax}
  mov eax, user_top - 512
  sub eax, esp${showEax}
  mov dword [tss + 0x28], DATA
  iretd
gate_done:
  movzx eax, al${showEax}`,
    expected: ['00000038', '00008b8b', '00000038', '00008b8b', '00001238', '00000000', '00000000', '00000001'],
  },
  checks('task switch: faults in the old task', 32, OTHER + descriptor(7, 0x00008200), [
    refused('busy', 'mov byte [slot + 5], 0x8b\n', line32(GENERAL, 0x48)),
    refused('not present', 'mov byte [slot + 5], 0x09\n', line32(SEGMENT_ABSENT, 0x48)),
    refused('limit 66h', 'mov byte [slot], 0x66\n', line32(TASK, 0x48)),
    refused('RPL above DPL', '', line32(GENERAL, 0x48), 'jmp SLOT + 3:0'),
    refused('an LDT', '', line32(GENERAL, 0x80), 'jmp SLOT + 56:0'),
    refused('itself', '', line32(GENERAL, 0x38), 'jmp TSS:0'),
    refused('call to busy', 'mov byte [slot + 5], 0x8b\n', line32(GENERAL, 0x48), 'call SLOT:0'),
    refused(
      'gate: null',
      'mov dword [slot + 8], 0\n mov dword [slot + 12], 0x8500\n',
      line32(GENERAL, 0),
      'jmp SLOT + 8:0',
    ),
    refused(
      'gate: code',
      'mov dword [slot + 8], 8 << 16\n mov dword [slot + 12], 0x8500\n',
      line32(GENERAL, 8),
      'jmp SLOT + 8:0',
    ),
    refused(
      'gate: absent',
      'mov dword [slot + 8], SLOT << 16\n mov dword [slot + 12], 0x0500\n',
      line32(SEGMENT_ABSENT, 0x50),
      'jmp SLOT + 8:0',
    ),
    refused(
      'gate: absent TSS',
      'mov byte [slot + 5], 0x09\n mov dword [slot + 8], SLOT << 16\n mov dword [slot + 12], 0x8500\n',
      line32(SEGMENT_ABSENT, 0x48),
      'jmp SLOT + 8:0',
    ),
    refused(
      'int: busy TSS',
      'mov byte [slot + 5], 0x8b\n mov dword [idt + 0x81 * 8], SLOT << 16\n mov dword [idt + 0x81 * 8 + 4], 0x8500\n',
      line32(GENERAL, 0x48),
      'int 0x81',
    ),
    refused(
      'iret: link not busy',
      'mov word [tss], SLOT\n push 0x4002\n popfd\n',
      line32(TASK, 0x48, { flags: 0x140 }),
      'iretd',
    ),
    refused('iret: link null', 'mov word [tss], 0\n push 0x4002\n popfd\n', line32(TASK, 0, { flags: 0x140 }), 'iretd'),
    refused(
      'iret: link is code',
      'mov word [tss], CODE32\n push 0x4002\n popfd\n',
      line32(TASK, 8, { flags: 0x140 }),
      'iretd',
    ),
  ]),
  checks(
    'task switch: a gate that names a TSS in the LDT',
    32,
    OTHER,
    [
      refused(
        'gate: LDT bit',
        'mov dword [slot + 8], (SLOT + 4) << 16\n mov dword [slot + 12], 0x8500\n',
        line32(GENERAL, 0x4c),
        'jmp SLOT + 8:0',
      ),
    ],
    'TCG raises #TS (SDM Vol. 2 JMP, task gates: #GP)',
  ),
  checks(
    'task switch: faults in the new task',
    32,
    OTHER +
      descriptor(1, 0x00cf7200) +
      descriptor(2, 0x00cf7a00) +
      descriptor(3, 0x00008200) +
      descriptor(4, 0x00000200),
    [
      broken('LDT beyond the GDT', 'mov dword [other + 0x60], 0x1238\n', TASK, 0x1238),
      broken('LDT is data', 'mov dword [other + 0x60], DATA\n', TASK, 0x10),
      broken('LDT in an LDT', 'mov dword [other + 0x60], SLOT + 28\n', TASK, 0x64),
      broken('LDT absent', 'mov dword [other + 0x60], SLOT + 32\n', TASK, 0x68),
      broken('CS null', 'mov dword [other + 0x4c], 3\n', TASK, 0, { cs: 3 }),
      broken('CS data', 'mov dword [other + 0x4c], USER_DATA\n', TASK, 0x28, { cs: 0x2b }),
      broken('CS of DPL 0', 'mov dword [other + 0x4c], CODE32 + 3\n', TASK, 8, { cs: 0x0b }),
      broken('CS absent', 'mov dword [other + 0x4c], SLOT + 16 + 3\n', SEGMENT_ABSENT, 0x58, { cs: 0x5b }),
      broken('SS null', 'mov dword [other + 0x50], 0\n', TASK, 0, { ss: 0 }),
      broken('SS of DPL 0', 'mov dword [other + 0x50], DATA\n', TASK, 0x10, { ss: 0x10 }),
      broken('SS code', 'mov dword [other + 0x50], USER_CODE32\n', TASK, 0x20, { ss: 0x23 }),
      broken('SS absent', 'mov dword [other + 0x50], SLOT + 8 + 3\n', STACK, 0x50, { ss: 0x53 }),
      broken('DS of DPL 0', 'mov dword [other + 0x54], DATA\n', TASK, 0x10),
      broken('ES absent', 'mov dword [other + 0x48], SLOT + 8 + 3\n', SEGMENT_ABSENT, 0x50),
      broken('FS beyond the GDT', 'mov dword [other + 0x58], 0x1238\n', TASK, 0x1238),
      broken('GS is a TSS', 'mov dword [other + 0x5c], TSS\n', TASK, 0x38),
    ],
    'the frames of such faults are garbage there: vector 0, CS 0 (SDM Vol. 3A 7.3: the fault comes in the new task)',
  ),
  {
    name: 'task switch: LDT and CR3 of the new task, under paging',
    bits: 32,
    body: `${OTHER}${describe()}${state('paged_entry')}
  mov dword [slot + 8], (((user_top - 4096) & 0xffff) << 16) | 15
  mov dword [slot + 12], (((user_top - 4096) >> 16) & 0xff) | 0x8200
  mov dword [other + 0x60], SLOT + 8
  mov eax, cr4
  or eax, 0x10
  mov cr4, eax
  mov dword [directory], 0x87
  mov dword [table], 0x87
  mov dword [table + 4], 0x87
  mov eax, directory
  mov cr3, eax
  mov dword [tss + 0x1c], directory
  mov dword [other + 0x1c], table
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  call SLOT:0
  mov eax, cr3
  sub eax, directory${showEax}
  sldt ax
  movzx eax, ax${showEax}
  ${try32('mov eax, [0x400000]')}
  jmp paged_done
paged_entry:
  mov eax, cr3
  sub eax, table${showEax}
  sldt ax
  movzx eax, ax${showEax}
  mov eax, [gdt + 8]
  sub eax, [0x400000 + gdt + 8]${showEax}
  iretd
paged_done:`,
    expected: ['00000000', '00000050', '00000000', '00000000', '00000000', line32(14, 0, { cr2: 0x400000n })],
  },
  {
    name: 'task switch to virtual-8086 mode and back by a task gate',
    bits: 32,
    body: `${OTHER}${describe()}${state('virtual_task - 0xffff0')}
  mov dword [other + 0x24], 0x23002
  mov dword [other + 0x38], 0x1000
  mov dword [other + 0x4c], 0xffff
  mov dword [other + 0x50], 0x2000
  mov dword [other + 0x54], 0
  mov dword [idt + 0x81 * 8], TSS << 16
  mov dword [idt + 0x81 * 8 + 4], 0xe500
  jmp SLOT:0
  mov eax, [other + 0x24]
  and eax, 0x3f000${showEax}
  movzx eax, word [other + 0x4c]${showEax}
  movzx eax, word [tss]${showEax}
  ${SHOW_BUSY}
  jmp virtual_task_done
bits 16
virtual_task:
  mov ax, 0x1234
  int 0x81
bits 32
virtual_task_done:`,
    expected: ['00023000', '0000ffff', '00000048', '00008b8b'],
  },
  {
    name: 'task switch to virtual-8086 mode with VIF and VIP set',
    bits: 32,
    body: `${OTHER}${describe()}${state('pending_task - 0xffff0')}
  mov eax, cr4
  or eax, 1
  mov cr4, eax
  mov dword [other + 0x24], 0x1a0002
  mov dword [other + 0x38], 0x1000
  mov dword [other + 0x4c], 0xffff
  mov dword [other + 0x50], 0x2000
  mov dword [resume], pending_done
  mov dword [at], pending_task - 0xffff0
  mov [resume_rsp], esp
  jmp SLOT:0
bits 16
pending_task:
  nop
  int3
bits 32
pending_done:`,
    expected: [line32(GENERAL, 0, { cs: 0xffff, ss: 0x2000, flags: 0x1b00 })],
    qemu: NO_VME,
  },
  {
    name: 'task switch: 16-bit TSS',
    bits: 32,
    body: `
  jmp small_ready
align 8
small: resb 44
small_ready:
  ${descriptor(1, 0x00409a10)}
  mov dword [slot], ((small & 0xffff) << 16) | 0x2b
  mov dword [slot + 4], ((small >> 16) & 0xff) | 0x8100
  mov word [small + 0x0e], small_entry - 0x100000
  mov word [small + 0x10], 2
  mov word [small + 0x12], 0x1234
  mov word [small + 0x1a], 0x7000
  mov word [small + 0x22], DATA
  mov word [small + 0x24], SLOT + 8
  mov word [small + 0x26], DATA
  mov word [small + 0x28], DATA
  call SLOT:0
  movzx eax, byte [slot + 5]${showEax}
  jmp small_done
small_entry:
  jmp CODE32:small_flat
small_flat:
  mov edi, esp
  mov esp, user_top - 256
  movzx eax, ax${showEax}
  movzx eax, di${showEax}
  mov eax, fs${showEax}
  movzx eax, word [small]${showEax}
  iretd
small_done:`,
    expected: ['00001234', '00007000', '00000000', '00000038', '00000081'],
  },
  {
    name: 'task switch: T is a debug trap before the first instruction; local breakpoints end',
    bits: 32,
    body: `${OTHER}${describe()}${state('trapped')}
  mov word [other + 0x64], 1
  mov dword [resume], trap_seen
  mov dword [at], trapped
  mov [resume_rsp], esp
  mov eax, 0x00d00103
  mov dr0, eax
  mov dr7, eax
  jmp SLOT:0
trapped:
  jmp finish
trap_seen:
  mov eax, dr6${showEax}
  mov eax, dr7${showEax}`,
    expected: [line32(1, undefined, { flags: 0 }), 'ffff8ff0', '00d00402'],
    qemu: 'TCG ignores T (SDM Vol. 3B 17.3.1.5)',
  },
];
