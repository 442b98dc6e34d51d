/** Reference engine: the module in V8, with the intrinsics that touch memory in JavaScript. */
import type { Call, Engine, Outcome } from './engine.ts';
import { hashData } from './engine.ts';
import { DATA_ADDRESS, DATA_BYTES } from './generate.ts';

type Exported = (...operands: (number | bigint)[]) => number | bigint | undefined;

export const v8Engine: Engine = {
  name: 'V8',
  async run(wasm: Uint8Array, calls: readonly Call[]): Promise<Outcome[]> {
    let exported: WebAssembly.Memory;
    const view = () => new DataView(exported.buffer); // growing the memory detaches the old buffer
    const x86 = {
      load8: (address: bigint) => view().getUint8(Number(address)),
      load16: (address: bigint) => view().getUint16(Number(address), true),
      load32: (address: bigint) => view().getUint32(Number(address), true),
      load64: (address: bigint) => view().getBigUint64(Number(address), true),
      store16: (address: bigint, value: number) => view().setUint16(Number(address), value, true),
      store64: (address: bigint, value: bigint) => view().setBigUint64(Number(address), value, true),
    };
    const { instance } = await WebAssembly.instantiate(new Uint8Array(wasm), { x86 });
    exported = instance.exports.memory as WebAssembly.Memory;
    const refill = instance.exports.refill as Exported | undefined;
    return calls.map(({ name, parameters, operands, result }) => {
      refill?.();
      const values = operands.map((value, i) => (parameters[i] === 'i32' ? Number(value) : value));
      try {
        const returned = (instance.exports[name] as Exported)(...values);
        const text =
          result === undefined ? '-' : BigInt.asUintN(result === 'i32' ? 32 : 64, BigInt(returned!)).toString(16);
        return `${text} ${hashData(new Uint8Array(exported.buffer, DATA_ADDRESS, DATA_BYTES))}`;
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) return 'trap';
        throw error;
      }
    });
  },
};
