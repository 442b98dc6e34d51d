/**
 * The guest of the page-walk tables. For each record it writes the paging-structure entries that lead to a page under test, sets
 * the controls, makes one access and prints what came of it:
 *
 *   0015 008 00       the error code of the page fault, CR2 relative to the page, D (bit 6) of the last entry, which must be clear
 *   ok 20 20 20 60    the access succeeded; A and D (bits 5 and 6) of every entry, the first level first
 *
 * PDPTEs of PAE paging have no such flags and are not shown. Whether a walk that ends in a fault leaves A set is up to the processor
 * (SDM Vol. 3A 4.8), so it is not shown.
 *
 * The kernel lives in supervisor pages, so SMEP and SMAP can stay on while it runs. Code at CPL 3 is in one user page.
 */

/** How the page is accessed. Implicit: loading FS reads its descriptor from an LDT in the page, a supervisor access at any CPL. */
export const ACCESS_KINDS = [
  'supervisor read',
  'supervisor write',
  'supervisor fetch',
  'implicit read at CPL 0',
  'user read',
  'user write',
  'user fetch',
  'implicit read at CPL 3',
] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

/** Bits of a record's controls. */
export const CONTROL = { WP: 1, SMEP: 2, SMAP: 4, AC: 8, NXE: 16 } as const;

/** A paging mode with the size of the page under test. */
export interface PagingShape {
  readonly name: string;
  readonly bits: 32 | 64;
  /** PAE or 4-level paging: entries of 8 bytes. */
  readonly isWide: boolean;
  /** Addresses of the entries that lead to the page, as expressions, the first level first. */
  readonly entryAddresses: readonly string[];
  /** What each entry points to. */
  readonly targets: readonly string[];
  /** Linear address of the page under test. */
  readonly linear: string;
  /** The last entry maps a large page. */
  readonly isLarge: boolean;
  /** Bits of each entry that must be 0, to be tried one by one. */
  readonly reserved: readonly (readonly number[])[];
  /** The first entry is a PDPTE of PAE paging, which has no rights. */
  readonly hasPlainFirst: boolean;
}

/** One case: values of the entries as expressions, low and high half. */
export interface Record64 {
  readonly kind: AccessKind;
  readonly controls: number;
  readonly entries: readonly { readonly low: string; readonly high: number }[];
}

const RECORD_HEAD_BYTES = 8;

/** Reads as the same text for both bitnesses. */
function names(bits: 32 | 64) {
  return bits === 64
    ? {
        a: 'rax',
        b: 'rbx',
        d: 'rdx',
        si: 'rsi',
        di: 'rdi',
        sp: 'rsp',
        popf: 'popfq',
        iret: 'iretq',
        word: 'qword',
      }
    : {
        a: 'eax',
        b: 'ebx',
        d: 'edx',
        si: 'esi',
        di: 'edi',
        sp: 'esp',
        popf: 'popfd',
        iret: 'iretd',
        word: 'dword',
      };
}

/** Maps the kernel, the user code at 2 GiB and an LDT over the page under test; enters the paging mode. */
function enterPaging(shape: PagingShape): string {
  if (shape.bits === 64) {
    return `
  mov edi, pd
  mov ecx, 512
.kernel:
  and dword [rdi], 0xfffffffb
  add edi, 8
  loop .kernel
  mov dword [pdpt + 16], pd + 0x2000 + 7
  mov dword [pd + 0x2000], pd + 0x3000 + 7
  mov dword [pd + 0x2000 + 4], 0
  mov dword [pd + 0x3000], user_code + 7
  mov dword [pd + 0x3000 + 4], 0
  mov rax, cr3
  mov cr3, rax
`;
  }
  const user = shape.isWide
    ? `
  mov dword [pdpt], page_directories + 1
  mov dword [pdpt + 16], page_directories + 0x2000 + 1
  mov dword [page_directories], 0x83
  mov dword [page_directories + 8], 0x200083
  mov dword [page_directories + 0x2000], table + 7
  mov eax, cr4
  or eax, 0x30
  mov cr4, eax
  mov eax, pdpt
`
    : `
  mov dword [directory], 0x83
  mov dword [directory + 0x800], table + 7
  mov eax, cr4
  or eax, 0x10
  mov cr4, eax
  mov eax, directory
`;
  return `${user}
  mov dword [table], user_code + 7
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
`;
}

/** The LDT over the page, through a descriptor in the free slots of the GDT. */
function loadLdt({ bits, linear }: PagingShape): string {
  const high =
    bits === 64 ? `mov rax, ${linear}\n  shr rax, 32\n  mov [slot + 8], eax\n  mov dword [slot + 12], 0` : '';
  return `
  mov eax, (${linear}) & 0xffffffff
  mov ebx, eax
  shl eax, 16
  or eax, 0x0fff
  mov [slot], eax
  mov eax, ebx
  shr eax, 16
  and eax, 0xff
  and ebx, 0xff000000
  or eax, ebx
  or eax, 0x8200
  mov [slot + 4], eax
  ${high}
  mov ax, SLOT
  lldt ax
`;
}

