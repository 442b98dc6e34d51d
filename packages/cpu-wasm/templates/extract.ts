/**
 * Cuts templates from compiled instruction bodies. A template is the body's code with its temporaries renamed to the locals of
 * translated functions, in which calls of words, accesses to registers and flags in the state, and reads of the record have
 * become verbs of the stitcher. A body is refused, with the reason, when that would not be the same program:
 *   - it calls a function that is no word, uses a global, loops, or reads other memory than a host address it was given;
 *   - something changes the guest's state before the last place where the instruction may still be left;
 *   - it needs more temporaries than there are, or leaves in any case.
 * Temporaries that the compiler takes to be 0 are set to 0 first: in a translated function they are not fresh.
 */
import { isDeepStrictEqual } from 'node:util';
import { stateLayout } from '../src/generated/state-layout.ts';
import { findLikelihoods } from './leaving.ts';
import { CONDITION_COUNT, FIRST_REGISTER, FLAG_RESULT, TEMPORARIES } from './locals.ts';
import { changesState, LAZY, mayLeave, touchesMemory, VERBS, WORD_OPERANDS } from './verbs.ts';
import type { ValueType, WasmFunction, WasmInstruction, WasmModule } from './wasm.ts';

/** A run of plain bytes, a verb with its arguments, or a part of an `if` whose condition the stitcher may know. */
export type Item =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'verb'; readonly verb: string; readonly arguments: readonly number[]; readonly nesting: number }
  | { readonly kind: 'choice'; readonly choice: Choice; readonly blockType: number }
  | { readonly kind: 'choiceElse' }
  | { readonly kind: 'choiceEnd' };

/** What a condition asks: `mask` of the record's VECTOR flags, of the mode of MXCSR, or which lanes of an operand are plain. */
export interface Choice {
  readonly source: 'vector' | 'mode' | 'plain';
  readonly mask: number;
  readonly isNegated: boolean;
}

/** Numbers of the sources, as the stitcher knows them. */
const CHOICE_SOURCES = ['vector', 'mode', 'plain'] as const;

export interface Template {
  readonly items: readonly Item[];
  readonly touchesMemory: boolean;
  readonly mayLeave: boolean;
  /** Reads a flag word that it has not set itself. */
  readonly readsFlags: boolean;
  /** Sets all three flag words, whatever happens. */
  readonly writesFlags: boolean;
  /** Sets some of the flag words, or sets them only sometimes. */
  readonly changesFlags: boolean;
  /** Reads a flag word, other than by a condition. */
  readonly readsWords: boolean;
  /** Which of LAZY tells all flags, whatever happens; -1: none. */
  readonly lazy: number;
  /** What it does to vector registers, see `vectorEffect`. */
  readonly vectorEffect: number;
  /** It holds only for the usual mode of MXCSR. */
  readonly isUsualOnly: boolean;
}

/** A body that is no template, and why. */
export class NoTemplate extends Error {}

/** Operands of which something may be told, with its place in the effect. */
const FACT_PLACES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 3],
  [4, 6],
]);

const REGISTERS = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'];

/** Local of a state address, and the byte within it; undefined: it stays in memory. */
function localOf(address: number): { local: number; byte: number } | undefined {
  const first = stateLayout.rax.offset;
  if (address >= first && address < first + 16 * 8)
    return { local: FIRST_REGISTER + ((address - first) >> 3), byte: (address - first) & 7 };
  const flags = stateLayout.flagResult.offset;
  if (address >= flags && address < flags + 24)
    return { local: FLAG_RESULT + ((address - flags) >> 3), byte: (address - flags) & 7 };
  return undefined;
}

/** The layout that `localOf` relies on. */
function checkLayout(): void {
  REGISTERS.forEach((name, i) => {
    const field = stateLayout[name as keyof typeof stateLayout];
    if (field.offset !== stateLayout.rax.offset + i * 8) throw new Error(`the state has ${name} at another place`);
  });
  const { flagResult, flagCarries, flagAux } = stateLayout;
  if (flagCarries.offset !== flagResult.offset + 8 || flagAux.offset !== flagResult.offset + 16)
    throw new Error('the flag words of the state are not together');
}

