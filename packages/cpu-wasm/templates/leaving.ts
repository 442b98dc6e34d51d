/**
 * Which branches of a compiled body lead to where the instruction is left: they are hardly ever taken, and the stitcher tells the
 * host's compiler so (assembly/jit/bytes.ts `hint`). Only straight ways are followed: a branch to the end of a block, and what
 * stands behind it up to the next branch.
 */
import type { WasmInstruction, WasmModule } from './wasm.ts';

const UNREACHABLE = 0x00;
const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const BR = 0x0c;
const BR_IF = 0x0d;
const BR_TABLE = 0x0e;
const RETURN = 0x0f;
const CALL = 0x10;

/** Instructions behind which another than the next may come, or that may be another's target. */
const STOPS: ReadonlySet<number> = new Set([UNREACHABLE, BLOCK, LOOP, IF, ELSE, BR, BR_IF, BR_TABLE, RETURN]);

/** Words that never come back. */
const LEAVING: ReadonlySet<string> = new Set(['env.raise', 'word.leave']);

/**
 * The conditional branches, by their index in the body: whether their condition likely holds. Those of which nothing is known are
 * left out.
 */
export function findLikelihoods(module: WasmModule, instructions: readonly WasmInstruction[]): Map<number, boolean> {
  const leavesFrom = (index: number): boolean => {
    for (let i = index; i < instructions.length; i++) {
      const { opcode, immediate } = instructions[i] as WasmInstruction;
      if (opcode === CALL && LEAVING.has(module.imports[immediate] ?? '')) return true;
      if (STOPS.has(opcode)) return false;
    }
    return false;
  };
  const likelihoods = new Map<number, boolean>();
  /** Open labels: where they begin, and the conditional branches to the end of each. */
  const labels: { readonly opcode: number; readonly begin: number; readonly branches: number[] }[] = [];
  instructions.forEach(({ opcode, immediate }, index) => {
    if (opcode === BLOCK || opcode === LOOP || opcode === IF) labels.push({ opcode, begin: index, branches: [] });
    if (opcode === IF && leavesFrom(index + 1)) likelihoods.set(index, false);
    if (opcode === ELSE && leavesFrom(index + 1)) likelihoods.set(labels.at(-1)?.begin ?? index, true);
    if (opcode === BR_IF) labels.at(-1 - immediate)?.branches.push(index);
    if (opcode !== END) return;
    const label = labels.pop();
    if (label !== undefined && label.opcode !== LOOP && leavesFrom(index + 1))
      for (const branch of label.branches) likelihoods.set(branch, false);
  });
  return likelihoods;
}
