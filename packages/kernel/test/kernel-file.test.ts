/** Kernels of one's own, from a file outside of this package: what is built, and what the compiler says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernelFile, type KernelFile } from '../library/build/build-kernel-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'longmode-own-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a source file into the folder. @returns its path */
function file(name: string, source: string): string {
  writeFileSync(join(folder, name), source);
  return join(folder, name);
}

/** The diagnostics of a kernel that cannot be built. */
async function problem(source: string): Promise<string> {
  const building = buildKernelFile(file('bad.ts', source));
  return building.then(
    () => 'it was built',
    (error) => error.message,
  );
}

describe('a kernel of one file and a module', () => {
  let image: KernelFile;
  beforeAll(async () => {
    mkdirSync(join(folder, 'lib'));
    file(
      'lib/greeting.ts',
      "import { println } from 'longmode/kernel';\nexport function greet(count: u32): void {\n  for (let i: u32 = 0; i < count; i++) println('hi');\n}\n",
    );
    const source = `import { println } from 'longmode/kernel';
import { readCr3 } from 'longmode/kernel/x86';
import { greet } from './lib/greeting';
export function main(): void {
  greet(<u32>readCr3() & 7);
  println(\`cr3: 0x\${readCr3()}\`);
  throw new Error('on purpose');
}
`;
    image = await buildKernelFile(file('kernel.ts', source));
  });

  it('knows its functions, and its lines by paths relative to the project', () => {
    expect(image.warnings).toBe('');
    const files = new Set(image.lines.map((row) => row.file));
    expect([...files]).toEqual(expect.arrayContaining(['kernel.ts', 'lib/greeting.ts']));
    const others = [...files].filter(
      (name) => !/^(kernel|lib\/greeting|longmode-start|longmode-memory-bounds)\.ts$/.test(name),
    );
    expect(others.filter((name) => !name.startsWith('~lib/'))).toEqual([]);
    expect(others).toContain('~lib/longmode/kernel/library/panic.ts');
    expect(image.symbols.some(({ name }) => name === 'stack_top')).toBe(true);
  });

  it('is small', () => {
    expect(image.elf.length).toBeLessThan(40_000);
  });
});

describe('what the compiler says', () => {
  it('no main', async () => {
    expect(await problem('export function start(): void {}\n')).toMatch(
      /has to export its entry: export function main/,
    );
  });

  it('an error in the source, with its place', async () => {
    expect(await problem("export function main(): void {\n  let x: i32 = 'text';\n}\n")).toMatch(
      /ERROR TS2322[\s\S]*in bad\.ts\(2,/,
    );
  });

  it('an allocation without a heap, with its line and the cure', async () => {
    const message = await problem('let list: i32[] = [];\nexport function main(): void {\n  list.push(1);\n}\n');
    expect(message).toMatch(/bad\.ts.*needs the heap/);
    expect(message).toMatch(/--heap 1M/);
  });

  it('impossible sizes', async () => {
    const path = file('sizes.ts', 'export function main(): void {}\n');
    await expect(buildKernelFile(path, { heapBytes: 17 })).rejects.toThrow(/^heap of 17 bytes: expected 65536 to/);
    await expect(buildKernelFile(path, { stackBytes: 2 ** 30 })).rejects.toThrow(/^stack of 1073741824 bytes/);
  });
});