/** What the extractor knows about a value on the stack or in a local. */
type Known =
  | { readonly kind: 'constant'; readonly value: number; readonly item: number }
  | { readonly kind: 'record' }
  /** Address of guest memory that the stitcher has checked. */
  | { readonly kind: 'host' }
  /** Place in an operand of a vector instruction, see `VECTOR_OPERANDS`. It is no value in the template: accesses name it. */
  | { readonly kind: 'vector'; readonly operand: number; readonly offset: number }
  /** Flags of which a mask makes a choice, and what has pushed them. */
  | { readonly kind: 'flags'; readonly source: 'vector' | 'mode'; readonly items: readonly number[] }
  | { readonly kind: 'choice'; readonly choice: Choice; readonly items: readonly number[] }
  /** Bits 0-127 of an operand of a vector instruction. */
  | { readonly kind: 'whole'; readonly operand: number }
  | { readonly kind: 'any' };

const ANY: Known = { kind: 'any' };
const RECORD: Known = { kind: 'record' };

/** Offsets of dst, src, third and imm in the record (assembly/record.ts): vector operands 0 to 3. */
const ADDRESS_FIELDS = [4, 6, 8, 12];
const LOAD16_U = 0x2f;
/** The VECTOR flags of the record. */
const VECTOR_FLAGS = 10;
const LOAD8_U = 0x2d;
const VECTOR_LOAD = 0xfd0000;
const VECTOR_STORE = 0xfd000b;
/** Behind the numbers of locals: facts about operands, see `notePlain`. */
const FACTS = 0x10000;

const STATE_START = stateLayout.rax.offset;
const STATE_END = 0xc00;
const VECTORS_START = stateLayout.xmm0Low.offset;
const VECTORS_END = VECTORS_START + 16 * 32;
/** Scratch memory of vector bodies, which no guest sees (assembly/layout.ts). */
const SCRATCH_START = 0x8400;
const SCRATCH_END = 0x8600;

const isLoad = ({ opcode }: WasmInstruction): boolean =>
  (opcode >= 0x28 && opcode <= 0x35) ||
  (opcode >= 0xfd0000 && opcode <= 0xfd000a) ||
  (opcode >= 0xfd005c && opcode <= 0xfd005d);
const isStore = ({ opcode }: WasmInstruction): boolean => (opcode >= 0x36 && opcode <= 0x3e) || opcode === 0xfd000b;

/** Constants 0 for temporaries that are read before they are set. */
const ZEROS: Partial<Readonly<Record<ValueType, readonly number[]>>> = {
  i32: [0x41, 0],
  i64: [0x42, 0],
  v128: [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)],
};

const RETURN = 0x0f;
const OPEN: WasmInstruction = { opcode: 0x02, immediate: 0x40, bytes: Uint8Array.of(0x02, 0x40), pops: 0, pushes: 0 };
const CLOSE: WasmInstruction = { opcode: 0x0b, immediate: 0, bytes: Uint8Array.of(0x0b), pops: 0, pushes: 0 };

/** Labels open at a point, with the locals that are surely set when control comes out of each. */
interface Label {
  readonly opcode: number;
  /** An `if` whose condition the stitcher may know. */
  readonly isChoice: boolean;
  readonly height: number;
  readonly results: number;
  readonly before: ReadonlySet<number>;
  readonly knownBefore: readonly Known[];
  readonly changedBefore: boolean;
  after: Set<number> | undefined;
  /** What is known of the locals whichever way control comes out. */
  knownAfter: readonly Known[] | undefined;
  changedAfter: boolean;
}

