import { readFileSync } from 'node:fs';
import { CpuCore } from '../src/index.ts';
import { assemble } from '@longmode/x86';
const src = readFileSync(new URL('./speed.tmp.ts', import.meta.url), 'utf8');
const guests = eval('({' + src.slice(src.indexOf('= {') + 3, src.indexOf('};')) + '})') as Record<string, string>;
const files = process.argv.slice(2);
const codes = files.map((f) => new WebAssembly.Module(readFileSync(f)));
const host = { portRead: () => 0xff, portWrite() {}, mmioRead: () => 0xffffffff, mmioWrite() {}, acknowledgeInterrupt: () => 0 };
for (const [name, text] of Object.entries(guests)) {
  const times = files.map(() => [] as number[]);
  for (let round = 0; round < 5; round++) for (let i = 0; i < files.length; i++) {
    const { bytes } = assemble(text, { origin: 0x1000, bits: 32 });
    const core = CpuCore.create({ engine: 'interpreter', code: codes[i]!, memoryBytes: 4 << 20, host });
    core.ram.set(bytes, 0x1000);
    const r = core.registers;
    r.setField('cr0', 0x11n);
    for (const s of ['es', 'ss', 'ds', 'fs', 'gs'] as const) r.setSegment(s, { selector: 0x18, base: 0n, limit: 0xffffffff, rights: 0xc093 });
    r.setSegment('cs', { selector: 0x10, base: 0n, limit: 0xffffffff, rights: 0xc09b });
    r.set('rip', 0x1000n);
    let t = process.cpuUsage().user;
    let n = 0;
    while (core.run(1000000) === 'budget' && ++n < 40);
    t = process.cpuUsage().user - t;
    times[i]!.push(Number(core.instructions) / t);
  }
  console.log(name, times.map((t) => t.sort((a, b) => a - b)[2]!.toFixed(0)).join('  '));
}
