/**
 * A table of command lines that cannot work. Each gets its own clear error: one line that says what is wrong, at most
 * one more that says how to mend it, never a stack trace, and the right exit code. The expected text is reviewed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longmode-usage-'));
  writeFileSync(join(folder, 'k.elf'), 'a kernel');
});
afterAll(() => rmSync(folder, { recursive: true }));

const shown = 'pages, tables, walk, tlb, gdt, idt, tss, registers, stack, code';

/** `K` stands for an existing kernel, `D` for an existing folder. */
const table: [words: string, exitCode: number, message: string][] = [
  ['--memroy 64M', 2, "unknown option '--memroy'"],
  ['boot', 2, "missing required argument 'kernel'"],
  ['boot --json', 2, "missing required argument 'kernel'"],
  ['boot K K', 2, "too many arguments for 'boot'. Expected 1 argument but got 2."],
  ['bot K', 2, "unknown command 'bot'; did you mean boot?"],
  ['K', 2, "unknown command 'K'"],
  ['boot K --memroy 64M', 2, "unknown option '--memroy'; did you mean --memory?"],
  ['boot K --jsno', 2, "unknown option '--jsno'; did you mean --json?"],
  ['boot K -m 64M', 2, "unknown option '-m'"],
  ['boot K --memory', 2, "option '--memory <size>' argument missing"],
  ['boot K --memory=', 2, '--memory: expected a size such as 64M, found nothing'],
  ['boot K --memory 0', 2, '--memory: "0" is too little: the least is 1M, the most 3G'],
  ['boot K --memory -1', 2, '--memory: expected a size such as 64M, found "-1"'],
  ['boot K --memory 64', 2, '--memory: "64" is too little: the least is 1M, the most 3G; for 64 MiB write 64M'],
  ['boot K --memory 1023K', 2, '--memory: "1023K" is too little: the least is 1M, the most 3G'],
  ['boot K --memory 4G', 2, '--memory: "4G" is too much: the least is 1M, the most 3G'],
  ['boot K --memory 3073M', 2, '--memory: "3073M" is too much: the least is 1M, the most 3G'],
  ['boot K --memory 1e9', 2, '--memory: expected a size such as 64M, found "1e9"'],
  ['boot K --memory 64X', 2, '--memory: "64X" has an unknown unit; use K, M or G, as in 64M'],
  ['boot K --memory 64MM', 2, '--memory: "64MM" has an unknown unit; use K, M or G, as in 64M'],
  ['boot K --memory M', 2, '--memory: expected a size such as 64M, found "M"'],
  ['boot K --memory 1.5G', 2, '--memory: expected a size such as 64M, found "1.5G"'],
  ['boot K --memory 0x4000000', 2, '--memory: expected a size such as 64M, found "0x4000000"'],
  ['boot K --memory 1048577', 2, '--memory: "1048577" is not a whole number of pages (4096 bytes each)'],
  ['boot K --memory NaN', 2, '--memory: expected a size such as 64M, found "NaN"'],
  ['boot K --memory --json', 2, '--memory: expected a size such as 64M, found "--json"'],
  [
    'boot K --memory 99999999999999999999G',
    2,
    '--memory: "99999999999999999999G" is too much: the least is 1M, the most 3G',
  ],
  ['boot K --engine jit', 2, '--engine: expected interpreter or js, found "jit"'],
  ['boot K --engine js --memory 2G', 2, '--memory: the js engine can have at most 1536M'],
  ['boot K --engine=', 2, '--engine: expected interpreter or js, found nothing'],
  [
    'boot K --cpu pentium',
    2,
    '--cpu: CPU model "pentium": expected x86-64-v1, x86-64-v2, x86-64-v3, max, perhaps followed by ,+feature or ,-feature as in "max,-avx2"',
  ],
  ['boot K --screen yes', 2, '--screen: expected live, final or none, found "yes"'],
  ['boot K --screen live', 2, '--screen live needs a terminal as standard output'],
  ['boot K --json --screen live', 2, '--json and --screen live both want standard output'],
  ['boot K --json --screen final', 2, '--json and --screen final both want standard output'],
  ['boot K --json --serial stdio', 2, '--json and --serial stdio both want standard output'],
  ['boot K --serial tty', 2, '--serial: expected stdio, none or file:PATH, found "tty"'],
  ['boot K --serial file:', 2, '--serial: "file:" lacks the path of a file, as in file:serial.log'],
  ['boot K --serial file:D', 2, '--serial: cannot write D: it is a folder'],
  ['boot K --serial file:D/none/x', 2, '--serial: cannot write D/none/x: no such file'],
  ['boot K --max-instructions 0', 2, '--max-instructions: "0" allows no instruction at all; the least is 1'],
  ['boot K --max-instructions -5', 2, '--max-instructions: expected a number of instructions such as 50M, found "-5"'],
  [
    'boot K --max-instructions 5T',
    2,
    '--max-instructions: "5T" has an unknown unit; use K, M or G (thousands), as in 50M',
  ],
  [
    'boot K --max-instructions 1e6',
    2,
    '--max-instructions: expected a number of instructions such as 50M, found "1e6"',
  ],
  [
    'boot K --max-instructions 10000000G',
    2,
    '--max-instructions: "10000000G" is too much: the most is 9007199254740991',
  ],
  ['boot K --timeout 0', 2, '--timeout: "0" allows no time at all; the least is 1ms'],
  ['boot K --timeout -1s', 2, '--timeout: expected a duration such as 10s, found "-1s"'],
  ['boot K --timeout 10h', 2, '--timeout: "10h" has an unknown unit; use ms, s or m, as in 10s'],
  ['boot K --timeout soon', 2, '--timeout: expected a duration such as 10s, found "soon"'],
  ['boot K --timeout 99999999', 2, '--timeout: "99999999" is too long: the most is 35791m'],
  ['boot K --random-seed ten', 2, '--random-seed: expected a whole number up to 2^53 - 1, or host, found "ten"'],
  [
    'boot K --trace all',
    2,
    '--trace: expected some of insn, exc, io, msr (separated by commas), found "all"; a file goes before --trace',
  ],
  [
    'boot K --trace insn,,io',
    2,
    '--trace: expected some of insn, exc, io, msr (separated by commas), found ""; a file goes before --trace',
  ],
  [
    'boot --trace K',
    2,
    '--trace: expected some of insn, exc, io, msr (separated by commas), found "K"; a file goes before --trace',
  ],
  [
    'boot K --trace constructor',
    2,
    '--trace: expected some of insn, exc, io, msr (separated by commas), found "constructor"; a file goes before --trace',
  ],
  ['boot K --trace-out t.log', 2, '--trace-out needs --trace'],
  ['boot K --trace-out=', 2, '--trace-out: expected the path of a file, found nothing'],
  ['boot K --trace --trace-out D/none/x', 2, '--trace-out: cannot write D/none/x: no such file'],
  ['boot K --until /(/', 2, '--until: "/(/" is not valid: Invalid regular expression: /(/: Unterminated group'],
  ['boot K --until /a/qq', 2, '--until: "/a/qq" is not valid: Invalid flags supplied to RegExp constructor \'qq\''],
  ['boot K --until=', 2, '--until: expected a text or /regular expression/, found nothing'],
  ['boot K --expect=', 2, '--expect: expected a text or /regular expression/, found nothing'],
  ['boot K --expect /(/', 2, '--expect: "/(/" is not valid: Invalid regular expression: /(/: Unterminated group'],
  ['boot K --fail-on=', 2, '--fail-on: expected a text or /regular expression/, found nothing'],
  ['boot K --type=', 2, '--type: expected a text such as "help\\n", found nothing'],
  ['boot K --type a\\q', 2, '--type: unknown escape "\\q"; expected \\n, \\t, \\b, \\e, \\" or \\\\'],
  ['boot K --type grün', 2, '--type: a US keyboard cannot type "ü"; send it to a serial port, or press keys'],
  ['boot K --kyes x', 2, "unknown option '--kyes'; did you mean --keys?"],
  ['boot K --keys=', 2, '--keys: expected the path of a file, found nothing'],
  ['boot K --keys D/none', 66, '--keys: cannot read D/none: no such file'],
  ['boot K --keys D', 66, '--keys: cannot read D: it is a folder'],
  ['boot K --keys K', 2, 'K:1: unknown command "a"; expected type, press, down, up, wait, sleep, at'],
  ['boot K --inputs D/none', 66, '--inputs: cannot read D/none: no such file'],
  ['boot K --inputs K', 2, 'K:1: expected "longmode inputs 2", found "a kernel"'],
  ['boot K --inputs K --type x', 2, '--inputs repeats a run with its input: --type and --keys cannot add to it'],
  [
    'boot K --inputs K --random-seed 1',
    2,
    '--inputs repeats a run with its random numbers: --random-seed cannot change them',
  ],
  ['boot K --inputs K --record-inputs K', 2, '--inputs and --record-inputs name the same file'],
  ['boot K --record-inputs=', 2, '--record-inputs: expected the path of a file, found nothing'],
  ['boot K --record-inputs D', 2, '--record-inputs: cannot write D: it is a folder'],
  ['boot K --screenshot=', 2, '--screenshot: expected a file that ends in .txt, .ans or .svg, found nothing'],
  ['boot K --screenshot s.png', 2, '--screenshot: expected a file that ends in .txt, .ans or .svg, found "s.png"'],
  ['boot K --screenshot D/none/s.svg', 2, '--screenshot: cannot write D/none/s.svg: no such file'],
  ['boot K --show=', 2, `--show: expected some of ${shown}; found nothing`],
  ['boot K --show pages,constructor', 2, `--show: expected some of ${shown}; found "constructor"`],
  ['boot K --show walk', 2, '--show: walk needs an address, as in walk:0xb8000 or walk:kernel_main'],
  ['boot K --show walk:', 2, '--show: expected an address or a symbol after the colon, found "walk:"'],
  ['boot K --show code:0xg', 2, '--show: expected an address or a symbol after the colon, found "code:0xg"'],
  ['boot K --show gdt:1', 2, '--show: gdt takes no address, found "gdt:1"'],
  ['boot K --module=', 2, '--module: expected file or file:arguments, found nothing'],
  ['boot K --module :args', 2, '--module: expected file or file:arguments, found ":args"'],
  ['boot K --module D/none', 66, 'cannot read module D/none: no such file'],
  ['boot K --module D:args', 66, 'cannot read module D: it is a folder'],
  ['boot D/none.elf', 66, 'cannot read kernel D/none.elf: no such file'],
  ['boot D', 66, 'cannot read kernel D: it is a folder'],
  ['boot K/k.elf', 66, 'cannot read kernel K/k.elf: a part of the path is not a folder'],
  ['boot /dev/zero', 66, 'cannot read kernel /dev/zero: it is not a regular file'],
  ['boot \u0000', 66, 'cannot read kernel \\x00: the path contains a NUL'],
  ['boot \u001b[31m', 66, 'cannot read kernel \\x1b[31m: no such file'],
  ['info', 2, "missing required argument 'kernel'"],
  ['info K --memory 4M', 2, "unknown option '--memory'"],
  ['info D/none', 66, 'cannot read kernel D/none: no such file'],
  ['info D', 66, 'cannot read kernel D: it is a folder'],
];

