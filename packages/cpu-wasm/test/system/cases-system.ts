/** System instructions in 64-bit mode: segment registers, descriptor tables, control registers, MSRs, fast calls, transfers. */

import { type Case, line, try64, USER, USER32, user32, user64 } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';

const GENERAL = 13;
const NOT_PRESENT = 11;
const STACK = 12;
const gp = (code: number) => line(GENERAL, code);
const back = (offset: number, from: { cs: number; ss: number } = USER) =>
  line(0x80, undefined, { ...from, offset: `+${offset.toString(16)}`, flags: 0 });

// Access bytes of the descriptors that the cases put into free slots, in bits 8-15 of the high word.
const DATA_0 = 0x00cf9200;
const READ_ONLY_0 = 0x00cf9000;
const CODE_64_0 = 0x00af9a00;
const EXECUTE_ONLY_0 = 0x00af9800;
const CONFORMING_64_0 = 0x00af9e00;
const LDT_0 = 0x00008200;

const showEax = '\n  call show32\n';
/** Writes an MSR from EDX:EAX. */
export const wrmsr = (number: number, value: bigint): string =>
  `mov ecx, ${number}\n  mov eax, ${value & 0xffffffffn}\n  mov edx, ${(value >> 32n) & 0xffffffffn}\n  wrmsr\n`;
const tryWrmsr = (number: number, value: bigint): string =>
  try64(`mov ecx, ${number}`, `mov eax, ${value & 0xffffffffn}`, `mov edx, ${(value >> 32n) & 0xffffffffn}`, 'wrmsr');
const cr4 = (bits: number): string => `mov rax, cr4\n  or eax, ${bits}\n  mov cr4, rax\n`;

/** A call gate of 16 bytes in slot `index`. */
export const callGate = (index: number, selector: string, target: string, access: number): string => `
  mov dword [slot + ${index * 8}], (${target} & 0xffff) | (${selector} << 16)
  mov dword [slot + ${index * 8 + 4}], (${target} & 0xffff0000) | ${access << 8}
  mov qword [slot + ${index * 8 + 8}], 0
`;

