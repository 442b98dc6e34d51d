/** iced-x86 reads every function of random and of real modules: no byte that is not an instruction. */
import { describe, expect, it } from 'vitest';
import { buildImage } from '../src/build-image.ts';
import { disassemble } from './disassemble.ts';
import { assembleText } from './fuzz/differential.ts';
import { generateModule } from './fuzz/generate.ts';
import { noBoot } from './fuzz/native-engine.ts';
import { compileKernel } from './kernels.ts';

type BuiltImage = ReturnType<typeof buildImage>;

function functionLines(image: BuiltImage): [string, string[]][] {
  return image.functions.map(({ name, address, codeBytes }) => {
    const start = address - 0x10_0000 + 0x1000;
    return [name, disassemble(image.elf.subarray(start, start + codeBytes), address)];
  });
}

function expectAllValid(image: BuiltImage): void {
  for (const [name, lines] of functionLines(image)) {
    const text = lines.join('\n');
    expect(lines, `${name}:\n${text}`).not.toContain('(bad)');
    // A kernel runs without having set up the floating-point unit.
    expect(text, name).not.toMatch(/\b(xmm|ymm|mm|st)\d/);
  }
}

describe('iced-x86 decodes', () => {
  it('every function of random modules', { timeout: 30_000 }, () => {
    for (let seed = 1; seed <= 5; seed++)
      expectAllValid(buildImage({ wasm: assembleText(generateModule(seed, 20).text), boot: noBoot }));
  });

  it('every function of a kernel, interrupt entry points included', { timeout: 60_000 }, async () => {
    const { image } = await compileKernel('interrupts.ts', { optimize: 1 });
    expectAllValid(image);
    expect(image.functions.map(({ name }) => name)).toContain('isr_stubs');
  });
});

describe('the code for a small function', () => {
  const listing = (text: string) => functionLines(buildImage({ wasm: assembleText(text), boot: noBoot }))[0]![1];

  it('folds an address, a compare with its branch, and keeps locals in registers', () => {
    const text = `(module (memory 1) (func (export "f") (param i32 i32) (result i32) (local i32)
      (loop $next
        (local.set 2 (i32.add (local.get 2) (i32.load offset=16 (i32.add (i32.shl (local.get 1) (i32.const 2)) (local.get 0)))))
        (br_if $next (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 100))))
      (local.get 2)))`;
    expect(listing(text).map((line) => line.replace(/0000000000/, ''))).toMatchInlineSnapshot(`
      [
        "push rbp",
        "mov rbp,rsp",
        "mov r8d,esi",
        "xor r9d,r9d",
        "mov eax,[edi+r8d*4+10h]",
        "add r9d,eax",
        "add r8d,1",
        "cmp r8d,64h",
        "jb short 10100Ah",
        "mov eax,r9d",
        "leave",
        "ret",
      ]
    `);
  });
});
