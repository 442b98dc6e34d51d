import { readFileSync } from 'node:fs';
import { CpuCore } from '../src/index.ts';
import { assemble } from '@longmode/x86';
const guests: Record<string,string> = {
alu: `mov ecx, 30000000
mov eax, 1
l: mov edx, eax
shl edx, 13
xor eax, edx
mov edx, eax
shr edx, 17
xor eax, edx
mov edx, eax
shl edx, 5
xor eax, edx
lea ebx, [ebx+eax*4+3]
dec ecx
jnz l
e: jmp e`,
sieve: `
mov esi, 20
outer:
mov edi, 0x100000
mov ecx, 262144
z: mov byte [edi+ecx-1], 0
dec ecx
jnz z
mov eax, 2
p: cmp byte [edi+eax], 0
jne next
lea edx, [eax+eax]
m: cmp edx, 262144
jae next
mov byte [edi+edx], 1
add edx, eax
jmp m
next: inc eax
cmp eax, 262144
jb p
dec esi
jnz outer
e: jmp e`,
fib: `
mov esp, 0x90000
push 30
call fib
e: jmp e
fib: push ebp
mov ebp, esp
push ebx
mov eax, [ebp+8]
cmp eax, 2
jb done
dec eax
push eax
call fib
add esp, 4
mov ebx, eax
mov eax, [ebp+8]
sub eax, 2
push eax
call fib
add esp, 4
add eax, ebx
done: pop ebx
pop ebp
ret`};
const js = process.argv[2]==='js'; const code = js ? (await import('../dist/core.js' as string)).instantiate : new WebAssembly.Module(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
const host = { portRead: () => 0xff, portWrite() {}, mmioRead: () => 0xffffffff, mmioWrite() {}, acknowledgeInterrupt: () => 0 };
for (const [name, text] of Object.entries(guests)) {
  const { bytes } = assemble(text, { origin: 0x1000, bits: 32 });
  const core = CpuCore.create({ engine: js ? 'js':'interpreter', code, memoryBytes: 4 << 20, host });
  core.ram.set(bytes, 0x1000);
  const r = core.registers;
  r.setField('cr0', 0x11n);
  for (const s of ['es', 'ss', 'ds', 'fs', 'gs'] as const) r.setSegment(s, { selector: 0x18, base: 0n, limit: 0xffffffff, rights: 0xc093 });
  r.setSegment('cs', { selector: 0x10, base: 0n, limit: 0xffffffff, rights: 0xc09b });
  r.set('rip', 0x1000n);
  let t = process.cpuUsage().user; let why;
  do { why = core.run(1000000) } while (why === 'budget');
  t = process.cpuUsage().user - t;
  console.log(name, why, r.get('rax').toString(16), core.instructions, (Number(core.instructions) / t).toFixed(0) + ' MIPS');
}
