/**
 * A core whose exports and memory are in the open, in 64-bit or compatibility mode with an identity map: executes single instructions by the
 * interpreter, translates them alone, and runs the translation between two copies of the state.
 */
import { type StateFieldName, stateLayout } from '../../src/generated/state-layout.ts';
import { addCalledHandlers, HELPERS, type TranslatingCore, tableOf } from '../../src/translator.ts';
import { LOCAL_CONSTANTS } from '../../templates/locals.ts';
import { coreWasm } from '../engines.ts';

/** What the core exports for this test besides what the façade uses. */
interface LoneExports extends TranslatingCore {
  translateOnly(leave: number, flagsDead: number, isUsual: number): number;
  translateCondition(code: number): number;
  translation(): number;
  jitRead(linear: bigint, bytes: number): number;
  jitWrite(linear: bigint, bytes: number): number;
  settleFlags(kind: number, a: bigint, b: bigint): void;
}

export const CODE = 0x10000;
const RAM_PAGES = 64;
/** Of the pages of data one is not there, and one must not be written. */
const ABSENT_PAGE = 0x23;
const READ_ONLY_PAGE = 0x27;
const LONGEST = 15;
/** Upper bound of the state in linear memory. */
const STATE_END = 0xc00;
const STATE_START = stateLayout.rax.offset;
/** Where a translation puts the value of the condition behind it. */
const CONDITION_RESULT = 0xa800;
const WASM_PAGE_BYTES = 65536;

const REGISTERS = [
  ...['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
] as const;
const FLAG_WORDS = ['flagResult', 'flagCarries', 'flagAux'] as const;

const local = new Map(LOCAL_CONSTANTS.map(([name, value]) => [name, value]));
const numberOf = (name: string): number => {
  const value = local.get(name);
  if (value === undefined) throw new Error(`no local ${name}`);
  return value;
};

const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
const signedLeb = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content];
const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];

/** Registers and flags as locals: where each has its home in the state. */
const HOMES: readonly (readonly [number, number])[] = [
  ...REGISTERS.map((name, i) => [numberOf('FIRST_REGISTER') + i, stateLayout[name as StateFieldName].offset] as const),
  ...FLAG_WORDS.map((name, i) => [numberOf('FLAG_RESULT') + i, stateLayout[name].offset] as const),
];

/** What the state holds in the place of registers that are locals. */
const RUBBISH = [0x42, ...signedLeb(0x5a5a5a5), 0x37, 3];

/** Vector registers as locals: where bits 0-127 of each have their home. */
const VECTOR_HOMES: readonly (readonly [number, number])[] = Array.from({ length: 16 }, (_, i) => [
  numberOf('FIRST_VECTOR') + i,
  stateLayout.xmm0Low.offset + i * 32,
]);

/** Loads all registers, runs `code` in a block that it leaves with LEAVE set, stores all registers, returns LEAVE. */
function functionBody(code: readonly number[]): number[] {
  const loads = [
    ...HOMES.flatMap(([index, at]) => [0x41, 0, 0x29, 3, ...leb(at), 0x21, ...leb(index)]),
    ...VECTOR_HOMES.flatMap(([index, at]) => [0x41, 0, 0xfd, 0, 0, ...leb(at), 0x21, ...leb(index)]),
  ];
  const stores = [
    ...HOMES.flatMap(([index, at]) => [0x41, 0, 0x20, ...leb(index), 0x37, 3, ...leb(at)]),
    ...VECTOR_HOMES.flatMap(([index, at]) => [0x41, 0, 0x20, ...leb(index), 0xfd, 11, 0, ...leb(at)]),
  ];
  const groups = [
    [numberOf('LOCALS_64'), 0x7e],
    [numberOf('LOCALS_32'), 0x7f],
    [numberOf('LOCALS_128'), 0x7b],
    [numberOf('LOCALS_FLOAT'), 0x7c],
    [numberOf('LOCALS_FLOAT'), 0x7d],
  ] as const;
  const body = [
    groups.length,
    ...groups.flatMap(([count, type]) => [...leb(count), type]),
    // Temporaries are not fresh in a region: fill them with rubbish.
    ...Array.from({ length: numberOf('LOCALS_64') - HOMES.length }, (_, i) => [
      ...[0x42, 0x5b, 0x21],
      ...leb(numberOf('LINEAR') + i),
    ]).flat(),
    ...Array.from({ length: numberOf('LOCALS_32') }, (_, i) => [0x41, 0x5b, 0x21, ...leb(numberOf('HOST') + i)]).flat(),
    ...[0x41, 0, 0x21, ...leb(numberOf('LEAVE'))],
    ...[0x41, 0, 0x21, ...leb(numberOf('FLAGS_KIND'))],
    // No page: stitch.ts, `forgetStackPage`.
    ...[0x42, 0x80, 0x10, 0x21, ...leb(numberOf('STACK_PAGE'))],
    ...loads,
    // A called handler must not rely on the state for them.
    ...HOMES.flatMap(([, at]) => [0x41, 0, ...RUBBISH, ...leb(at)]),
    ...[0x02, 0x40],
    ...code,
    0x0b,
    ...stores,
    // Operands that tell the flags become flag words.
    ...[0x20, ...leb(numberOf('FLAGS_KIND')), 0x04, 0x40],
    ...['FLAGS_KIND', 'FLAGS_A', 'FLAGS_B'].flatMap((name) => [0x20, ...leb(numberOf(name))]),
    ...[0x10, 2, 0x0b],
    ...[0x20, ...leb(numberOf('LEAVE')), 0x0b],
  ];
  return [...leb(body.length), ...body];
}

