/**
 * The shape of the one switch in the binary (docs/decisions/0003): it must be a jump table with a target for every hot
 * operation, its function must stay small enough for V8's better register allocator, and it must have no loop but its own.
 */
import { brotliCompressSync } from 'node:zlib';
import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { CpuCore } from '../src/index.ts';
import { coreWasm, engines } from './engines.ts';
import { silentHost } from './flat-guest.ts';

/** Reads unsigned LEB128 at `at`; returns value and next offset. */
function leb(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

/** Bodies of the code section. */
function functionBodies(wasm: Uint8Array): Uint8Array[] {
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at] as number;
    const [size, start] = leb(wasm, at + 1);
    if (id === 10) {
      const bodies: Uint8Array[] = [];
      let [count, next] = leb(wasm, start);
      while (count-- > 0) {
        const [bytes, body] = leb(wasm, next);
        bodies.push(wasm.subarray(body, body + bytes));
        next = body + bytes;
      }
      return bodies;
    }
    at = start + size;
  }
  throw new Error('the module has no code section');
}

/** Target counts of everything that looks like a `br_table` of consecutive labels, the form of a dense switch. */
function denseTables(body: Uint8Array): number[] {
  const counts: number[] = [];
  for (let at = 0; at < body.length; at++) {
    if (body[at] !== 0x0e) continue;
    let [count, next] = leb(body, at + 1);
    if (count < 64 || count > 1000) continue;
    const targets = count;
    const seen = new Set<number>();
    let previous = -1;
    let rises = 0;
    while (count-- > 0 && next < body.length) {
      const [label, after] = leb(body, next);
      if (label > previous) rises++;
      previous = label;
      seen.add(label);
      next = after;
    }
    if (rises > targets * 0.9) counts.push(targets);
  }
  return counts;
}

describe('the switch of the Wasm engine', () => {
  const bodies = functionBodies(coreWasm);
  const withTable = bodies.filter((body) => denseTables(body).length > 0);

  it('is one jump table with a target for every hot operation', () => {
    const [first] = engines;
    if (!first) throw new Error('no engine');
    const core = CpuCore.create({ ...first, memoryBytes: 2 ** 20, host: silentHost });
    expect(withTable).toHaveLength(1);
    expect(denseTables(withTable[0] as Uint8Array)).toEqual([core.switchCases]);
  });

  it('stays below 50 kB, where Node 20 starts to allocate registers worse', () => {
    expect((withTable[0] as Uint8Array).length).toBeLessThan(50_000);
  });

  it('has one loop: with another one inside, V8 makes the interpreter a third slower', () => {
    // Binaryen calls functions without a name by their place in the code section.
    const name = String(bodies.indexOf(withTable[0] as Uint8Array));
    const module = binaryen.readBinary(coreWasm);
    const text = binaryen.emitText(binaryen.getFunctionInfo(module.getFunction(name)).body);
    module.dispose();
    expect(text).toContain('(br_table');
    expect(text.match(/\(loop\b/g)).toHaveLength(1);
  });
});

describe('size', () => {
  it('keeps core.wasm below 150 kB brotli', () => {
    expect(brotliCompressSync(coreWasm).length).toBeLessThan(150_000);
  });
});
