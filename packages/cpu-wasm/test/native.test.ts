/**
 * 32-bit code against the processor that runs this test: what the recorded vectors (64-bit mode only) can't cover. Registers,
 * stack and the defined arithmetic flags after each of many seeded inputs.
 */
import { describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { flatGuest } from './flat-guest.ts';
import { ending, RESULTS, runNatively } from './native.ts';

/** Inputs per instruction; each leaves 19 words of results. */
const INPUTS = 256;
const CF = 1;
const PF = 4;
const AF = 16;
const ZF = 64;
const SF = 128;
const OF = 2048;
const STACK = 0x80000;
const DATA = 0x60000;

/** Instructions by name. EBX, ESI and EDI are free; EBP points into the stack, which holds a pattern. */
const cases: Readonly<Record<string, string>> = {
  daa: 'daa',
  das: 'das',
  aaa: 'aaa',
  aas: 'aas',
  aam: 'aam',
  'aam 7': 'db 0xd4, 7',
  aad: 'aad',
  'aad 0xf3': 'db 0xd5, 0xf3',
  salc: 'db 0xd6',
  'inc r32': 'inc eax\ninc ebx',
  'dec r16': 'dec ax\ndec bx',
  pushad: 'pushad\nadd esp, 32',
  pusha: 'pusha\nadd esp, 16',
  popad: 'sub esp, 32\npopad',
  popa: 'sub esp, 16\npopa\nmov ebp, esp',
  'push and pop 16 bits': 'push ax\npush word 0x1234\npop bx\npop dx',
  'push esp, pop esp': 'push esp\npop eax\npush ebp\npop esp\nsub esp, 0x40',
  'pop to the stack': 'push eax\npush ebx\npop dword [esp+4]\npop ecx',
  'enter 0': 'enter 8, 0\nmov eax, ebp\nmov ebx, esp\nleave',
  'enter 1': 'enter 12, 1\nmov eax, ebp\nmov ebx, esp\nleave',
  'enter 3': 'enter 4, 3\nmov eax, ebp\nmov ebx, esp\nleave',
  'enter of 16 bits': 'db 0x66\nenter 4, 2\nmov ax, bp\nmov ebx, esp\nmov esp, 0x80000 - 0x100\nmov ebp, esp',
  'leave of 16 bits': 'db 0x66\nleave\nmov eax, esp\nmov esp, 0x80000 - 0x100',
  call: 'call target\ninc ecx\ntarget: pop edx\nsub edx, esp',
  'call and ret n': 'push eax\ncall target\njmp past\ntarget: ret 4\npast: inc ecx',
  'indirect call': 'mov edx, target\ncall edx\njmp past\ntarget: mov ebx, [esp]\nret\npast: inc ecx',
  'indirect jump': `mov dword [${DATA}], target\njmp [${DATA}]\ninc eax\ntarget: dec ebx`,
  loop: 'and ecx, 7\ninc ecx\nagain: add eax, ecx\nloop again',
  'loop on cx': 'and ecx, 0xffff0007\ninc ecx\nagain: inc eax\ndb 0x67\nloop again',
  loope: 'and ecx, 15\nagain: shr eax, 1\ntest al, 1\nloope again',
  loopne: 'and ecx, 15\nagain: shr eax, 1\ntest al, 1\nloopne again',
  jecxz: 'and ecx, 1\njecxz target\nneg eax\ntarget: inc ebx',
  'jcxz on cx': 'and ecx, 0x10001\ndb 0x67\njecxz target\nneg eax\ntarget: inc ebx',
  xlat: `mov [${DATA} + 0x33], bl\nmov ebx, ${DATA}\nmov al, 0x33\nxlatb`,
  'cbw cwde cwd cdq': 'cbw\ncwd\ncwde\nxchg eax, ebx\ncdq',
  'lahf sahf': 'lahf\nmov bl, ah\nxor eax, 0x4100\nsahf',
  'rcl rcr bytes': 'rcl al, cl\nrcr bh, cl\nrcl ah, 3',
  'shld shrd': 'shld eax, ebx, cl\nand cl, 15\nshrd bx, ax, cl',
  'bound, within': `mov dword [${DATA}], 0x80000000\nmov dword [${DATA} + 4], 0x7fffffff\nbound eax, [${DATA}]`,
  'xchg with ax': 'xchg ax, bx\nxchg ecx, eax',
  cmpxchg: 'cmpxchg ebx, ecx\ncmpxchg bl, cl',
  cmpxchg8b: `mov [${DATA}], eax\nmov [${DATA} + 4], edx\nxor eax, 1\nand eax, ecx\ncmpxchg8b [${DATA}]\nmov ebx, [${DATA}]`,
  'rep movsb, overlapping': `mov esi, ${DATA}\nmov [esi], eax\nlea edi, [esi+3]\nand ecx, 63\nrep movsb\nmov eax, [${DATA} + 9]`,
  'rep movsd backwards': `std\nmov esi, ${DATA} + 64\nmov [esi], eax\nlea edi, [esi-4]\nand ecx, 15\nrep movsd\nmov eax, [${DATA} + 40]`,
  'rep stosw': `mov edi, ${DATA} + 0xffa\nand ecx, 31\nrep stosw\nmov eax, [${DATA} + 0xffe]`,
  'repe cmpsb': `mov esi, ${DATA}\nmov edi, ${DATA} + 0x100\nmov [esi+5], al\nand byte [esi+5], 3\nand ecx, 15\nrepe cmpsb\nmov eax, ecx`,
  'repne scasb': `mov edi, ${DATA} + 0x200\nmov [edi+7], al\nand ecx, 15\nrepne scasb`,
};

/** RFLAGS bits that the manual leaves undefined after a case; processors differ. */
const undefinedFlags: Readonly<Record<string, number>> = {
  daa: OF,
  das: OF,
  aaa: OF | SF | ZF | PF,
  aas: OF | SF | ZF | PF,
  aam: OF | AF | CF,
  'aam 7': OF | AF | CF,
  aad: OF | AF | CF,
  'aad 0xf3': OF | AF | CF,
  loope: AF,
  loopne: AF,
  'rcl rcr bytes': OF,
  'shld shrd': OF | AF,
  cmpxchg8b: AF,
};

/** Deterministic words (xorshift32) for the guest to start from. */
function inputWords(count: number): string {
  let state = 0x9e3779b9;
  const words = Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  });
  return Array.from({ length: Math.ceil(count / 8) }, (_, i) => `dd ${words.slice(i * 8, i * 8 + 8).join(', ')}`).join(
    '\n',
  );
}