/** A module of one function for each piece of code, exported by its number. Its imports are numbered as the helpers of handlers.ts. */
function moduleOf(codes: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const types = [3, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7e, 0x7f, 1, 0x7f, 0x60, 3, 0x7f, 0x7e, 0x7e, 0];
  const typeOf = (helper: string): number => (helper === 'settleFlags' ? 2 : 1);
  const imports = [
    ...leb(HELPERS.length + 2),
    ...HELPERS.flatMap((helper) => [...text('core'), ...text(helper), 0, typeOf(helper)]),
    ...[...text('core'), ...text('helpers'), 1, 0x70, 0, 0],
    ...[...text('core'), ...text('memory'), 2, 0, 1],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, imports),
    ...section(3, [...leb(codes.length), ...codes.map(() => 0)]),
    ...section(7, [...leb(codes.length), ...codes.flatMap((_, i) => [...text(`${i}`), 0, ...leb(i + HELPERS.length)])]),
    ...section(10, [...leb(codes.length), ...codes.flatMap(functionBody)]),
  ]);
}

/** Registers, flag words and RAM after an instruction. */
export interface Outcome {
  /** Vector of the fault that the interpreter raised. */
  readonly fault: number | undefined;
  /** The translation was left before the instruction. */
  readonly isLeft: boolean;
  readonly registers: readonly bigint[];
  /** Result, carries, auxiliary. */
  readonly flagWords: readonly bigint[];
  readonly flags: number;
  /** The vector registers, one after the other, and MXCSR. */
  readonly vectors: string;
  readonly mxcsr: number;
  /** The x87 state. */
  readonly x87: string;
  readonly ram: Buffer;
  /** Value of the condition behind the translation. */
  readonly condition: number;
}

export interface Start {
  readonly registers: readonly bigint[];
  readonly flags: number;
  readonly mxcsr: bigint;
  readonly vectors: readonly Uint8Array[];
  readonly x87: X87State;
}

/** The x87 state at the start: registers by their parts, in physical order. */
export interface X87State {
  readonly registers: readonly (readonly [significand: bigint, signExponent: number])[];
  readonly control: number;
  readonly status: number;
  readonly tags: number;
}

const LEAVE_VALUE = 0x123456;

export class LoneCore {
  readonly core: LoneExports;
  private readonly helpers: WebAssembly.Table;
  readonly ram: Uint8Array;
  private readonly memory: WebAssembly.Memory;
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly ramBefore: Uint8Array;
  private readonly stateBefore: Uint8Array;