function expand(word: string): string {
  const kernel = join(folder, 'k.elf');
  return word.replace(/^(file:)?D(?=$|\/|:)/, (_, prefix = '') => prefix + folder).replace(/^K(?=$|\/)/, kernel);
}

test.each(table)('longmode %s', async (words, exitCode, message) => {
  const expanded = words.split(' ').map(expand);
  const result = await cli(expanded, { end: { kind: 'exit', code: 0x10, port: 0xf4 } });
  const [first, ...rest] = result.stderr.trimEnd().split('\n');
  const shown = first?.replaceAll(join(folder, 'k.elf'), 'K').replaceAll(folder, 'D');
  expect(shown).toBe(`longmode: ${message}`);
  expect(result.exitCode).toBe(exitCode);
  expect(rest.length).toBeLessThanOrEqual(1);
  for (const line of rest) expect(line).toMatch(/^ {2}\S/);
  expect(result.stderr).not.toMatch(/\bat .*:\d+:\d+|internal error/);
});

test('an existing file as command gets the command it needs', async () => {
  const kernel = join(folder, 'k.elf');
  const { stderr, exitCode } = await cli([kernel], { end: 'run-on' });
  expect(stderr).toBe(`longmode: unknown command '${kernel}'\n  to boot it: longmode boot ${kernel}\n`);
  expect(exitCode).toBe(2);
});