/** Runs `instructions` for every input; results: EAX EBX ECX EDX ESI EDI EBP ESP, RFLAGS, five words of stack. */
const program = (instructions: string, native: boolean): string => `
  mov dword [cursor], ${RESULTS}
  mov dword [input], inputs
next_input:
  cld
  mov edi, ${STACK} - 0x200
  mov ecx, 0x80
  mov eax, 0x01020304
fill:
  stosd
  add eax, 0x01010101
  loop fill
  mov esp, ${STACK} - 0x100
  mov ebp, esp
  mov esi, [input]
  mov eax, [esi+16]
  and eax, 0x8d5
  or eax, 2
  push eax
  mov eax, [esi]
  mov ebx, [esi+4]
  mov ecx, [esi+8]
  mov edx, [esi+12]
  xor edi, edi
  popfd
${instructions}
  mov [saved_edi], edi
  mov [saved_eax], eax
  mov [saved_esp], esp
  mov esp, ${STACK} - 0x300
  pushfd
  cld
  mov edi, [cursor]
  stosd
  mov [edi], ebx
  mov [edi+4], ecx
  mov [edi+8], edx
  mov [edi+12], esi
  mov eax, [saved_edi]
  mov [edi+16], eax
  mov [edi+20], ebp
  mov eax, [saved_esp]
  mov [edi+24], eax
  pop eax
  and eax, 0xcd5
  mov [edi+28], eax
  mov esi, ${STACK} - 0x120
  add edi, 32
  mov ecx, 10
  rep movsd
  mov [cursor], edi
  add dword [input], 20
  cmp dword [input], inputs_end
  jb next_input
  jmp finish
cursor: dd 0
input: dd 0
saved_eax: dd 0
saved_edi: dd 0
saved_esp: dd 0
inputs:
${inputWords(INPUTS * 5)}
inputs_end:
finish:
  ${ending(native)}
`;

const RESULT_WORDS = 19;
const NAMES = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp', 'flags'];

const first = runNatively(program('nop', true));
if ('reason' in first) console.log(`skipped: ${first.reason}`);

describe.skipIf('reason' in first).each(engines)('32-bit code on $engine does what this processor does', (engine) => {
  it.each(Object.entries(cases))('%s', { timeout: 60_000 }, (name, instructions) => {
    const native = runNatively(program(instructions, true));
    if ('reason' in native) throw new Error(native.reason);
    const { core } = flatGuest(engine, program(instructions, false));
    expect(core.run(20_000_000)).toBe('idle-loop');
    expect(native.results.length).toBe(INPUTS * RESULT_WORDS * 4);
    const wanted = new Uint32Array(native.results.buffer, native.results.byteOffset, INPUTS * RESULT_WORDS);
    const actual = new Uint32Array(core.ram.slice(RESULTS, RESULTS + native.results.length).buffer);
    const differences: string[] = [];
    wanted.forEach((value, i) => {
      const word = i % RESULT_WORDS;
      const ignored = NAMES[word] === 'flags' ? (undefinedFlags[name] ?? 0) : 0;
      if ((((actual[i] ?? 0) ^ value) & ~ignored) === 0 || differences.length > 10) return;
      const what = NAMES[word] ?? `stack word ${word - NAMES.length}`;
      differences.push(
        `input ${Math.floor(i / RESULT_WORDS)}: ${what} ${actual[i]?.toString(16)}, expected ${value.toString(16)}`,
      );
    });
    expect(differences).toEqual([]);
  });
});