  constructor(codeBits: 64 | 32) {
    const pages = Math.ceil(0x1c00000 / WASM_PAGE_BYTES) + (RAM_PAGES * 4096) / WASM_PAGE_BYTES;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
    const nothing = (): number => 0xffffffff;
    const env = {
      memory: this.memory,
      raise: () => {
        throw new Error('left');
      },
      abort: () => {
        throw new Error('the CPU core aborted');
      },
      mmioRead: nothing,
      mmioWrite: () => {},
      portRead: nothing,
      portWrite: () => {},
      acknowledgeInterrupt: () => 0,
      compileRegion: () => {},
      signalNumericError: () => {},
      unknownMsr: () => 0,
      copyBytes: () => {},
      fillBytes: () => {},
    };
    const module = new WebAssembly.Module(coreWasm);
    const instance = new WebAssembly.Instance(module, { env } as unknown as WebAssembly.Imports);
    this.core = instance.exports as unknown as LoneExports;
    const base = this.core.initialize(RAM_PAGES) >>> 0;
    this.helpers = tableOf(HELPERS.map((name) => this.core[name]));
    this.view = new DataView(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.ram = new Uint8Array(this.memory.buffer, base, RAM_PAGES * 4096);
    this.enterLongMode(codeBits);
    this.ramBefore = this.ram.slice();
    this.stateBefore = this.bytes.slice(STATE_START, STATE_END);
  }

  set(name: StateFieldName, value: bigint): void {
    const { offset, type } = stateLayout[name];
    if (type === 'u64' || type === 'i64') this.view.setBigUint64(offset, BigInt.asUintN(64, value), true);
    else this.view.setUint32(offset, Number(value), true);
  }

  private enterLongMode(codeBits: 64 | 32): void {
    const ramView = new DataView(this.ram.buffer, this.ram.byteOffset);
    // Accessed and dirty already: a fetch of the interpreter would set that.
    ramView.setBigUint64(0x1000, 0x2023n, true);
    ramView.setBigUint64(0x2000, 0x3023n, true);
    // Small pages: those of data lie in memory in the opposite order, so that a wrong access across two of them shows.
    ramView.setBigUint64(0x3000, 0x4023n, true);
    for (let page = 0; page < RAM_PAGES * 2; page++) {
      const frame = page >= 0x20 && page < 0x30 ? 0x4f - page : page;
      const rights = page === ABSENT_PAGE ? 0x60n : page === READ_ONLY_PAGE ? 0x61n : 0x63n;
      ramView.setBigUint64(0x4000 + page * 8, BigInt(frame << 12) | rights, true);
    }
    this.set('cr3', 0x1000n);
    this.set('xcr0', 7n);
    this.set('cr4', 0x50620n);
    this.set('efer', 0x501n);
    this.set('cr0', 0x80010031n);
    this.set('fsBase', 0x340n);
    this.set('gsBase', 0x5000n);
    for (const name of ['es', 'ss', 'ds', 'fs', 'gs'] as const) {
      this.set(`${name}Limit`, 0xffffffffn);
      this.set(`${name}Rights`, 0xc093n);
    }
    this.set('csLimit', 0xffffffffn);
    this.set('csRights', codeBits === 64 ? 0xa09bn : 0xc09bn);
    this.core.setFlags(2);
    this.core.stateChanged();
  }

  /** Contents that every execution begins with. */
  fillRam(fill: (ram: Uint8Array) => void): void {
    fill(this.ram);
    this.ramBefore.set(this.ram);
    this.core.forgetCode();
  }

  private decode(bytes: readonly number[]): number {
    const buffer = new Uint8Array(this.memory.buffer, this.core.fetchBuffer(), LONGEST);
    buffer.fill(0);
    buffer.set(bytes.slice(0, LONGEST));
    this.set('rip', BigInt(CODE));
    return this.core.decodeOnly();
  }

  /** Dispatch id of an instruction, and its translation if it has one. */
  translate(
    bytes: readonly number[],
    flagsDead: boolean,
    isUsual: boolean,
    condition?: number,
  ): { operation: number; lengthBytes: number; code: number[] } {
    const decoded = this.decode(bytes);
    let count = this.core.translateOnly(LEAVE_VALUE, flagsDead ? 1 : 0, isUsual ? 1 : 0);
    if (count > 0 && condition !== undefined) count = this.core.translateCondition(condition);
    const at = this.core.translation();
    const code = [...this.bytes.subarray(at, at + count)];
    const kept =
      condition === undefined || count === 0
        ? []
        : [
            0x21,
            ...leb(numberOf('VALUE_32')),
            0x41,
            ...signedLeb(CONDITION_RESULT),
            0x20,
            ...leb(numberOf('VALUE_32')),
            0x36,
            2,
            0,
          ];
    return { operation: decoded & 0xffff, lengthBytes: decoded >>> 16, code: [...code, ...kept] };
  }

  /** Compiles pieces of code to functions. */
  compile(codes: readonly (readonly number[])[]): ((entry: number) => number)[] {
    const module = new WebAssembly.Module(moduleOf(codes));
    addCalledHandlers(this.helpers, this.core);
    const { exports } = new WebAssembly.Instance(module, {
      core: { ...this.core, memory: this.memory, helpers: this.helpers },
    } as unknown as WebAssembly.Imports);
    return codes.map((_, i) => (exports as Record<string, unknown>)[`${i}`] as (entry: number) => number);
  }

  /** Puts an instruction where the interpreter finds it, and decodes it where called handlers do. */
  place(bytes: readonly number[]): void {
    this.decode(bytes);
    this.ram.fill(0x90, CODE, CODE + 32);
    this.ram.set(bytes, CODE);
    this.ramBefore.set(this.ram.subarray(CODE, CODE + 32), CODE);
    this.core.memoryChanged(CODE, 32);
  }

  private begin({ registers, flags, mxcsr, vectors, x87 }: Start): void {
    this.bytes.set(this.stateBefore, STATE_START);
    this.ram.set(this.ramBefore);
    REGISTERS.forEach((name, i) => {
      this.set(name as StateFieldName, registers[i] as bigint);
    });
    this.core.setFlags(flags);
    this.set('mxcsr', mxcsr);
    vectors.forEach((bytes, i) => {
      this.bytes.set(bytes, stateLayout.xmm0Low.offset + i * bytes.length);
    });
    x87.registers.forEach(([significand, signExponent], i) => {
      this.set(`x87Significand${i}` as StateFieldName, significand);
      this.set(`x87SignExponent${i}` as StateFieldName, BigInt(signExponent));
    });
    this.set('x87Control', BigInt(x87.control));
    this.set('x87Status', BigInt(x87.status));
    this.set('x87Tags', BigInt(x87.tags));
    this.set('rip', BigInt(CODE));
  }

  /** The x87 state, but for the upper half of FIP: a lone record has no block to tell it. */
  private x87(): string {
    const first = stateLayout.x87Significand0.offset;
    const fip = stateLayout.x87InstructionPointer.offset;
    const state = Buffer.from(this.bytes.slice(first, stateLayout.x87Opcode.offset + 4));
    state.fill(0, fip - first + 4, fip - first + 8);
    return state.toString('hex');
  }

  private outcome(fault: number | undefined, isLeft: boolean): Outcome {
    const word = (name: StateFieldName): bigint => this.view.getBigUint64(stateLayout[name].offset, true);
    return {
      fault,
      isLeft,
      registers: REGISTERS.map((name) => word(name as StateFieldName)),
      flagWords: FLAG_WORDS.map(word),
      flags: this.core.getFlags(),
      vectors: Buffer.from(this.memory.buffer, stateLayout.xmm0Low.offset, 16 * 32).toString('hex'),
      mxcsr: this.view.getUint32(stateLayout.mxcsr.offset, true),
      x87: this.x87(),
      ram: Buffer.from(this.ram),
      condition: this.view.getInt32(CONDITION_RESULT, true),
    };
  }

  /** Executes the instruction at CODE by the interpreter. */
  interpret(start: Start): Outcome {
    this.begin(start);
    this.set('faultPending', 0n);
    this.core.begin(1);
    let fault: number | undefined;
    try {
      this.core.run();
    } catch {
      fault = this.view.getUint32(stateLayout.faultVector.offset, true);
    }
    this.core.end();
    return this.outcome(fault, false);
  }

  /** Runs a translation. What x87 state it had before is told along. */
  run(translated: (entry: number) => number, start: Start): Outcome & { readonly x87Before: string } {
    this.begin(start);
    const x87Before = this.x87();
    const left = translated(0);
    if (left !== 0 && left !== LEAVE_VALUE) throw new Error(`LEAVE holds ${left}`);
    return { ...this.outcome(undefined, left !== 0), x87Before };
  }

  /** Forgets cached translations of addresses. */
  flush(): void {
    this.core.stateChanged();
  }
}
