/**
 * Differential tests: random modules run in V8 and, compiled, on this machine's processor. A failure prints the seed, the
 * call and a reduced module. FUZZ_SECONDS makes the run longer, FUZZ_SEED chooses where it starts.
 */
import { describe, expect, it } from 'vitest';
import { buildImage, linkImage } from '../src/build-image.ts';
import { compileFunction } from '../src/codegen/compile-function.ts';
import { OPCODES } from '../src/wasm/opcodes.ts';
import { disassemble } from './disassemble.ts';
import { optimizeModule } from './fuzz/binaryen.ts';
import { assembleText, runSeed } from './fuzz/differential.ts';
import type { Call, Engine } from './fuzz/engine.ts';
import { compileNaively } from './fuzz/naive.ts';
import { createNativeEngine, nativeEngineMissing, noBoot } from './fuzz/native-engine.ts';
import { v8Engine } from './fuzz/v8-engine.ts';

const seconds = Number(process.env.FUZZ_SECONDS ?? 3);
const firstSeed = Number(process.env.FUZZ_SEED ?? 1);
const FUNCTIONS_PER_MODULE = 20;

const missing = nativeEngineMissing();
if (missing !== undefined) console.log(`native differential tests skip: ${missing}`);

describe.skipIf(missing !== undefined)('compiled code agrees with V8', () => {
  it.each([
    ['as generated', (wasm: Uint8Array) => wasm],
    ['after binaryen -O2', optimizeModule],
  ])(`random modules ${'%s'}`, { timeout: (seconds + 120) * 1000 }, async (_, transform) => {
    const native = createNativeEngine();
    const deadline = Date.now() + seconds * 1000;
    let seed = firstSeed;
    do {
      const failure = await runSeed(seed++, FUNCTIONS_PER_MODULE, v8Engine, native, transform);
      expect(failure, failure).toBeUndefined();
    } while (Date.now() < deadline);
    console.log(`${seed - firstSeed} modules of ${FUNCTIONS_PER_MODULE} functions from seed ${firstSeed}`);
  });

  it('the naive code generator agrees as well, so that it can be asked', { timeout: 60_000 }, async () => {
    const naive = createNativeEngine((wasm) => linkImage({ wasm, boot: noBoot }, compileNaively));
    for (let seed = firstSeed; seed < firstSeed + 4; seed++) {
      const failure = await runSeed(seed, FUNCTIONS_PER_MODULE, v8Engine, naive);
      expect(failure, failure).toBeUndefined();
    }
  });

  it('a frame of several pages works, and touches each of them on its way down', { timeout: 60_000 }, async () => {
    const count = 1500;
    const each = (text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i)).join(' ');
    const wasm =
      assembleText(`(module (memory (export "memory") 32) (func (export "f") (param i64) (result i64) (local ${each(() => 'i64')})
      ${each((i) => `(local.set ${i + 1} (i64.mul (local.get 0) (i64.const ${i})))`)}
      (i64.const 1) ${each((i) => `(local.get ${i + 1}) (i64.xor) (i64.const 3) (i64.rotl)`)})
      (data (i32.const 0x101000) "${'x'.repeat(4096)}"))`);
    const calls: Call[] = [{ name: 'f', parameters: ['i64'], result: 'i64', operands: [0x1234_5678_9abc_def1n] }];
    expect(await createNativeEngine().run(wasm, calls)).toEqual(await v8Engine.run(wasm, calls));
    const { functions, elf } = buildImage({ wasm, boot: noBoot });
    const { address, codeBytes } = functions[0]!;
    const code = disassemble(elf.subarray(address - 0xf_f000, address - 0xf_f000 + codeBytes), address);
    expect(code.slice(0, 12).filter((line) => line === 'or qword ptr [rsp],0')).toHaveLength(2);
  });

  it('a miscompiled instruction is found and reduced', { timeout: 120_000 }, async () => {
    const broken = createNativeEngine((wasm) => {
      const breakOr: typeof compileFunction = (fn, context) => {
        const body = fn.body.map((instruction) =>
          instruction.opcode.name === 'i64.or' ? { ...instruction, opcode: opcodeOf('i64.xor') } : instruction,
        );
        return compileFunction({ ...fn, body }, context);
      };
      return linkImage({ wasm, boot: noBoot }, breakOr);
    });
    const failure = await firstFailure(broken);
    expect(failure).toMatch(/^seed \d+: f\d+\(.*\): V8 .*, native /);
    expect(failure).toContain('i64.or');
    expect(failure!.replace(/\(data.*/s, '').length).toBeLessThan(15_000);
  });
});

async function firstFailure(engine: Engine): Promise<string | undefined> {
  for (let seed = 1; seed < 20; seed++) {
    const failure = await runSeed(seed, 8, v8Engine, engine, undefined, 3);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

const opcodeOf = (name: string) => [...OPCODES.values()].find((opcode) => opcode.name === name)!;