/** Assembly text of a guest. */
export function pagingGuest(shape: PagingShape, records: readonly Record64[]): string {
  const { bits, isWide, entryAddresses, linear } = shape;
  const { a, b, d, si, di, sp, popf, iret, word } = names(bits);
  const gateBytes = bits === 64 ? 16 : 8;
  const levels = entryAddresses.length;
  const recordBytes = RECORD_HEAD_BYTES + levels * 8;
  const gate = (vector: number, handler: string): string => `
  mov eax, ${handler}
  mov [idt + ${vector} * ${gateBytes}], ax
  shr eax, 16
  mov [idt + ${vector} * ${gateBytes} + 6], ax
`;
  const setEntries = entryAddresses
    .map((address, i) => {
      const at = RECORD_HEAD_BYTES + i * 8;
      const half = (offset: number): string =>
        `  mov eax, [${si} + ${at + offset}]\n  mov [${address} + ${offset}], eax\n`;
      return half(0) + (isWide ? half(4) : '');
    })
    .join('');
  const showEntries = entryAddresses
    .slice(shape.hasPlainFirst ? 1 : 0)
    .map(
      (address) => `
  mov al, ' '
  call putc
  movzx eax, byte [${address}]
  and eax, 0x60
  mov ecx, 2
  call hex`,
    )
    .join('');
  const code = bits === 64 ? 'USER_CODE64' : 'USER_CODE32';
  const data = records
    .map(({ kind, controls, entries }) => {
      const values = entries.map(({ low, high }) => `${low}, ${high}`).join(', ');
      return `  dd ${ACCESS_KINDS.indexOf(kind)}, ${controls}, ${values}\n`;
    })
    .join('');
  return `
  ${gate(14, 'page_fault')}
  ${gate(0x81, 'no_fault')}
  mov word [idt + 0x81 * ${gateBytes} + 4], 0xee00
  mov dword [test_page], 0x81cd81cd       ; int 0x81
  mov dword [test_page + 0x20], 0x0000ffff ; data, DPL 3, accessed
  mov dword [test_page + 0x24], 0x00cff300
  ${enterPaging(shape)}
  ${loadLdt(shape)}
  mov ${word} [record], records
next_record:
  mov ${si}, [record]
${setEntries}
  ; EFER.NXE, CR0.WP, CR4.SMEP and SMAP from the controls
  mov ebx, [${si} + 4]
  mov ecx, 0xc0000080
  rdmsr
  and eax, 0xfffff7ff
  mov edi, ebx
  and edi, 16
  shl edi, 7
  or eax, edi
  wrmsr
  mov ${a}, cr0
  btr eax, 16
  mov edi, ebx
  and edi, 1
  shl edi, 16
  or eax, edi
  mov cr0, ${a}
  mov ${a}, cr4
  btr eax, 20
  btr eax, 21
  mov edi, ebx
  and edi, 6
  shl edi, 19
  or eax, edi
  mov cr4, ${a}
  mov ${a}, cr3
  mov cr3, ${a}
  ; EDX: flags of the access
  mov edx, ebx
  and edx, 8
  shl edx, 15
  or edx, 2
  mov eax, [${si}]
  mov ${b}, ${linear}
  mov [kernel_stack], ${sp}
  cmp eax, 4
  jae to_user
  mov edi, [supervisor_accesses + ${a} * 4]
  push ${d}
  ${popf}
  jmp ${di}
to_user:
  mov edi, [user_accesses + ${a} * 4 - 16]
  ${bits === 32 ? 'mov cx, USER_DATA\n  mov ds, cx\n  mov es, cx' : ''}
  push USER_DATA
  push user_top
  push ${d}
  push ${code}
  push ${di}
  ${iret}

supervisor_accesses: dd supervisor_read, supervisor_write, supervisor_fetch, supervisor_implicit
user_accesses: dd USER + user_read - user_code, USER + user_write - user_code, USER + user_fetch - user_code, USER + user_implicit - user_code
USER equ 0x80000000
supervisor_read:
  mov al, [${b} + 8]
  int 0x81
supervisor_write:
  mov byte [${b} + 8], 1
  int 0x81
supervisor_fetch:
  jmp ${b}
supervisor_implicit:
  mov eax, 0x27
  mov fs, ax
  int 0x81

page_fault:
  pop ${a}
  jmp show_outcome
no_fault:
  mov eax, 0xffff
show_outcome:
  mov ${sp}, [kernel_stack]
  push 2
  ${popf}
  cmp eax, 0xffff
  je succeeded
  mov ecx, 4
  call hex
  mov al, ' '
  call putc
  mov ${a}, cr2
  mov ${b}, ${linear}
  sub ${a}, ${b}
  mov ecx, 3
  call hex
  mov al, ' '
  call putc
  movzx eax, byte [${entryAddresses[levels - 1]}]
  and eax, 0x40
  mov ecx, 2
  call hex
  jmp shown
succeeded:
  mov al, 'o'
  call putc
  mov al, 'k'
  call putc
  ${showEntries}
shown:
  call newline
  mov ${a}, [record]
  add eax, ${recordBytes}
  mov [record], ${a}
  cmp eax, records_end
  jb next_record
  jmp table_end

align 4096
user_code:
user_read:
  mov al, [${b} + 8]
  int 0x81
user_write:
  mov byte [${b} + 8], 1
  int 0x81
user_fetch:
  jmp ${b}
user_implicit:
  mov eax, 0x27
  mov fs, ax
  int 0x81
align 4096
test_page: resb 4096
test_tables: resb 4096
align 8
record: dq 0
kernel_stack: dq 0
align 8
records:
${data}
records_end:
table_end:
`;
}
