/**
 * The guest of the register tables: for each record it writes one MSR or control register, prints what can then be read, or the
 * exception, and puts the old value back.
 *
 *   0000000000000d01     the value afterwards
 *   #0d                  the exception
 */

/** What a record accesses: RDMSR and WRMSR with their number, MOV to a control register, XSETBV. */
export const ACCESSES = ['rdmsr', 'wrmsr', 'cr0', 'cr3', 'cr4', 'cr8', 'xcr0'] as const;
export type RegisterAccess = (typeof ACCESSES)[number];

/** One case. */
export interface RegisterRecord {
  readonly access: RegisterAccess;
  /** Number of the MSR; 0 for the others. */
  readonly number: number;
  /** Value to write; for `isToggle` the bits to change. */
  readonly value: bigint;
  readonly isToggle: boolean;
}

const RECORD_BYTES = 24;

/** Reads and writes of one control register; RBX holds the value. */
const control = (name: string): string => `
read_${name}:
  mov rbx, ${name}
  ret
write_${name}:
  mov ${name}, rbx
  ret
`;

/** Assembly text of a guest in 64-bit mode. */
export function registersGuest(records: readonly RegisterRecord[]): string {
  const data = records
    .map(({ access, number, value, isToggle }) => {
      const head = `  dd ${ACCESSES.indexOf(access)}, ${number}, ${isToggle ? 1 : 0}, 0\n`;
      return `${head}  dd ${value & 0xffffffffn}, ${value >> 32n}\n`;
    })
    .join('');
  const handler = (vector: number): string => `
  mov eax, fault_${vector}
  mov [idt + ${vector} * 16], ax
  shr eax, 16
  mov [idt + ${vector} * 16 + 6], ax
`;
  return `
  ${handler(13)}
  ${handler(6)}
  mov rax, cr4
  or eax, 0x40200           ; OSFXSR, OSXSAVE
  mov cr4, rax
  mov qword [record], records
next_record:
  mov [kernel_stack], rsp
  mov rsi, [record]
  mov r12d, [rsi]           ; what
  mov r13d, [rsi + 4]       ; MSR number
  mov r14, [rsi + 16]       ; value
  mov edi, [readers + r12 * 4]
  call rdi
  test r12d, r12d
  jz show_value
  mov r15, rbx              ; the old value
  test dword [rsi + 8], 1
  jz .write
  xor r14, rbx
.write:
  mov rbx, r14
  mov edi, [writers + r12 * 4]
  call rdi
  mov edi, [readers + r12 * 4]
  call rdi
  mov rbp, rbx
  mov rbx, r15
  mov edi, [writers + r12 * 4]
  call rdi
  mov rbx, rbp
show_value:
  mov rax, rbx
  call show
advance:
  mov rax, [record]
  add rax, ${RECORD_BYTES}
  mov [record], rax
  cmp rax, records_end
  jb next_record
  jmp table_end
fault_6:
  mov ebp, 6
  jmp show_fault
fault_13:
  mov ebp, 13
show_fault:
  mov rsp, [kernel_stack]
  mov al, '#'
  call putc
  mov eax, ebp
  mov ecx, 2
  call hex
  call newline
  jmp advance

readers: dd read_msr, read_msr, read_cr0, read_cr3, read_cr4, read_cr8, read_xcr0
writers: dd 0, write_msr, write_cr0, write_cr3, write_cr4, write_cr8, write_xcr0
read_msr:
  mov ecx, r13d
  rdmsr
  shl rdx, 32
  mov ebx, eax
  or rbx, rdx
  ret
write_msr:
  mov ecx, r13d
  mov eax, ebx
  mov rdx, rbx
  shr rdx, 32
  wrmsr
  ret
read_xcr0:
  xor ecx, ecx
  xgetbv
  shl rdx, 32
  mov ebx, eax
  or rbx, rdx
  ret
write_xcr0:
  xor ecx, ecx
  mov eax, ebx
  mov rdx, rbx
  shr rdx, 32
  xsetbv
  ret
${control('cr0')}${control('cr3')}${control('cr4')}${control('cr8')}
align 8
record: dq 0
kernel_stack: dq 0
records:
${data}
records_end:
table_end:
`;
}
