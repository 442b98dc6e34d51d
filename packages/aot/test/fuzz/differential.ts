/** One differential run: a seed's module in two engines; and the reducer that makes a failing module small. */
import wabtFactory from 'wabt';
import type { Call, Engine } from './engine.ts';
import { type GeneratedModule, generateModule, interestingValue } from './generate.ts';
import { Random } from './random.ts';

const wabt = await wabtFactory();
const FEATURES = { bulk_memory: true, sign_extension: true };

/** Text to binary. @throws if the text is no valid module */
export function assembleText(text: string): Uint8Array {
  const module = wabt.parseWat('fuzz.wat', text, FEATURES);
  try {
    module.validate();
    return module.toBinary({ write_debug_names: true }).buffer;
  } finally {
    module.destroy();
  }
}

interface Mismatch {
  readonly call: Call;
  readonly expected: string;
  readonly found: string;
}

/** Calls of every function, with operands that like the corners. */
function callsFor({ functions }: GeneratedModule, seed: number, perFunction: number): Call[] {
  const random = new Random(seed ^ 0x5eed);
  return functions.flatMap(({ name, parameters, result }) =>
    Array.from({ length: perFunction }, () => {
      return { name, parameters, result, operands: parameters.map((type) => interestingValue(random, type)) };
    }),
  );
}

/** First difference between the engines, if any. */
async function compare(
  wasm: Uint8Array,
  calls: readonly Call[],
  reference: Engine,
  engine: Engine,
): Promise<Mismatch | undefined> {
  const expected = await reference.run(wasm, calls);
  let found: string[];
  try {
    found = await engine.run(wasm, calls);
  } catch (error) {
    return { call: calls[0]!, expected: expected[0]!, found: `${(error as Error).stack}` };
  }
  const at = expected.findIndex((outcome, i) => outcome !== found[i]);
  return at < 0 ? undefined : { call: calls[at]!, expected: expected[at]!, found: found[at]! };
}

/** Runs one seed; the message of a failure has the seed, the call and a reduced module. */
export async function runSeed(
  seed: number,
  functionCount: number,
  reference: Engine,
  engine: Engine,
  transform: (wasm: Uint8Array) => Uint8Array = (wasm) => wasm,
  reduceSeconds = 60,
): Promise<string | undefined> {
  const module = generateModule(seed, functionCount);
  const calls = callsFor(module, seed, 4);
  const mismatch = await compare(transform(assembleText(module.text)), calls, reference, engine);
  if (mismatch === undefined) return undefined;
  const small = await reduce(
    module.text,
    calls.slice(0, calls.indexOf(mismatch.call) + 1),
    reference,
    engine,
    transform,
    reduceSeconds,
  );
  const { call, expected, found } = small.mismatch;
  return `seed ${seed}: ${call.name}(${call.operands.map((v) => `0x${v.toString(16)}`).join(', ')}): ${reference.name} ${expected}, ${engine.name} ${found}\n${small.text}`;
}

type Node = string | Node[];

function parse(text: string): Node[] {
  const stack: Node[][] = [[]];
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? []) {
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const list = stack.pop()!;
      stack.at(-1)!.push(list);
    } else stack.at(-1)!.push(token);
  }
  return stack[0]!;
}

const print = (node: Node): string => (typeof node === 'string' ? node : `(${node.map(print).join(' ')})`);

/** Without data at its address the engines' memories have nothing in common. */
const FIXED: ReadonlySet<string> = new Set(['data', 'memory']);

/** Deletes and simplifies subtrees as long as the engines still differ. */
async function reduce(
  text: string,
  calls: readonly Call[],
  reference: Engine,
  engine: Engine,
  transform: (wasm: Uint8Array) => Uint8Array,
  seconds: number,
): Promise<{ text: string; mismatch: Mismatch }> {
  const root = parse(text)[0] as Node[];
  let best = (await compare(transform(assembleText(print(root))), calls, reference, engine))!;
  const faults = best.found.startsWith('signal');
  let remaining = calls.filter((call) => call === best.call);
  const differs = async (): Promise<Mismatch | undefined> => {
    try {
      const mismatch = await compare(transform(assembleText(print(root))), remaining, reference, engine);
      // Reducing an address expression leads out of the data, which is not what we are looking for.
      return mismatch?.found.startsWith('signal') && !faults ? undefined : mismatch;
    } catch {
      return undefined; // not a valid module
    }
  };
  const alone = await differs();
  if (alone === undefined) remaining = [...calls];
  else best = alone;
  const deadline = Date.now() + seconds * 1000;
  for (let progress = true; progress && Date.now() < deadline; ) {
    progress = false;
    const visit = async (parent: Node[]): Promise<void> => {
      for (let i = 1; i < parent.length; i++) {
        const node = parent[i]!;
        if (typeof node === 'string' || FIXED.has(String(node[0])) || Date.now() > deadline) continue;
        const children = node.filter((child): child is Node[] => typeof child !== 'string');
        const candidates: Node[][] = [
          [],
          [['i32.const', '0']],
          [['i64.const', '0']],
          ...children.map((child) => [child]),
        ];
        let accepted = false;
        for (const candidate of candidates) {
          if (print(candidate).length >= print([node]).length) continue;
          parent.splice(i, 1, ...candidate);
          const mismatch = await differs();
          if (mismatch !== undefined) {
            best = mismatch;
            accepted = progress = true;
            i--;
            break;
          }
          parent.splice(i, candidate.length, node);
        }
        if (!accepted) await visit(node);
      }
    };
    await visit(root);
  }
  return { text: print(root), mismatch: best };
}
