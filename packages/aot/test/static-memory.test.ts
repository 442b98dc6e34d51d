/** Static memory that begins as zeros has its place in the image although the optimised module does not mention it. */
import { expect, it } from 'vitest';
import { buildImage } from '../src/build-image.ts';
import { compileAssemblyScript } from '../src/compile.ts';
import { noBoot } from './fuzz/native-engine.ts';

const source = (text: string) => `
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {}
const FIRST = memory.data(5000, 16);
${text}
const LAST = memory.data(70000, 4096);
export function kmain(): usize { store<u8>(FIRST, TEXT); store<u8>(LAST + 69999, 3); return LAST; }`;

it.each([
  ['behind .boot', 0x10_1000, 'const TEXT: u8 = 0;'],
  ['behind the code', 0x12_0000, 'const TEXT: u8 = 0;'],
  ['around a text', 0x10_1000, `const TEXT = <u8>"text".charCodeAt(load<u8>(FIRST) & 3);`],
])('zeros %s', { timeout: 60_000 }, async (_, memoryBase, text) => {
  for (const optimize of [0, 2] as const) {
    const { wasm } = await compileAssemblyScript({
      ...{ entry: 'main.ts', optimize, runtime: 'stub', abort: 'main/abort', memoryBase },
      readFile: (name) => (name === 'main.ts' ? source(text) : null),
    });
    const { sections } = buildImage({ wasm, boot: noBoot });
    const last = Math.ceil((memoryBase + 5000) / 4096) * 4096;
    for (const address of [memoryBase, memoryBase + 4999, last, last + 69_999]) {
      const home = sections.find(
        (section) => address >= section.address && address < section.address + section.sizeBytes,
      );
      expect(home?.name, address.toString(16)).toBe('.data.as');
    }
  }
});
