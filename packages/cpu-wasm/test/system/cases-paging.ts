/**
 * Page-fault error codes over all combinations of page rights (W, U, NX), privilege, access, CR0.WP, CR4.SMEP, CR4.SMAP and
 * RFLAGS.AC. What must happen is computed here from the rules of SDM Vol. 3A 4.6.1 and 4.7, one rule a line.
 */
import { type Case, line, try64, USER, user64 } from './cases.ts';

const WRITABLE = 2;
const USER_PAGE = 4;
const NO_EXECUTE = 8;

type Access = 'read' | 'write' | 'execute';
interface Control {
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly ac: boolean;
}

/** Linear address of the page under test; its PTE is pt[0]. */
const LINEAR = 0x600000;

/** Whether the access is legal (SDM Vol. 3A 4.6.1). */
function isAllowed(page: number, access: Access, isUser: boolean, { wp, smep, smap, ac }: Control): boolean {
  const isUserPage = (page & USER_PAGE) !== 0;
  const isExecutable = (page & NO_EXECUTE) === 0;
  if (isUser) {
    if (!isUserPage) return false;
    if (access === 'execute') return isExecutable;
    return access === 'read' || (page & WRITABLE) !== 0;
  }
  if (access === 'execute') return isExecutable && !(isUserPage && smep);
  if (isUserPage && smap && !ac) return false;
  return access === 'read' || (page & WRITABLE) !== 0 || !wp;
}

/** Error code of a violation of rights (SDM Vol. 3A 4.7); NXE is on, so fetches are reported. */
const errorCode = (access: Access, isUser: boolean): number =>
  1 | (access === 'write' ? 2 : 0) | (isUser ? 4 : 0) | (access === 'execute' ? 16 : 0);

const setPage = (page: number): string => `
  mov dword [pt], user_page + ${1 | (page & 6)}
  mov dword [pt + 4], ${(page & NO_EXECUTE) !== 0 ? '0x80000000' : 0}
  invlpg [${LINEAR}]
`;

const ACCESSES: readonly Access[] = ['read', 'write', 'execute'];
const instruction: Record<Access, readonly string[]> = {
  read: [`mov al, [${LINEAR}]`],
  write: [`mov [${LINEAR + 8}], al`],
  execute: [`mov eax, ${LINEAR}`, 'mov [at], rax', 'call rax'],
};
const address: Record<Access, bigint> = { read: BigInt(LINEAR), write: BigInt(LINEAR + 8), execute: BigInt(LINEAR) };

function body(control: Control): { body: string; expected: string[] } {
  const expected: string[] = [];
  let text = `
  mov qword [pd + 3 * 8], pt + 7
  mov dword [user_page], 0xc3c3c3c3
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x800
  wrmsr
  ${control.wp ? 'mov rax, cr0\n  bts rax, 16\n  mov cr0, rax' : ''}
`;
  const isPlain = !control.smep && !control.smap;
  for (let page = 0; page < 16; page += 2) {
    text += setPage(page);
    for (const access of ACCESSES) {
      for (const isUser of isPlain ? [false, true] : [false]) {
        // SMEP and SMAP would hit the kernel's code itself, so they are on for the one instruction only.
        const prepare = [
          ...(control.smep || control.smap ? ['call supervisor_pages'] : []),
          ...(control.ac ? ['stac'] : []),
        ];
        text += isUser ? user64(...instruction[access]) : try64(...prepare, ...instruction[access]);
        const allowed = isAllowed(page, access, isUser, control);
        const where = isUser ? USER : {};
        if (!allowed) {
          const flags = 0x100 | (control.ac && !isUser ? 0x400 : 0);
          expected.push(line(14, errorCode(access, isUser), { ...where, flags, cr2: address[access] }));
        } else if (isUser) {
          // A call came back and `at` still names the page.
          expected.push(line(0x80, undefined, { ...USER, offset: access === 'execute' ? 'far' : '+9', flags: 0 }));
        } else expected.push('ok');
        if (!isUser && prepare.length > 0) text += '\n  call user_pages\n';
      }
    }
  }
  text += `
  jmp paging_done
; all pages but the one under test belong to the supervisor
supervisor_pages:
  push rax
  push rcx
  push rdi
  mov edi, pd
  mov ecx, 2048
.next:
  and dword [rdi], 0xfffffffb
  add edi, 8
  dec ecx
  jnz .next
  or dword [pd + 3 * 8], 4
  mov rax, cr3
  mov cr3, rax
  mov rax, cr4
  ${control.smep ? 'bts rax, 20' : ''}
  ${control.smap ? 'bts rax, 21' : ''}
  mov cr4, rax
  pop rdi
  pop rcx
  pop rax
  ret
user_pages:
  ${control.smap ? 'clac' : ''}
  mov rax, cr4
  btr rax, 20
  btr rax, 21
  mov cr4, rax
  ret
paging_done:
`;
  return { body: text, expected };
}

const controls: Control[] = [];
for (let bits = 0; bits < 16; bits++) {
  const control = { wp: (bits & 1) !== 0, smep: (bits & 2) !== 0, smap: (bits & 4) !== 0, ac: (bits & 8) !== 0 };
  if (!control.ac || control.smap) controls.push(control);
}

export const pagingCases: readonly Case[] = controls.map((control) => ({
  name: `page rights: WP ${+control.wp} SMEP ${+control.smep} SMAP ${+control.smap} AC ${+control.ac}`,
  bits: 64,
  ...body(control),
}));