export const systemCases: readonly Case[] = [
  {
    name: 'MOV Sreg: null, beyond the table, empty, system, code that cannot be read',
    bits: 64,
    body:
      descriptor(0, EXECUTE_ONLY_0) +
      [0, 3, 0x1238, 0x50, 0x38, 0x48].map((value) => try64(`mov eax, ${value}`, 'mov ds, ax')).join(''),
    expected: ['ok', 'ok', gp(0x1238), gp(0x50), gp(0x38), gp(0x48)],
  },
  {
    name: 'MOV Sreg: not present is #NP, for SS #SS',
    bits: 64,
    body: descriptor(0, DATA_0 & ~0x8000) + try64('mov eax, SLOT', 'mov fs, ax') + try64('mov eax, SLOT', 'mov ss, ax'),
    expected: [line(NOT_PRESENT, 0x48), line(STACK, 0x48)],
  },
  {
    name: 'MOV SS: RPL, DPL and type must fit',
    bits: 64,
    body:
      descriptor(0, READ_ONLY_0) +
      ['DATA', 'DATA + 1', 'USER_DATA', 'SLOT', 'CODE64', '0', '3']
        .map((value) => try64(`mov eax, ${value}`, 'mov ss, ax'))
        .join(''),
    expected: ['ok', gp(0x10), gp(0x28), gp(0x48), gp(0x18), 'ok', line(GENERAL, 0, { ss: 0 })],
    qemu: 'TCG takes a null SS with any RPL (SDM Vol. 3A 5.4.1.1)',
  },
  {
    name: 'MOV DS at CPL 0: DPL 3 with any RPL; DPL 0 only with RPL 0',
    bits: 64,
    body: ['0x28', '0x2b', '0x13', '0x11', 'CODE64'].map((value) => try64(`mov eax, ${value}`, 'mov ds, ax')).join(''),
    expected: ['ok', 'ok', gp(0x10), gp(0x10), 'ok'],
  },
  {
    name: 'MOV to CS and to no segment register is #UD',
    bits: 64,
    body: try64('db 0x8e, 0xc8') + try64('db 0x8e, 0xf0') + try64('db 0x8c, 0xf8'),
    expected: Array(3).fill(line(6, undefined)),
  },
  {
    name: 'a load sets the accessed bit in the GDT',
    bits: 64,
    body: `${descriptor(0, DATA_0)} mov ax, SLOT\n mov es, ax\n mov eax, [slot + 4]${showEax}`,
    expected: ['00cf9300'],
  },
  {
    name: 'FS keeps a base of 32 bits from its descriptor; null clears it',
    bits: 64,
    body: `${descriptor(0, 0x12cf9234, 0x5678ffff)} mov ax, SLOT\n mov fs, ax\n mov ecx, 0xc0000100\n rdmsr${showEax} xor eax, eax\n mov fs, ax\n rdmsr${showEax}`,
    expected: ['12345678', '00000000'],
  },
  {
    name: 'POP FS, PUSH FS',
    bits: 64,
    body: `push 0x28\n pop fs\n push fs\n pop rax${showEax}${try64('push 0x1238', 'pop fs')} add rsp, 8`,
    expected: ['00000028', gp(0x1238)],
  },
  {
    name: 'LFS r64, m16:64',
    bits: 64,
    body: `mov qword [user_page], 0x12345678\n mov word [user_page + 8], 0x28\n lfs rbx, [user_page]\n mov rax, rbx\n call show\n mov eax, fs${showEax}`,
    expected: ['0000000012345678', '00000028'],
    qemu: 'TCG ignores REX.W here, as processors of AMD do (SDM Vol. 2 LDS/LES/LFS/LGS/LSS)',
  },
  {
    name: 'LDT: descriptors by TI = 1',
    bits: 64,
    body: `
  mov rax, 0x00cf92000000ffff
  mov [user_page + 8], rax
  mov dword [slot], ((user_page & 0xffff) << 16) | 15
  mov dword [slot + 4], ((user_page >> 16) & 0xff) | (user_page & 0xff000000) | ${LDT_0}
  mov dword [slot + 8], 0
  mov dword [slot + 12], 0
  ${try64('mov eax, SLOT', 'lldt ax')}${try64('mov eax, 12', 'mov es, ax')}${try64('mov eax, 20', 'mov es, ax')}
  sldt eax${showEax}${try64('xor eax, eax', 'lldt ax')}${try64('mov eax, 12', 'mov es, ax')}`,
    expected: ['ok', 'ok', gp(0x14), '00000048', 'ok', gp(0xc)],
  },
  {
    name: 'LLDT and LTR: wrong types and absent descriptors',
    bits: 64,
    body: `${descriptor(0, 0x8900, 0x67)} mov dword [slot + 8], 0\n mov dword [slot + 12], 0\n${try64('mov eax, SLOT', 'lldt ax')}${try64('mov eax, DATA', 'lldt ax')}${try64('mov eax, TSS', 'ltr ax')}${try64('mov eax, SLOT', 'ltr ax')} mov eax, [slot + 4]${showEax} str eax${showEax}${try64('xor eax, eax', 'ltr ax')}${try64('mov eax, 12', 'ltr ax')}${descriptor(0, 0x0900, 0x67)}${try64('mov eax, SLOT', 'ltr ax')}`,
    expected: [gp(0x48), gp(0x10), gp(0x38), 'ok', '00008b00', '00000048', gp(0), gp(0xc), line(NOT_PRESENT, 0x48)],
    qemu: 'TCG takes a null selector for LTR (SDM Vol. 2 LTR)',
  },
  {
    name: 'LTR: the second half of the descriptor must look empty',
    bits: 64,
    body: `${descriptor(0, 0x8900, 0x67)} mov dword [slot + 12], 0x100\n${try64('mov eax, SLOT', 'ltr ax')}`,
    expected: [gp(0x48)],
  },
  {
    name: 'SGDT and LGDT with 10 bytes; a non-canonical base is #GP',
    bits: 64,
    body: `sgdt [user_page]\n movzx eax, word [user_page]${showEax} mov rax, [user_page + 2]\n sub rax, gdt\n call show\n mov rax, 0x800000000000\n mov [user_page + 2], rax\n${try64('lgdt [user_page]')}${try64('lidt [user_page]')}`,
    expected: ['00000087', '0000000000000000', gp(0), gp(0)],
    qemu: 'TCG loads non-canonical bases (SDM Vol. 2 LGDT/LIDT)',
  },
  {
    name: 'LAR, LSL, VERR, VERW',
    bits: 64,
    body: ['DATA', 'CODE64', 'TSS', '0', '0x1238', 'SLOT', '0x13']
      .map(
        (value) => `
  mov ecx, ${value}
  mov eax, 0xffffffff
  lar eax, ecx
  call show32
  mov eax, 0xffffffff
  lsl eax, ecx
  call show32
  xor eax, eax
  verr cx
  setz al
  verw cx
  setz ah
  call show32`,
      )
      .join('\n'),
    expected: [
      '00c09300',
      'ffffffff',
      '00000101',
      '00a09b00',
      'ffffffff',
      '00000001',
      '00008b00',
      '00000067',
      '00000000',
      ...['0', '0x1238', 'SLOT', '0x13'].flatMap(() => ['ffffffff', 'ffffffff', '00000000']),
    ],
    qemu: 'TCG does not set the accessed bit of the code segment in far JMP (SDM Vol. 3A 3.4.5.1)',
  },

  {
    name: 'CR0: illegal combinations',
    bits: 64,
    body: [
      'and eax, 0xfffffffe',
      'and eax, 0x7fffffff',
      'or eax, 0x20000000',
      'bts rax, 32',
      'or eax, 0x40000000',
      'or eax, 0x60000000',
      'and eax, 0x9fffffff',
    ]
      .map((change) => try64('mov rax, cr0', change, 'mov cr0, rax'))
      .join(''),
    expected: [gp(0), gp(0), gp(0), gp(0), 'ok', 'ok', 'ok'],
    qemu: 'TCG checks no combination, and goes astray (SDM Vol. 3A 2.5)',
  },
  {
    name: 'CR0: reserved bits below 32 are dropped, ET stays',
    bits: 64,
    body: `mov rax, cr0\n or eax, 0x1000ffc0\n and eax, 0xffffffef\n mov cr0, rax\n mov rax, cr0${showEax}`,
    expected: ['80000011'],
    qemu: 'TCG keeps reserved bits (SDM Vol. 3A 2.5)',
  },
  {
    name: 'CR4: reserved bits, PAE in long mode, PCIDE',
    bits: 64,
    body: `${try64('mov rax, cr4', 'bts rax, 31', 'mov cr4, rax')}${try64('mov rax, cr4', 'bts rax, 40', 'mov cr4, rax')}${try64('mov rax, cr4', 'and eax, 0xffffffdf', 'mov cr4, rax')}${try64('mov rax, cr4', 'bts rax, 17', 'mov cr4, rax')}${try64('mov rax, cr0', 'and eax, 0x7fffffff', 'mov cr0, rax')}${try64('mov rax, cr3', 'or eax, 5', 'mov cr3, rax')}`,
    expected: [gp(0), gp(0), gp(0), 'ok', gp(0), 'ok'],
    qemu: 'TCG checks neither, and goes astray (SDM Vol. 3A 2.5, 4.1.2)',
  },
  {
    name: 'CR4: PCIDE needs CR3 bits 11-0 clear',
    bits: 64,
    body: `mov rax, cr3\n or eax, 8\n mov cr3, rax\n${try64('mov rax, cr4', 'bts rax, 17', 'mov cr4, rax')}`,
    expected: [gp(0)],
    qemu: 'TCG does not check CR3 (SDM Vol. 3A 4.10.1)',
  },
  {
    name: 'CR3: address bits beyond the physical width, bit 63 without PCIDs',
    bits: 64,
    body: `${try64('mov rax, cr3', 'bts rax, 63', 'mov cr3, rax')}${try64('mov rax, cr3', 'bts rax, 52', 'mov cr3, rax')}${cr4(0x20000)}${try64('mov rax, cr3', 'bts rax, 63', 'mov cr3, rax')} mov rax, cr3\n shr rax, 32${showEax}`,
    expected: [gp(0), gp(0), 'ok', '00000000'],
    qemu: 'TCG does not check CR3 (SDM Vol. 3A 4.5, Vol. 2 MOV to control registers)',
  },
  {
    name: 'CR8 takes four bits; CR1, CR5 are #UD',
    bits: 64,
    body: `${try64('mov eax, 15', 'mov cr8, rax')}${try64('mov eax, 16', 'mov cr8, rax')} mov rax, cr8${showEax}${try64('db 0x0f, 0x20, 0xc8')}${try64('db 0x0f, 0x22, 0xe8')}`,
    expected: ['ok', gp(0), '0000000f', line(6, undefined), line(6, undefined)],
    qemu: 'TCG takes any value for CR8 (SDM Vol. 3A 10.8.6)',
  },
  {
    name: 'LMSW sets PE MP EM TS and cannot clear PE; CLTS',
    bits: 64,
    body: `mov ax, 0xe\n lmsw ax\n smsw eax${showEax} clts\n smsw eax${showEax}`,
    expected: ['8000001f', '80000017'],
  },
  {
    name: 'EFER: reserved bits, LME under paging, LMA read-only',
    bits: 64,
    body: `${tryWrmsr(0xc0000080, 0x502n)}${tryWrmsr(0xc0000080, 0x400n)}${tryWrmsr(0xc0000080, 0x100n)}${tryWrmsr(0xc0000080, 0xd01n)} mov ecx, 0xc0000080\n rdmsr${showEax}`,
    expected: [gp(0), gp(0), 'ok', 'ok', '00000d01'],
    qemu: 'TCG drops reserved bits of EFER and a change of LME without a fault (SDM Vol. 3A 2.2.1, Vol. 2 WRMSR)',
  },
  {
    name: 'MSR: canonical addresses, reserved halves, unknown numbers',
    bits: 64,
    body:
      [
        [0xc0000082, 1n << 47n],
        [0xc0000100, 1n << 63n],
        [0xc0000102, 1n << 62n],
        [0x175, 1n << 47n],
        [0xc0000084, 1n << 32n],
        [0xc0000103, 1n << 32n],
        [0x277, 2n],
        [0x1234, 0n],
      ]
        .map(([number, value]) => tryWrmsr(Number(number), value as bigint))
        .join('') + try64('mov ecx, 0x1234', 'rdmsr'),
    expected: Array(9).fill(gp(0)),
    qemu: 'TCG checks none of these (SDM Vol. 2 RDMSR, WRMSR)',
  },
  {
    name: 'MSR: what is written is read',
    bits: 64,
    body: [0xc0000081, 0xc0000082, 0xc0000101, 0xc0000102, 0x174, 0x176]
      .map((number) => `${wrmsr(number, 0x123456789abcn)} rdmsr\n mov ebx, edx${showEax} mov eax, ebx${showEax}`)
      .join(''),
    expected: Array(6)
      .fill(0)
      .flatMap((_, index) => (index === 4 ? ['56789abc', '00000000'] : ['56789abc', '00001234'])),
    qemu: 'IA32_SYSENTER_CS has 16 bits there (SDM Vol. 2 SYSENTER: the selector is in bits 15-0, the rest is kept)',
  },
  {
    name: 'RDTSC counts instructions; TSD forbids it to users',
    bits: 64,
    body: `rdtsc\n mov ebx, eax\n nop\n nop\n rdtsc\n sub eax, ebx${showEax}${wrmsr(0x10, 0x100000000n)} rdtscp\n mov ebx, eax\n mov eax, edx${showEax} mov eax, ebx${showEax}${user64('rdtsc')}${cr4(4)}${user64('rdtsc')}${user64('rdtscp')}`,
    expected: ['00000004', '00000001', '00000001', back(4), line(GENERAL, 0, USER), line(GENERAL, 0, USER)],
    qemu: 'its counter counts nanoseconds (SDM Vol. 3B 17.17: the rate depends on the model)',
  },
  {
    name: 'DR4 and DR5 are DR6 and DR7, or #UD with CR4.DE',
    bits: 64,
    body: `mov eax, 0xd5\n mov dr0, rax\n mov rax, dr0${showEax} mov rax, dr4${showEax}${cr4(8)}${try64('mov rax, dr4')}${try64('mov rax, dr5')}${try64('mov rax, 0x100000000', 'mov dr7, rax')}${try64('mov rax, 0x100000000', 'mov dr6, rax')}`,
    expected: ['000000d5', 'ffff0ff0', line(6, undefined), line(6, undefined), gp(0), gp(0)],
  },
  {
    name: 'FSGSBASE: #UD without CR4.FSGSBASE, canonical check',
    bits: 64,
    body: `${try64('rdfsbase rax')}${try64('wrgsbase rax')}${cr4(0x10000)}${try64('mov rax, 0x123456789a', 'wrfsbase rax')}${try64('mov rax, 0x800000000000', 'wrgsbase rax')} rdfsbase rax\n call show\n mov eax, -1\n wrgsbase eax\n rdgsbase rax\n call show`,
    expected: [line(6, undefined), line(6, undefined), 'ok', gp(0), '000000123456789a', '00000000ffffffff'],
    qemu: 'TCG takes non-canonical bases (SDM Vol. 2 WRFSBASE/WRGSBASE)',
  },
  {
    name: 'SWAPGS',
    bits: 64,
    body: `${wrmsr(0xc0000101, 0x1111n)}${wrmsr(0xc0000102, 0x2222n)} swapgs\n mov ecx, 0xc0000101\n rdmsr${showEax} mov ecx, 0xc0000102\n rdmsr${showEax}`,
    expected: ['00002222', '00001111'],
  },
  {
    name: 'STI delays an interrupt by one instruction, CLI and POPF',
    bits: 64,
    body: `sti\n nop\n pushfq\n pop rax\n and eax, 0x200${showEax} cli\n pushfq\n pop rax\n and eax, 0x200${showEax}`,
    expected: ['00000200', '00000000'],
  },
  {
    name: 'XGETBV, XSETBV, MONITOR, MWAIT are #UD: CPUID denies them',
    bits: 64,
    body: ['xgetbv', 'xsetbv', 'monitor', 'mwait'].map((text) => try64(text)).join(''),
    expected: Array(4).fill(line(6, undefined)),
    qemu: 'cpu max has MONITOR (SDM Vol. 2 MONITOR: #UD unless CPUID has it)',
  },
  {
    name: 'INVPCID: types and descriptors',
    bits: 64,
    body: `mov qword [user_page], 1\n mov qword [user_page + 8], 0\n${try64('xor eax, eax', 'invpcid rax, [user_page]')}${try64('mov eax, 2', 'invpcid rax, [user_page]')}${try64('mov eax, 3', 'invpcid rax, [user_page]')}${try64('mov eax, 4', 'invpcid rax, [user_page]')} mov qword [user_page], 0x1000\n${try64('mov eax, 2', 'invpcid rax, [user_page]')} mov qword [user_page], 0\n mov rax, 0x800000000000\n mov [user_page + 8], rax\n${try64('xor eax, eax', 'invpcid rax, [user_page]')}`,
    expected: [gp(0), 'ok', 'ok', gp(0), gp(0), gp(0)],
    qemu: 'TCG 7.2 has no INVPCID (SDM Vol. 2 INVPCID)',
  },
  {
    name: 'INS, OUTS and REP',
    bits: 64,
    body: `mov edx, 0x71\n mov edi, user_page\n mov ecx, 3\n cld\n rep insd\n mov eax, [user_page + 8]${showEax} mov rax, rdi\n sub rax, user_page\n call show\n mov eax, ecx${showEax} mov esi, out_text\n mov ecx, 3\n mov edx, 0xe9\n rep outsb\n jmp outs_done\nout_text: db "hi", 10\nouts_done:\n mov qword [pd + 3 * 8], pt + 7\n${try64('mov edx, 0x71', 'mov edi, 0x600000', 'insb')}`,
    expected: ['12345678', '000000000000000c', '00000000', 'hi', line(14, 2, { cr2: 0x600000n })],
    qemu: 'port 71h is its clock (what is tested: SDM Vol. 2 INS, OUTS)',
  },

  {
    name: 'SYSCALL and SYSRET',
    bits: 64,
    body: `${wrmsr(0xc0000080, 0x501n)}${wrmsr(0xc0000081, 0x0020001800000000n)} mov ecx, 0xc0000082\n mov eax, syscall_entry\n xor edx, edx\n wrmsr\n${wrmsr(0xc0000084, 0x4700n)}
  mov [kernel_rsp], rsp
  ${user64('mov rbx, rsp', 'mov rsp, rbx', 'push 0x4c7', 'popfq', 'syscall', 'nop')}
  jmp syscall_done
kernel_rsp: dq 0
syscall_entry:
  mov [user_page], rsp
  mov rsp, [kernel_rsp]
  push rcx
  push r11
  pushfq
  mov rax, rcx
  sub rax, [at]
  call show
  mov rax, r11
  call show
  pop rax
  call show
  mov eax, cs
  call show32
  mov eax, ss
  call show32
  pop r11
  pop rcx
  mov rsp, [user_page]
  sysretq
syscall_done:`,
    expected: [
      '0000000000000000',
      '00000000000004c7',
      '00000000000000c7',
      '00000018',
      '00000020',
      back(3, USER).replace('fl=0000', 'fl=0004'),
    ],
    qemu: 'TCG clears the arithmetic flags, which IA32_FMASK does not mask (SDM Vol. 2 SYSCALL)',
  },
  {
    name: 'SYSCALL without EFER.SCE is #UD; SYSRETQ to a non-canonical address is #GP at CPL 0',
    bits: 64,
    body: `${try64('syscall')}${try64('sysretq')}${wrmsr(0xc0000080, 0x501n)}${try64('mov rcx, 0x800000000000', 'sysretq')}`,
    expected: [line(6, undefined), line(6, undefined), gp(0)],
    qemu: 'TCG returns and faults at CPL 3, as processors of AMD do (SDM Vol. 2 SYSRET)',
  },
  {
    name: 'SYSRET to compatibility mode; SYSCALL there is #UD',
    bits: 64,
    body: `${wrmsr(0xc0000080, 0x501n)}${wrmsr(0xc0000081, 0x0020001800000000n)} mov qword [resume], compat_done\n mov qword [at], compat\n mov [resume_rsp], rsp\n mov ecx, compat\n mov r11d, 2\n sysret\nbits 32\ncompat:\n syscall\nbits 64\ncompat_done:`.replace(
      'syscall\nbits 64',
      'db 0x0f, 0x05\nbits 64',
    ),
    expected: [line(6, undefined, USER32)],
    qemu: 'cpu max is an AMD processor, which has SYSCALL there (SDM Vol. 2 SYSCALL)',
  },
  {
    name: 'SYSENTER and SYSEXIT in 64-bit mode',
    bits: 64,
    body: `${try64('sysenter')}${wrmsr(0x174, 0x18n)} mov ecx, 0x175\n mov eax, inner_top\n xor edx, edx\n wrmsr\n mov ecx, 0x176\n mov eax, sysenter_entry\n wrmsr
  ${user64('sysenter')}
  jmp sysenter_done
sysenter_entry:
  mov eax, cs
  call show32
  mov eax, ss
  call show32
  mov rax, rsp
  sub rax, inner_top
  call show
  ; 18h + 32 = 38h is the TSS, but SYSEXIT reads no descriptor
  mov qword [at], user_at_end
  mov edx, user_at_target
  mov ecx, user_top
  sysexitq
user_at_target:
  mov ax, cs
  movzx ebx, ax
  int 0x80
user_at_end:
sysenter_done:
  mov eax, ebx${showEax}`,
    expected: [
      gp(0),
      '00000018',
      '00000020',
      '0000000000000000',
      line(0x80, undefined, { cs: 0x3b, ss: 0x43, flags: 0 }),
      '0000003b',
    ],
    qemu: 'SYSENTER is #UD in long mode there (SDM Vol. 2 SYSENTER)',
  },

  {
    name: 'far JMP to compatibility mode and back',
    bits: 64,
    body: `
  mov dword [user_page], compat_code
  mov word [user_page + 4], CODE32
  jmp far [user_page]
bits 32
compat_code:
  mov eax, 0xffffffff
  inc eax
  dec ax
  db 0x40 ; INC EAX here, REX in 64-bit mode
  mov ebx, eax
  jmp CODE64:far_back
bits 64
far_back:
  mov eax, ebx${showEax}`,
    expected: ['00010000'],
  },
  {
    name: 'far CALL and RETF in 64-bit mode, 64-bit and 32-bit operand size',
    bits: 64,
    body: `
  mov qword [user_page], far_target
  mov word [user_page + 8], CODE64
  mov rbx, rsp
  call far qword [user_page]
far_returned:
  mov rax, rsp
  sub rax, rbx
  call show
  jmp far_done
far_target:
  mov rax, [rsp]
  sub rax, far_returned
  call show
  mov rax, [rsp + 8]
  call show
  db 0x48, 0xcb ; RETFQ
far_done:
  mov dword [user_page], far_target32
  mov word [user_page + 4], CODE64
  call far dword [user_page]
  jmp far_end
far_target32:
  mov eax, [rsp + 4]${showEax}
  retf
far_end:`,
    expected: ['0000000000000000', '0000000000000018', '0000000000000000', '00000018'],
  },
  {
    name: 'far JMP: null, beyond the table, data, wrong privilege, not present, TSS, L and D both set',
    bits: 64,
    body:
      descriptor(0, CODE_64_0 & ~0x8000) +
      descriptor(1, 0x00ef9a00) +
      ['0', '0x1238', 'DATA', 'USER_CODE64', 'SLOT', 'TSS', 'SLOT + 8', 'CODE64 + 3']
        .map(
          (selector) =>
            `mov dword [user_page], far_never\n mov word [user_page + 4], ${selector}\n${try64('jmp far dword [user_page]')}`,
        )
        .join('') +
      '\n jmp far_past\nfar_never:\n jmp finish\nfar_past:',
    expected: [gp(0), gp(0x1238), gp(0x10), gp(0x30), line(NOT_PRESENT, 0x48), gp(0x38), gp(0x50), gp(0x18)],
    qemu: 'TCG does not refuse L and D together (SDM Vol. 3A 3.4.5)',
  },
  {
    name: 'IRETQ: target checks',
    bits: 64,
    body:
      [
        ['DATA', 'CODE64', 'iret_never'],
        ['DATA', '0', 'iret_never'],
        ['DATA', '0x1238', 'iret_never'],
        ['DATA', 'DATA', 'iret_never'],
        ['DATA', 'USER_CODE64', 'iret_never'],
        ['0', 'USER_CODE64', 'iret_never'],
        ['USER_DATA', 'CODE64', 'iret_never'],
        ['0', 'CODE32', 'iret_never'],
        ['DATA', 'CODE64', 'bad'],
      ]
        .slice(1)
        .map(([ss, cs, rip]) =>
          try64(
            'mov rbx, rsp',
            `push ${ss}`,
            'push rbx',
            'push 2',
            `push ${cs}`,
            rip === 'bad' ? 'mov rax, 0x800000000000' : `mov eax, ${rip}`,
            'push rax',
            'iretq',
          ).replace('mov [resume_rsp], rsp\nat', 'mov [resume_rsp], rbx\nat'),
        )
        .join('') + '\n jmp iret_past\niret_never:\n jmp finish\niret_past:',
    expected: [gp(0), gp(0x1238), gp(0x10), gp(0x10), gp(0), gp(0x28), gp(0), gp(0)],
    qemu: 'TCG faults at the non-canonical target (SDM Vol. 2 IRET)',
  },
  {
    name: 'IRETQ with NT set is #GP(0)',
    bits: 64,
    body: try64(
      'mov rbx, rsp',
      'push DATA',
      'push rbx',
      'push 2',
      'push CODE64',
      'push finish',
      'pushfq',
      'or dword [rsp], 0x4000',
      'popfq',
      'iretq',
    ).replace('mov [resume_rsp], rsp\nat', 'mov [resume_rsp], rbx\nat'),
    expected: [line(GENERAL, 0, { flags: 0x140 })],
  },
  {
    name: 'IRETQ with a null SS to CPL 0 is legal',
    bits: 64,
    body: `mov rbx, rsp\n push 0\n push rbx\n push 2\n push CODE64\n push null_ss\n iretq\nnull_ss:\n mov eax, ss${showEax}`,
    expected: ['00000000'],
  },
  {
    name: 'IRET to CPL 3 makes inner data segments null',
    bits: 64,
    body: `mov ax, DATA\n mov es, ax\n mov fs, ax\n mov ax, USER_DATA\n mov gs, ax\n${user64('mov ebx, es', 'mov ecx, fs', 'shl ecx, 8', 'or ebx, ecx', 'mov ecx, gs', 'shl ecx, 16', 'or ebx, ecx', 'nop')} mov eax, ebx${showEax}`,
    expected: [back(3), '002b0000'],
  },
  {
    name: 'call gate: from CPL 3 to CPL 0 with the stack of the TSS',
    bits: 64,
    body: `${callGate(0, 'CODE64', 'gate_target', 0xec)} mov dword [user_page], 0\n mov word [user_page + 4], SLOT + 3\n${user64('call far dword [user_page]')}
  jmp gate_done
gate_target:
  mov eax, cs
  call show32
  mov eax, ss
  call show32
  mov eax, inner_top
  sub eax, esp
  call show32
  mov rax, [rsp]
  sub rax, [at]
  call show
  mov eax, [rsp + 8]
  call show32
  mov eax, [rsp + 24]
  call show32
  db 0x48, 0xcb ; RETFQ
gate_done:`,
    expected: ['00000018', '00000000', '00000020', '0000000000000007', '00000033', '0000002b', back(9)],
  },
  {
    name: 'call gate: DPL, presence, target type, second half',
    bits: 64,
    body: `
  mov dword [user_page], 0
  mov word [user_page + 4], SLOT + 3
  ${callGate(0, 'CODE64', 'finish', 0x8c)}${user64('call far dword [user_page]')}
  ${callGate(0, 'CODE64', 'finish', 0x6c)}${user64('call far dword [user_page]')}
  ${callGate(0, 'DATA', 'finish', 0xec)}${user64('call far dword [user_page]')}
  ${callGate(0, 'CODE32', 'finish', 0xec)}${user64('call far dword [user_page]')}
  ${callGate(0, 'CODE64', 'finish', 0xe4)}${user64('call far dword [user_page]')}
  ${callGate(0, 'CODE64', 'finish', 0xec)} mov dword [slot + 12], 0x100\n${user64('call far dword [user_page]')}
  ${callGate(0, 'CODE64', 'finish', 0xec)}${user64('jmp far dword [user_page]')}
  mov word [user_page + 4], 0x80
  ${callGate(7, 'CODE64', 'finish', 0xec)}${user64('call far dword [user_page]')}`,
    expected: [0x48, undefined, 0x10, 8, 0x48, 0x48, 0x18, 0x80].map((code) =>
      code === undefined ? line(NOT_PRESENT, 0x48, USER) : line(GENERAL, code, USER),
    ),
  },
  {
    name: 'conforming code keeps the CPL',
    bits: 64,
    body: `${descriptor(0, CONFORMING_64_0)} mov dword [user_page], conforming\n mov word [user_page + 4], SLOT\n${user64('jmp far dword [user_page]')}\n jmp conforming_done\nconforming:\n mov ebx, cs\n mov qword [at], conforming_end\n int 0x80\nconforming_end:\nconforming_done:\n mov eax, ebx${showEax}`,
    expected: [line(0x80, undefined, { cs: 0x4b, ss: 0x2b, flags: 0 }), '0000004b'],
  },
  {
    name: 'far CALL at CPL 3 to CPL 0 code without a gate is #GP',
    bits: 64,
    body: `mov dword [user_page], finish\n mov word [user_page + 4], CODE64\n${user64('call far dword [user_page]')}`,
    expected: [line(GENERAL, 0x18, USER)],
  },
  {
    name: 'RETF to an inner level is #GP',
    bits: 64,
    body: user64('push CODE64', 'push finish', 'db 0x48, 0xcb'),
    expected: [line(GENERAL, 0x18, USER)],
  },

  {
    name: 'compatibility mode: user code, 32-bit frames become 64-bit ones',
    bits: 64,
    body: user32(64, 'nop') + user32(64, 'db 0x0f, 0x0b') + user32(64, 'int3'),
    expected: [back(3, USER32), line(6, undefined, USER32), line(3, undefined, { ...USER32, offset: '+1', flags: 0 })],
  },
  {
    name: 'compatibility mode: segment limits and null segments act',
    bits: 64,
    body: `${descriptor(0, 0x0040f200, 0x0fff)}${user32(64, 'mov ax, SLOT + 3', 'mov es, ax', 'mov eax, 0xffc', 'mov eax, [es:eax]')}${user32(64, 'mov ax, SLOT + 3', 'mov es, ax', 'mov eax, 0xffd', 'mov eax, [es:eax]')}${user32(64, 'xor eax, eax', 'mov es, ax', 'mov al, [es:eax]')}`,
    expected: [back(5, USER32), line(GENERAL, 0, USER32), line(GENERAL, 0, USER32)],
    qemu: 'TCG does not check limits (SDM Vol. 3A 5.3)',
  },
  {
    name: 'compatibility mode: INTO, BOUND',
    bits: 64,
    body:
      user32(64, 'mov al, 127', 'inc al', 'into') +
      user32(64, 'xor eax, eax', 'into') +
      user32(64, 'mov eax, 5', 'mov dword [user_page], 0', 'mov dword [user_page + 4], 4', 'bound eax, [user_page]') +
      user32(64, 'mov eax, 4', 'bound eax, [user_page]'),
    expected: [
      line(4, undefined, { ...USER32, offset: '+1', flags: 0 }),
      back(3, USER32),
      line(5, undefined, USER32),
      back(8, USER32),
    ],
  },
];
