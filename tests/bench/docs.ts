/** Writes `docs/performance.md`: what a run measured, with the terms that one needs to read it. */
import { writeFileSync } from 'node:fs';
import { formatConditions, formatGoals, formatTable, loadText, type Report } from './report.ts';

const path = new URL('../../docs/performance.md', import.meta.url);

const TERMS = `- **jit**: the Wasm engine with its translator on (\`jit: 'auto'\`). **Wasm**: the same engine without. **JS**: its JavaScript twin.
- **QEMU**: QEMU TCG with the same image, its start-up (the guest that does nothing) subtracted. **native**: the same C files as a program of this computer. **v86**: the same C files compiled for 32 bits, in v86 without BIOS, in the same Node process. **32-bit jit** and **32-bit Wasm**: that image on our engine.
- **Node 24** and **Chromium**: the same as jit in the package \`node@24\` and in a page of headless Chromium, also against QEMU in the same rounds. Chromium looks at branch hints unasked, Node 20 and 24 as \`longmode\` asks them to ([decision 19](decisions/0019-branch-hints.md)).
- **MIPS**: millions of guest instructions per second of CPU time. Those of native, v86 and the 32-bit image are instructions of the 64-bit image: they say how fast the same work is done.
- **Ratios** are of times for the same work; below 1 the first named is faster. They are taken within a round, in which a guest runs on everybody, one right after the other; the table has the median over the rounds.
- **Time** is CPU time of the thread that executes the guest, all compilation on that thread included. V8 compiles modules a second time on other threads: \`with compiler threads\` counts these, too. Of QEMU all threads are counted.
- **Warm** (everything but \`cold\`): V8 has compiled the emulator itself, because every guest has run once at a tiny size; the guest's code is translated anew in each run.
- **Cold**: a fresh process, in which V8 has compiled nothing, and so little work that QEMU needs about 0.1 s for it. Time counts from the guest's first instruction on.
- Groups: **compute**: registers, memory, branches, calls. **strings**: REP instructions. **float**: floating point and packed integers of SSE2. **x87**. **system**: faults, interrupts, page tables. **devices**: the text screen and ports. **code**: loops across page boundaries, code that changes, 20,000 lines of functions that run ten times each.`;

/** What the document says of the run in which the guests mapped their memory with pages of 4 KiB. */
const smallPagesSection = (report: Report): readonly string[] => [
  '## Small pages',
  '',
  `The same guests with their memory in pages of 4 KiB instead of 2 MiB, in a run of its own; ${loadText(report.conditions)}.`,
  '',
  formatGoals(report.goals),
  '',
  formatTable(report),
  '',
];

/** Replaces the document. `smallPages` is the second run, where there was one already. */
export function writeDocs(report: Report, smallPages?: Report): void {
  const text = [
    '# Performance',
    '',
    'Written by `npm run bench -- --write-docs`; the guests are in `tests/bench/guests`. Compare ratios, not rates: they depend far less on the computer.',
    '',
    '## Conditions',
    '',
    ...formatConditions(report.conditions).map((line) => `- ${line}`),
    '',
    '## Goals',
    '',
    formatGoals(report.goals),
    '',
    '## Guests',
    '',
    formatTable(report),
    '',
    ...(smallPages === undefined ? [] : smallPagesSection(smallPages)),
    '## Terms',
    '',
    TERMS,
    '',
  ];
  writeFileSync(path, text.join('\n'));
}