const intersection = (a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> =>
  new Set([...a].filter((value) => b.has(value)));

/** What both lists know of each local. */
const agreement = (one: readonly Known[], other: readonly Known[]): Known[] =>
  one.map((known, local) => (isDeepStrictEqual(known, other[local]) ? known : ANY));

class Extraction {
  private readonly items: (Item | undefined)[] = [];
  private readonly stack: Known[] = [];
  private readonly labels: Label[] = [];
  private readonly knownLocals: Known[];
  /** Number in translated functions of each local that is used as a temporary. */
  private readonly names = new Map<number, number>();
  private readonly used = { i32: 0, i64: 0, f32: 0, f64: 0, v128: 0 };
  private assigned = new Set<number>();
  private isDead = false;
  private readonly fromZero = new Set<number>();
  private hasChanged = false;
  private readonly flagsSet = new Set<number>();
  private readsFlags = false;
  private readsWords = false;
  private lazy = -1;
  private changesFlags = false;
  private readonly verbs = new Set<string>();
  private readonly module: WasmModule;
  private readonly body: WasmFunction;
  private readonly isCondition: boolean;
  private readonly isVector: boolean;
  private readonly writtenOperands = new Set<number>();
  /** Operand of which bits 0-127 are copied to the others that are written; -1: something else is written. */
  private copied: number | undefined;
  /** Locals that have been the place of a vector operand. */
  private readonly places = new Set<number>();

  constructor(module: WasmModule, body: WasmFunction, isCondition: boolean, isVector: boolean) {
    this.module = module;
    this.body = body;
    this.isCondition = isCondition;
    this.isVector = isVector;
    this.knownLocals = body.locals.map((_, local) => (local < body.parameters ? RECORD : ANY));
  }

  run(): Template {
    const { instructions } = this.body;
    if (instructions.length === 0) throw new NoTemplate('it has an instruction that the reader does not know');
    // A return becomes a branch out of a block around everything.
    const returns = instructions.some(({ opcode }) => opcode === RETURN);
    const steps = instructions.slice(0, -1);
    const all = returns ? [OPEN, ...steps, CLOSE] : steps;
    const likelihoods = findLikelihoods(this.module, all);
    all.forEach((instruction, i) => {
      this.step(instruction, likelihoods.get(i));
    });
    if (this.isDead) throw new NoTemplate('it always leaves');
    const zeros = [...this.fromZero].map((local): Item => {
      const zero = ZEROS[this.body.locals[local] as ValueType];
      if (!zero) throw new NoTemplate(`a temporary of type ${this.body.locals[local]} is read before it is set`);
      return { kind: 'bytes', bytes: [...zero, 0x21, this.nameOf(local)] };
    });
    const items = merge([...zeros, ...this.items.filter((item) => item !== undefined)]);
    return {
      items,
      touchesMemory: [...this.verbs].some(touchesMemory),
      mayLeave: [...this.verbs].some(mayLeave),
      readsFlags: this.readsFlags,
      writesFlags: this.flagsSet.size === 3,
      changesFlags: this.changesFlags,
      readsWords: this.readsWords,
      lazy: this.lazy,
      vectorEffect: this.vectorEffect(),
      isUsualOnly: this.verbs.has('usualOnly'),
    };
  }

  /**
   * What the instruction does to vector registers, for jit/plain.ts. Bits 0-2, 3-5, 6-8: 1 + the lanes of target, first and source
   * that are plain afterwards, 0: none. 9: writes the target. 10: writes the r/m register. 11: only copies the source.
   */
  private vectorEffect(): number {
    let effect = 0;
    for (const fact of this.assigned) {
      if (fact < FACTS) continue;
      const place = FACT_PLACES.get((fact - FACTS) >> 4);
      if (place === undefined || ((effect >> place) & 7) !== 0) throw new Error('it tells too much of an operand');
      effect |= (((fact - FACTS) & 15) + 1) << place;
    }
    if (this.writtenOperands.has(0)) effect |= 1 << 9;
    if ([2, 4, 5].some((operand) => this.writtenOperands.has(operand))) effect |= 1 << 10;
    if ([1, 3].some((operand) => this.writtenOperands.has(operand))) throw new NoTemplate('it writes a source');
    if (effect === 1 << 9 && this.copied === 4) effect |= 1 << 11;
    return effect;
  }

  private nameOf(local: number): number {
    const known = this.names.get(local);
    if (known !== undefined) return known;
    const type = this.body.locals[local] ?? this.module.globals[local - this.body.locals.length];
    if (type === undefined) throw new Error(`local ${local} has no type`);
    const { first, count } = TEMPORARIES[type];
    const own = type === 'i32' || type === 'i64' ? count - CONDITION_COUNT : count;
    const available = this.isCondition ? count - own : own;
    if (this.used[type] === available)
      throw new NoTemplate(`it has more than ${available} temporaries of type ${type}`);
    const name = first + (this.isCondition ? own : 0) + this.used[type]++;
    this.names.set(local, name);
    return name;
  }

  private pop(): Known {
    return this.stack.pop() ?? ANY;
  }

  /** Pops what has to be a value. */
  private popValue(): Known {
    const value = this.pop();
    if (value.kind === 'vector') throw new NoTemplate('it computes with the place of a vector operand');
    return value;
  }

  private bytes(bytes: readonly number[]): number {
    return this.items.push({ kind: 'bytes', bytes }) - 1;
  }

  /** Tells how the conditional branch that comes next likely goes. */
  private hint(isLikely: boolean | undefined): void {
    if (isLikely !== undefined) this.verb('hint', isLikely ? 1 : 0);
  }

  private verb(verb: string, ...args: number[]): void {
    if (!VERBS.has(verb)) throw new NoTemplate(`it asks for "${verb}"`);
    if (mayLeave(verb) && this.hasChanged) throw new NoTemplate(`${verb} may leave after the state has changed`);
    // A store may leave and, when it does not, has changed memory.
    if (changesState(verb)) this.hasChanged = true;
    this.verbs.add(verb);
    this.items.push({ kind: 'verb', verb, arguments: args, nesting: this.labels.length });
  }

  /** `isLikely`: whether the condition of this branch likely holds, if that is known. */
  private step(instruction: WasmInstruction, isLikely: boolean | undefined): void {
    const { opcode, immediate, bytes } = instruction;
    switch (opcode) {
      case 0x02:
      case 0x04: {
        const condition = opcode === 0x04 ? this.popValue() : ANY;
        if (immediate !== 0x40 && immediate < 0x60) throw new NoTemplate('a block has several results');
        const isChoice = condition.kind === 'choice' && this.areLast(condition.items);
        this.labels.push({
          opcode,
          isChoice,
          height: this.stack.length,
          results: immediate === 0x40 ? 0 : 1,
          before: new Set(this.assigned),
          knownBefore: [...this.knownLocals],
          changedBefore: this.hasChanged,
          after: undefined,
          knownAfter: undefined,
          changedAfter: false,
        });
        if (!isChoice) {
          this.hint(isLikely);
          this.bytes([...bytes]);
        } else {
          for (const item of condition.items) this.items[item] = undefined;
          this.items.push({ kind: 'choice', choice: condition.choice, blockType: immediate });
        }
        return;
      }
      case 0x05:
      case 0x0b: {
        const isChoice = this.labels.at(-1)?.isChoice === true;
        this.endArm(opcode === 0x05);
        if (!isChoice) this.bytes([...bytes]);
        else this.items.push({ kind: opcode === 0x05 ? 'choiceElse' : 'choiceEnd' });
        return;
      }
      case 0x0c:
      case 0x0d:
        if (opcode === 0x0d) this.pop();
        this.branch(immediate);
        if (opcode === 0x0c) this.isDead = true;
        this.hint(isLikely);
        this.bytes([...bytes]);
        return;
      case 0x1a:
        if (this.pop().kind !== 'vector') this.bytes([...bytes]);
        return;
      case 0x00:
        // Behind a word that leaves.
        this.isDead = true;
        this.bytes([...bytes]);
        return;
      case 0x03:
        throw new NoTemplate('it loops');
      case RETURN:
        this.branch(this.labels.length - 1);
        this.isDead = true;
        this.bytes([0x0c, this.labels.length - 1]);
        return;
      case 0x10:
        this.call(instruction);
        return;
      case 0x20:
        this.localGet(immediate);
        return;
      case 0x21:
      case 0x22:
        this.localSet(instruction);
        return;
      case 0x23:
      case 0x24:
        this.global(opcode === 0x24, immediate);
        return;
      case 0x41:
        this.stack.push({ kind: 'constant', value: immediate, item: this.bytes([...bytes]) });
        return;
    }
    if (isLoad(instruction)) this.load(instruction);
    else if (isStore(instruction)) this.store(instruction);
    else {
      if (opcode >= 0xfd0054 && opcode <= 0xfd005b) throw new NoTemplate('it loads or stores one lane');
      // An 8 or 16-bit word is masked already.
      if (opcode === 0x71 && this.isMasked()) return;
      if (opcode === 0x6a && this.isOffset()) return;
      if (this.isChoice(instruction)) return;
      const popped = Array.from({ length: instruction.pops }, () => this.popValue());
      this.bytes([...bytes]);
      // A checked address stays one when something is added: the body keeps within the bytes that it asked for.
      const isAddress = opcode === 0x6a && popped.some(({ kind }) => kind === 'host');
      for (let i = 0; i < instruction.pushes; i++) this.stack.push(isAddress ? { kind: 'host' } : ANY);
    }
  }

  /** Drops `i32.const mask; i32.and` behind a word that reads 8 or 16 bits. */
  private isMasked(): boolean {
    const mask = this.stack.at(-1);
    if (mask?.kind !== 'constant' || mask.item !== this.items.length - 1) return false;
    const word = this.items.at(-2);
    if (word?.kind !== 'verb') return false;
    const bits = /^(?:dst|src|third|imm|load|loadForWrite)(8|16)$/.exec(word.verb)?.[1];
    if (bits === undefined || mask.value !== (bits === '8' ? 0xff : 0xffff)) return false;
    this.items.pop();
    this.pop();
    return true;
  }

  /** Whether these are the last items. */
  private areLast(items: readonly number[]): boolean {
    const first = Math.min(...items);
    return this.items.every((item, i) => i < first || item === undefined || items.includes(i));
  }

  /** Takes `i32.const mask; i32.and` behind flags, and `i32.eqz` behind a choice, for a choice. */
  private isChoice({ opcode, bytes }: WasmInstruction): boolean {
    const [flags, mask] = this.stack.slice(-2);
    if (opcode === 0x71 && flags?.kind === 'flags' && mask?.kind === 'constant') {
      this.stack.splice(-2);
      const items = [...flags.items, mask.item, this.bytes([...bytes])];
      this.stack.push({ kind: 'choice', choice: { source: flags.source, mask: mask.value, isNegated: false }, items });
      return true;
    }
    const top = this.stack.at(-1);
    if (opcode !== 0x45 || top?.kind !== 'choice') return false;
    this.pop();
    const choice = { ...top.choice, isNegated: !top.choice.isNegated };
    this.stack.push({ kind: 'choice', choice, items: [...top.items, this.bytes([...bytes])] });
    return true;
  }

  /** Takes `i32.const n; i32.add` behind the place of a vector operand for another place in it. */
  private isOffset(): boolean {
    const [place, added] = this.stack.slice(-2);
    if (place?.kind !== 'vector') return false;
    if (added?.kind !== 'constant') throw new NoTemplate('a place in a vector operand is computed');
    this.pop();
    this.pop();
    this.items[added.item] = undefined;
    this.stack.push({ ...place, offset: place.offset + added.value });
    return true;
  }

  private branch(depth: number): void {
    const label = this.labels.at(-1 - depth);
    if (!label) throw new NoTemplate('it returns from the middle');
    if (this.isDead) return;
    if (label.results > 0 && this.stack.at(-1)?.kind === 'vector')
      throw new NoTemplate('a block results in the place of a vector operand');
    label.after = label.after ? intersection(label.after, this.assigned) : new Set(this.assigned);
    label.knownAfter = label.knownAfter ? agreement(label.knownAfter, this.knownLocals) : [...this.knownLocals];
    label.changedAfter ||= this.hasChanged;
  }

  private endArm(isElse: boolean): void {
    const label = this.labels.at(-1);
    if (!label) throw new NoTemplate('its blocks do not match');
    this.branch(0);
    this.stack.length = label.height;
    if (isElse) {
      this.labels[this.labels.length - 1] = { ...label, opcode: 0x05 };
      this.assigned = new Set(label.before);
      label.knownBefore.forEach((known, local) => {
        this.knownLocals[local] = known;
      });
      this.hasChanged = label.changedBefore;
      this.isDead = false;
      return;
    }
    // An `if` without `else` may have done nothing.
    if (label.opcode === 0x04) {
      label.after = label.after ? intersection(label.after, label.before) : new Set(label.before);
      label.knownAfter = label.knownAfter ? agreement(label.knownAfter, label.knownBefore) : label.knownBefore;
      label.changedAfter ||= label.changedBefore;
    }
    this.labels.pop();
    (label.knownAfter ?? label.knownBefore).forEach((known, local) => {
      this.knownLocals[local] = known;
    });
    this.hasChanged = label.changedAfter;
    this.isDead = label.after === undefined;
    this.assigned = label.after ?? new Set(this.assigned);
    for (let i = 0; i < label.results; i++) this.stack.push(ANY);
  }

  private call({ immediate, pops, pushes }: WasmInstruction): void {
    const name = this.module.imports[immediate];
    if (name === undefined) throw new NoTemplate('it calls a function that was not inlined');
    if (name === 'word.condition') {
      const code = this.pop();
      if (code.kind !== 'constant') throw new NoTemplate('its condition is not constant');
      this.items[code.item] = undefined;
      this.readsFlags = true;
      this.verb('condition', code.value);
      this.stack.push(ANY);
      return;
    }
    const popped = Array.from({ length: pops }, () => this.popValue()).reverse();
    const word = name === 'env.raise' ? 'leave' : name.startsWith('word.') ? name.slice(5) : undefined;
    if (word === undefined) throw new NoTemplate(`it calls ${name}`);
    if (word === 'notePlain') {
      this.assigned.add(FACTS + this.plainArguments(popped));
      return;
    }
    if (word === 'isPlain') {
      const mask = this.plainArguments(popped);
      this.verb(word, mask);
      const items = [this.items.length - 1];
      this.stack.push({ kind: 'choice', choice: { source: 'plain', mask, isNegated: false }, items });
      return;
    }
    const bytes = popped[0];
    if (WORD_OPERANDS.has(word)) {
      // A constant number of bytes is an argument; 0: it has been pushed.
      if (bytes?.kind === 'constant') this.items[bytes.item] = undefined;
      this.verb(word, bytes?.kind === 'constant' ? bytes.value : 0);
    } else this.verb(word);
    if (word === 'mxcsrMode') {
      this.stack.push({ kind: 'flags', source: 'mode', items: [this.items.length - 1] });
      return;
    }
    if (LAZY.includes(word) && this.labels.length === 0) this.lazy = LAZY.indexOf(word);
    const operand = WORD_OPERANDS.get(word);
    const isAddress = word.startsWith('hostFor');
    for (let i = 0; i < pushes; i++)
      this.stack.push(
        operand !== undefined ? { kind: 'vector', operand, offset: 0 } : isAddress ? { kind: 'host' } : ANY,
      );
  }

  /** The constants that `isPlain` and `notePlain` take: operand << 4 | lanes. */
  private plainArguments(popped: readonly Known[]): number {
    const values = popped.map((known) => {
      if (known.kind !== 'constant') throw new Error('which lanes are plain has to be constant');
      this.items[known.item] = undefined;
      return known.value;
    });
    return ((values[0] as number) << 4) | (values[1] as number);
  }

  private localGet(local: number): void {
    const known = this.knownLocals[local] ?? ANY;
    if (known.kind === 'record') {
      this.stack.push(RECORD);
      return;
    }
    if (known.kind === 'vector') {
      this.stack.push(known);
      return;
    }
    if (!this.assigned.has(local) && !this.isDead) {
      if (this.places.has(local)) throw new NoTemplate('a place in a vector operand depends on a branch');
      if (local < this.body.parameters) throw new NoTemplate('it reuses the record in one arm only');
      this.fromZero.add(local);
    }
    this.bytes([0x20, this.nameOf(local)]);
    this.stack.push(known);
  }

  private localSet({ opcode, immediate: local }: WasmInstruction): void {
    const value = this.pop();
    if (value.kind === 'record') throw new NoTemplate('it keeps the record');
    if (value.kind === 'vector') {
      this.assigned.delete(local);
      this.places.add(local);
      this.knownLocals[local] = value;
      if (opcode === 0x22) this.stack.push(value);
      return;
    }
    this.assigned.add(local);
    // The constant in a local is not the one whose item may be dropped.
    const isKept = value.kind === 'host' || value.kind === 'whole';
    this.knownLocals[local] = isKept ? value : ANY;
    this.bytes([opcode, this.nameOf(local)]);
    if (opcode === 0x22) this.stack.push(isKept ? value : ANY);
  }

  /** A variable of a module that a body sets before it reads it is a temporary. */
  private global(isSet: boolean, index: number): void {
    const local = this.body.locals.length + index;
    if (isSet) {
      this.pop();
      this.assigned.add(local);
    } else {
      if (!this.assigned.has(local) && !this.isDead) throw new NoTemplate('it reads a global');
      this.stack.push(ANY);
    }
    this.bytes([isSet ? 0x21 : 0x20, this.nameOf(local)]);
  }

  private load(instruction: WasmInstruction): void {
    const { opcode, immediate } = instruction;
    const address = this.pop();
    if (address.kind === 'record') {
      if (opcode > 0xff) throw new NoTemplate('it reads a vector from the record');
      const operand = ADDRESS_FIELDS.indexOf(immediate);
      if (this.isVector && operand >= 0 && opcode === LOAD16_U) {
        this.stack.push({ kind: 'vector', operand, offset: 0 });
        return;
      }
      this.verb('field', opcode, immediate);
      const isFlags = this.isVector && immediate === VECTOR_FLAGS && opcode === LOAD8_U;
      this.stack.push(isFlags ? { kind: 'flags', source: 'vector', items: [this.items.length - 1] } : ANY);
      return;
    }
    if (address.kind === 'vector') {
      const [operand, at, ...code] = vectorAccess(opcode, address, immediate);
      this.verb('vectorLoad', operand, at, ...code);
      this.stack.push(opcode === VECTOR_LOAD && at === 0 ? { kind: 'whole', operand } : ANY);
      return;
    }
    this.stack.push(ANY);
    if (address.kind === 'host') {
      this.bytes([...instruction.bytes]);
      return;
    }
    const at = this.stateAddress(address, immediate);
    const place = localOf(at);
    if (!place) {
      this.bytes([...instruction.bytes]);
      return;
    }
    if (opcode > 0xff) throw new NoTemplate('it reads a register as a vector');
    if (place.local >= FLAG_RESULT && !this.flagsSet.has(place.local)) {
      this.readsFlags = true;
      this.readsWords = true;
    }
    if (address.kind === 'constant') this.items[address.item] = undefined;
    this.verb('getState', opcode, place.local, place.byte);
  }

  private store(instruction: WasmInstruction): void {
    const { opcode, immediate } = instruction;
    const value = this.popValue();
    const address = this.pop();
    if (address.kind === 'host') {
      this.hasChanged = true;
      this.bytes([...instruction.bytes]);
      return;
    }
    if (address.kind === 'vector') {
      const [operand, at, ...code] = vectorAccess(opcode, address, immediate);
      this.verb('vectorStore', operand, at, ...code);
      this.writtenOperands.add(operand);
      if (at < 16)
        this.copied = value.kind === 'whole' && opcode === VECTOR_STORE && this.copied !== -1 ? value.operand : -1;
      return;
    }
    if (address.kind === 'record') throw new NoTemplate('it writes the record');
    const at = this.stateAddress(address, immediate);
    const place = localOf(at);
    if (!place) {
      if (at < STATE_END) this.hasChanged = true;
      this.bytes([...instruction.bytes]);
      return;
    }
    if (opcode > 0xff) throw new NoTemplate('it writes a register as a vector');
    if (place.local >= FLAG_RESULT) {
      if (opcode !== 0x37) throw new NoTemplate('it writes a part of a flag word');
      this.changesFlags = true;
      if (this.labels.length === 0) this.flagsSet.add(place.local);
    }
    if (address.kind === 'constant') this.items[address.item] = undefined;
    this.verb('setState', opcode, place.local, place.byte);
  }

  private stateAddress(address: Known, offset: number): number {
    if (address.kind !== 'constant') throw new NoTemplate('it accesses memory at a computed address');
    const at = address.value + offset;
    const isScratch = at >= SCRATCH_START && at < SCRATCH_END;
    if (!isScratch && (at < STATE_START || at >= STATE_END))
      throw new NoTemplate(`it accesses memory at ${at.toString(16)}, outside the state`);
    if (at >= VECTORS_START && at < VECTORS_END) throw new NoTemplate('it names a vector register');
    return at;
  }
}

/** Arguments of an access to a vector operand: operand, offset in it, prefix of the opcode or 0, opcode. */
function vectorAccess(
  opcode: number,
  { operand, offset }: Known & { kind: 'vector' },
  immediate: number,
): [number, number, number, number] {
  const at = offset + immediate;
  if (at < 0 || at >= 32) throw new NoTemplate('it accesses memory beyond a vector operand');
  return [operand, at, opcode >> 16, opcode & 0xff];
}

/** Joins neighbouring runs of bytes. */
function merge(items: readonly Item[]): Item[] {
  const result: Item[] = [];
  for (const item of items) {
    const last = result.at(-1);
    if (item.kind === 'bytes' && item.bytes.length === 0) continue;
    if (item.kind === 'bytes' && last?.kind === 'bytes')
      result[result.length - 1] = { kind: 'bytes', bytes: [...last.bytes, ...item.bytes] };
    else result.push(item);
  }
  return result;
}

/**
 * The template of an exported function; throws NoTemplate with the reason when the body can't be one. `isVector`: the record names
 * the operands of a vector instruction.
 */
export function extractTemplate(module: WasmModule, exportName: string, isVector = false): Template {
  checkLayout();
  const index = module.exports.get(exportName);
  const body = index === undefined ? undefined : module.functions[index - module.imports.length];
  if (!body) throw new Error(`the template module does not export ${exportName}`);
  return new Extraction(module, body, exportName.startsWith('condition'), isVector).run();
}

/** Longest run of bytes that one code can announce. */
const LONGEST_RUN = 0x7f;

/** The bytes of a template as the stitcher reads them: 1-127: so many bytes follow; 128 + verb, arguments; 0: end. */
export function encodeTemplate(items: readonly Item[]): number[] {
  const result: number[] = [];
  const emit = (verb: string, args: readonly number[]): void => {
    result.push(0x80 + (VERBS.get(verb) as number), ...args);
  };
  let depth = 0;
  /** Where the lengths of the arms of the open choices are to be put. */
  const choices: { lengthAt: number; armAt: number }[] = [];
  const endArm = (): void => {
    const { lengthAt, armAt } = choices.at(-1) as { lengthAt: number; armAt: number };
    const bytes = result.length - armAt;
    result[lengthAt] = bytes & 0xff;
    result[lengthAt + 1] = bytes >> 8;
    // An arm that is left out has not told the depth.
    depth = -1;
  };
  for (const item of items) {
    if (item.kind === 'choice') {
      const { source, mask, isNegated } = item.choice;
      emit('choice', [CHOICE_SOURCES.indexOf(source), mask, isNegated ? 1 : 0, item.blockType & 0x7f, 0, 0, 0, 0]);
      choices.push({ lengthAt: result.length - 4, armAt: result.length });
      depth = -1;
      continue;
    }
    if (item.kind === 'choiceElse') {
      endArm();
      const open = choices.pop() as { lengthAt: number; armAt: number };
      choices.push({ lengthAt: open.lengthAt + 2, armAt: result.length });
      continue;
    }
    if (item.kind === 'choiceEnd') {
      endArm();
      choices.pop();
      continue;
    }
    if (item.kind === 'bytes') {
      for (let i = 0; i < item.bytes.length; i += LONGEST_RUN) {
        const run = item.bytes.slice(i, i + LONGEST_RUN);
        result.push(run.length, ...run);
      }
      continue;
    }
    if (item.nesting !== depth && mayLeave(item.verb)) {
      depth = item.nesting;
      emit('depth', [depth]);
    }
    emit(item.verb, item.arguments);
  }
  return [...result, 0];
}
