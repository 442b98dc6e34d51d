/**
 * A bare processor in the environment of the recorded tests (`tests/vectors/FORMAT.md`): 64-bit mode, CPL 3, four-level
 * paging with a handful of mapped pages. There is no IDT, so the delivery of an exception fails and leaves its chain behind.
 */
import { type CoreCode, CpuCore, type Engine } from '../../src/index.ts';
import { isClose80 } from './approximate.ts';
import { type Bytes, GENERAL_REGISTERS, type State, VECTOR_REGISTERS, type Vector, X87_REGISTERS } from './reader.ts';

const PAGE_BYTES = 4096;
const MEMORY_BYTES = 2 ** 20;
/** Page tables from here on; frames of the mapped regions from `FRAMES`. */
const PAGE_TABLES = 0x1000;
const FRAMES = 0x40000;
const GDT = 0x80000;

/** P bit of a page fault's error code. */
const PAGE_PRESENT = 1;
const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const NO_EXECUTE = 1n << 63n;

/** Mapped memory; all other linear addresses are unmapped. */
const REGIONS = [
  { base: 0x10000000n, bytes: 0x2000, access: PRESENT | USER },
  { base: 0x20000000n, bytes: 0x4000, access: PRESENT | USER | WRITABLE | NO_EXECUTE },
  { base: 0x20010000n, bytes: 0x1000, access: PRESENT | USER | NO_EXECUTE },
  { base: 0x30000000n, bytes: 0x2000, access: PRESENT | USER | WRITABLE | NO_EXECUTE },
  { base: 0xf0000000n, bytes: 0x1000, access: PRESENT | USER | WRITABLE | NO_EXECUTE },
  { base: 0x7a5a5a5a0000n, bytes: 0x2000, access: PRESENT | USER | WRITABLE | NO_EXECUTE },
] as const;

const FRAMES_BYTES = REGIONS.reduce((sum, { bytes }) => sum + bytes, 0);

const CR0_PE_ET_NE_WP_AM_PG = 0x80050031n;
const CR4_PAE_OSFXSR_OSXMMEXCPT_UMIP_FSGSBASE_OSXSAVE = 0x50e20n;
const XCR0_X87_SSE_AVX = 7n;
const EFER_SCE_LME_LMA_NXE = 0xd01n;

/** Vector of #UD. */
const INVALID_OPCODE = 6;
/** `deliveringVector` while no event is being delivered. */
const NO_DELIVERY = 256n;

/** The recording operating system does not let its tests set RFLAGS.ID from outside. */
const RFLAGS_ID = 1n << 21n;

/** Of an approximate result nobody knows whether it was rounded up. */
const STATUS_C1 = 0x200n;

/** What an instruction or program did. */
export interface Outcome {
  readonly state: State;
  readonly fault:
    | { readonly vector: number; readonly errorCode: number | undefined; readonly address: bigint }
    | undefined;
}

/** Names the differences of an outcome from the recording; empty = none. */
export type Differences = readonly string[];

/** UD2, which ends the block of an instruction that is to be translated. */
const STOP = Uint8Array.of(0x0f, 0x0b);
/** Words that RFLAGS is kept in; set one by one, they leave the TLB alone. */
const FLAG_FIELDS = ['flagResult', 'flagCarries', 'flagAux', 'flagsSystem'] as const;

/** Who executed the instructions under test. */
export interface Executed {
  /** Translated code, by the instruction's template. */
  template: number;
  /** Translated code, by a call of the interpreter's handler. */
  called: number;
  /** The interpreter, because the template left the instruction to it: a fault, an access across pages, a slow path. */
  left: number;
  /** The interpreter alone. */
  interpreted: number;
}

const hex = (value: bigint | number | undefined): string => (value === undefined ? 'none' : value.toString(16));

/** One processor that runs many recorded tests, one after the other. */
export class VectorMachine {
  readonly #core: CpuCore;
  /** RAM of the mapped regions as it should be. */
  readonly #expected = Buffer.alloc(FRAMES_BYTES);
  readonly #actual: Buffer;
  /** Who executed what `check` has run so far. */
  readonly executed: Executed = { template: 0, called: 0, left: 0, interpreted: 0 };

  constructor(engine: Engine, code: CoreCode) {
    const unexpected = (): never => {
      throw new Error('a recorded test reached a device');
    };
    this.#core = CpuCore.create({
      engine,
      code,
      memoryBytes: MEMORY_BYTES,
      host: {
        portRead: unexpected,
        portWrite: unexpected,
        mmioRead: unexpected,
        mmioWrite: unexpected,
        acknowledgeInterrupt: unexpected,
      },
    });
    const { ram } = this.#core;
    this.#actual = Buffer.from(ram.buffer, ram.byteOffset + FRAMES, FRAMES_BYTES);
    this.#mapRegions();
    this.#enterUserMode();
  }

  #mapRegions(): void {
    const { ram } = this.#core;
    const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
    let nextTable = PAGE_TABLES + PAGE_BYTES;
    let frame = FRAMES;
    for (const { base, bytes, access } of REGIONS) {
      for (let offset = 0; offset < bytes; offset += PAGE_BYTES, frame += PAGE_BYTES) {
        let table = PAGE_TABLES;
        const linear = base + BigInt(offset);
        for (const shift of [39n, 30n, 21n]) {
          const entry = table + Number((linear >> shift) & 511n) * 8;
          if (view.getBigUint64(entry, true) === 0n) {
            view.setBigUint64(entry, BigInt(nextTable) | PRESENT | WRITABLE | USER, true);
            nextTable += PAGE_BYTES;
          }
          table = Number(view.getBigUint64(entry, true) & ~0xfffn);
        }
        view.setBigUint64(table + Number((linear >> 12n) & 511n) * 8, BigInt(frame) | access, true);
      }
    }
  }

  #enterUserMode(): void {
    const { registers } = this.#core;
    const flat = { base: 0n, limit: 0xffffffff };
    registers.set('cr0', CR0_PE_ET_NE_WP_AM_PG);
    registers.set('cr3', BigInt(PAGE_TABLES));
    registers.setField('xcr0', XCR0_X87_SSE_AVX);
    registers.set('cr4', CR4_PAE_OSFXSR_OSXMMEXCPT_UMIP_FSGSBASE_OSXSAVE);
    registers.set('efer', EFER_SCE_LME_LMA_NXE);
    registers.setDescriptorTable('gdtr', { base: BigInt(GDT), limit: 0x7f });
    registers.setDescriptorTable('idtr', { base: 0n, limit: 0 });
    // Descriptor bits 40-55: code and data of DPL 3, accessed; CS.L.
    registers.setSegment('cs', { ...flat, selector: 0x33, rights: 0xa0fb });
    registers.setSegment('ss', { ...flat, selector: 0x2b, rights: 0xc0f3 });
    // A TSS too short to have an I/O permission bitmap.
    registers.setSegment('tr', { base: BigInt(GDT), limit: 0x63, selector: 0x40, rights: 0x8b });
    for (const name of ['ds', 'es', 'fs', 'gs'] as const) {
      registers.setSegment(name, { base: 0n, limit: 0, selector: 0, rights: 0 });
    }
  }

  /** Address in the mapped regions' RAM of a linear address. */
  #offset(linear: bigint): number {
    let offset = 0;
    for (const { base, bytes } of REGIONS) {
      if (linear >= base && linear < base + BigInt(bytes)) return offset + Number(linear - base);
      offset += bytes;
    }
    throw new Error(`a recorded test touches unmapped memory at ${hex(linear)}`);
  }

  #put(target: Buffer, { address, bytes }: Bytes): void {
    for (let done = 0; done < bytes.length; ) {
      const linear = address + BigInt(done);
      // Code may run on into an unmapped page.
      if (done > 0 && !this.#isMapped(linear)) return;
      const inPage = PAGE_BYTES - Number(linear & 0xfffn);
      target.set(bytes.subarray(done, done + inPage), this.#offset(linear));
      done += inPage;
    }
  }

  #isMapped(linear: bigint): boolean {
    return REGIONS.some(({ base, bytes }) => linear >= base && linear < base + BigInt(bytes));
  }

  /** Puts the state before a test into the processor and its memory, with UD2 at the addresses `stops`. */
  #load(vector: Vector, stops: readonly bigint[] = []): void {
    this.#loadMemory(vector, stops);
    this.#core.invalidate(FRAMES, REGIONS[0].bytes);
    this.#loadRegisters(vector);
    this.#core.registers.set('rflags', vector.before.fl & ~RFLAGS_ID);
  }

  #loadMemory(vector: Vector, stops: readonly bigint[]): void {
    this.#expected.fill(0);
    for (const address of stops) this.#put(this.#expected, { address, bytes: STOP });
    this.#put(this.#expected, { address: vector.before.rip, bytes: vector.code });
    for (const bytes of vector.memoryBefore) this.#put(this.#expected, bytes);
    this.#actual.set(this.#expected);
    for (const bytes of vector.memoryAfter) this.#put(this.#expected, bytes);
  }

  /** Sets everything but RFLAGS. */
  #loadRegisters(vector: Vector): void {
    const { registers } = this.#core;
    for (const name of GENERAL_REGISTERS) registers.setField(name, vector.before[name]);
    registers.setField('rip', vector.before.rip);
    registers.setField('fsBase', vector.before.fsb);
    registers.setField('gsBase', vector.before.gsb);
    this.#setX87(vector.before);
    this.#setVectors(vector.before);
    // The last test may have ended in the middle of a delivery.
    registers.setField('faultPending', 0n);
    registers.setField('deliveringVector', NO_DELIVERY);
    registers.setField('chainCount', 0n);
  }

  /** Runs one recorded instruction. */
  #runInstruction(vector: Vector): Outcome {
    this.#load(vector);
    const core = this.#core;
    // A repeated string instruction retires once per iteration. Steps of one and of several alternate, so that single
    // iterations and runs in bulk are both tested; but CMPS and SCAS may end early, and then the rest of a step would run on
    // into the next instruction. An expected fault must come within one step, as RFLAGS then stay.
    const longStep = /^(cmps|scas)$/.test(vector.mnemonic) ? 1 : 70;
    const repeats = isRepeated(vector) ? Number(vector.before.rcx & addressMask(vector)) : 0;
    let fault: Outcome['fault'];
    let done = 0;
    for (let step = 0; done <= repeats && fault === undefined; step++) {
      const left = Math.max(1, Math.min(repeats - done, 2 ** 31 - 1));
      const budget = vector.fault ? left : Math.min(left, step % 2 === 0 ? 1 : longStep);
      const start = core.instructions;
      fault = this.#step(budget);
      done += Number(core.instructions - start);
      if (core.registers.get('rip') !== vector.before.rip) break;
    }
    return { state: this.#state(), fault };
  }

  /**
   * Runs one recorded instruction twice, so that the second time it is translated: its block, closed by a UD2 behind it, and that
   * of the instruction it branches to. Returns what the second time has done; undefined when there is no room for UD2.
   */
  #runTranslated(vector: Vector): Outcome | undefined {
    const core = this.#core;
    const next = vector.before.rip + BigInt(vector.code.length);
    const stop = vector.fault ? next : vector.after.rip;
    const stops = stop === next ? [next] : [next, stop];
    if (isRepeated(vector) || !stops.every((address) => this.#isFree(vector, address))) return undefined;
    this.#load(vector, stops);
    if (!this.#runAndReload(vector, stops, 2)) return undefined;
    const before = core.translator;
    let fault = this.#step(2);
    const state = this.#state();
    // The fault of UD2 says that the instruction is done.
    if (fault?.vector === INVALID_OPCODE && state.rip === stop) fault = undefined;
    this.#count(before, core.translator);
    return { state, fault };
  }

  /** Runs what has been loaded and loads it again, but keeps what is known about the code. False when that cannot be. */
  #runAndReload(vector: Vector, stops: readonly bigint[], budget: number): boolean {
    const { registers } = this.#core;
    const flags = FLAG_FIELDS.map((name) => registers.field(name));
    this.#core.run(budget);
    // A change of AC has changed what the TLB allows.
    if (registers.field('flagsSystem') !== flags.at(-1)) return false;
    this.#loadMemory(vector, stops);
    this.#loadRegisters(vector);
    for (const [i, name] of FLAG_FIELDS.entries()) registers.setField(name, flags[i] ?? 0n);
    return true;
  }

  /**
   * Runs a program in one go for the third time, when it is translated. The budget is that of the program; the INT3 at `stop`, which
   * belongs to its last block, is paid for too, and its exception is none of the program.
   */
  runTranslatedProgram(vector: Vector, stop: bigint, budget: number): Outcome | undefined {
    this.#load(vector);
    for (let times = 0; times < 2; times++) if (!this.#runAndReload(vector, [], budget + 1)) return undefined;
    const fault = this.#step(budget + 1);
    const state = this.#state();
    return { state, fault: state.rip === stop ? undefined : fault };
  }

  /** Whether UD2 can be put at an address: in the code, beside the instruction and the memory that is recorded. */
  #isFree(vector: Vector, address: bigint): boolean {
    const [{ base, bytes }] = REGIONS;
    const end = address + BigInt(STOP.length);
    const overlaps = (from: bigint, length: number): boolean => address < from + BigInt(length) && from < end;
    if (address < base || end > base + BigInt(bytes) || overlaps(vector.before.rip, vector.code.length)) return false;
    return ![...vector.memoryBefore, ...vector.memoryAfter].some((one) => overlaps(one.address, one.bytes.length));
  }

  #count(before: CpuCore['translator'], after: CpuCore['translator']): void {
    const { executed } = this;
    if (!before || !after || before.entries === after.entries) executed.interpreted++;
    else if (after.calledInstructions > before.calledInstructions) executed.called++;
    else if (after.instructionExits > before.instructionExits) executed.left++;
    else executed.template++;
  }

  /** Runs a program up to `stop` or its first exception, in steps of `budget` instructions, at most `limit` of them. */
  runProgram(
    vector: Vector,
    stop: bigint,
    { budget, limit }: { readonly budget: number; readonly limit: number },
  ): Outcome & { readonly instructions: number } {
    this.#load(vector);
    const core = this.#core;
    const start = core.instructions;
    let fault: Outcome['fault'];
    let instructions = 0;
    while (fault === undefined && core.registers.get('rip') !== stop && instructions < limit) {
      fault = this.#step(budget);
      instructions = Number(core.instructions - start);
    }
    return { state: this.#state(), fault, instructions };
  }

  /** Memory of the mapped regions as the last test left it. */
  get memory(): readonly Bytes[] {
    let at = 0;
    return REGIONS.map(({ base, bytes }) => {
      at += bytes;
      return { address: base, bytes: new Uint8Array(this.#actual.subarray(at - bytes, at)) };
    });
  }

  /** Runs up to `budget` instructions and returns the exception that they raised. */
  #step(budget: number): Outcome['fault'] {
    const core = this.#core;
    // Opcodes of x87, MMX, SSE and AVX end the run where the processor says #UD (docs/deviations.md).
    if (core.run(budget) === 'unimplemented') return { vector: INVALID_OPCODE, errorCode: undefined, address: 0n };
    // A fault of the fetch behind the instruction is none of the instruction: the budget ends before its delivery.
    const first = core.shutdownChain.find(({ kind }) => kind === 'exception');
    return first && { vector: first.vector, errorCode: first.errorCode, address: first.cr2 };
  }

  #state(): State {
    const { registers } = this.#core;
    const state = Object.fromEntries(GENERAL_REGISTERS.map((name) => [name, registers.get(name)])) as State;
    state.rip = registers.get('rip');
    state.fl = registers.get('rflags');
    state.fsb = registers.field('fsBase');
    state.gsb = registers.field('gsBase');
    this.#getX87(state);
    this.#getVectors(state);
    return state;
  }

  #setX87(state: State): void {
    const { registers } = this.#core;
    registers.setField('x87Control', state.fcw);
    registers.setField('x87Status', state.fsw);
    registers.setField('x87Tags', state.ftw);
    registers.setField('x87InstructionPointer', state.fip);
    registers.setField('x87DataPointer', state.fdp);
    registers.setField('x87Opcode', state.fop);
    for (const [number, name] of X87_REGISTERS.entries()) {
      const n = number as 0;
      registers.setField(`x87Significand${n}`, state[name]);
      registers.setField(`x87SignExponent${n}`, state[name] >> 64n);
    }
  }

  #getX87(state: State): void {
    const { registers } = this.#core;
    state.fcw = registers.field('x87Control');
    state.fsw = registers.field('x87Status');
    state.ftw = registers.field('x87Tags');
    state.fip = registers.field('x87InstructionPointer');
    state.fdp = registers.field('x87DataPointer');
    state.fop = registers.field('x87Opcode');
    for (const [number, name] of X87_REGISTERS.entries()) {
      const n = number as 0;
      state[name] = registers.field(`x87Significand${n}`) | (registers.field(`x87SignExponent${n}`) << 64n);
    }
  }

  /** Place of a vector register of the records in the state. */
  #vectorFields(name: (typeof VECTOR_REGISTERS)[number]) {
    const n = Number(name.slice(1)) as 0;
    return name.startsWith('x') ? ([`xmm${n}Low`, `xmm${n}High`] as const) : ([`ymm${n}Low`, `ymm${n}High`] as const);
  }

  #setVectors(state: State): void {
    const { registers } = this.#core;
    registers.setField('mxcsr', state.mxcsr);
    for (const name of VECTOR_REGISTERS) {
      const [low, high] = this.#vectorFields(name);
      registers.setField(low, state[name]);
      registers.setField(high, state[name] >> 64n);
    }
  }

  #getVectors(state: State): void {
    const { registers } = this.#core;
    state.mxcsr = registers.field('mxcsr');
    for (const name of VECTOR_REGISTERS) {
      const [low, high] = this.#vectorFields(name);
      state[name] = registers.field(low) | (registers.field(high) << 64n);
    }
  }

  /**
   * Runs one test and compares everything that the recording defines. With a translator, the instruction is executed by translated
   * code where that is possible; `executed` counts it.
   */
  check(vector: Vector): Differences {
    const translated = this.#core.translator && this.#runTranslated(vector);
    if (!translated) this.executed.interpreted++;
    const outcome = translated ?? this.#runInstruction(vector);
    return vector.isSpecific ? [] : this.compare(vector, outcome);
  }

  /** Compares an outcome, and memory as it is now, with what the recording defines. */
  compare(vector: Vector, { state, fault }: Outcome): Differences {
    const expected = vector.fault;
    if (fault?.vector !== expected?.vector) {
      return [`exception ${fault?.vector ?? 'none'}, expected ${expected?.name ?? 'none'}`];
    }
    const differences: string[] = [];
    const compare = (name: string, actual: bigint | number | undefined, wanted: bigint | number | undefined): void => {
      if (actual !== wanted) differences.push(`${name} ${hex(actual)}, expected ${hex(wanted)}`);
    };
    if (expected?.errorCode !== undefined) {
      // Where the recording machine had a page of its own, the error code says "present"; here nothing is.
      const ownPage = expected.address !== undefined && !this.#isMapped(expected.address) ? PAGE_PRESENT : 0;
      compare('error code', fault?.errorCode, expected.errorCode & ~ownPage);
    }
    if (expected?.address !== undefined) compare('CR2', fault?.address, expected.address);
    for (const name of [...GENERAL_REGISTERS, 'rip', 'fsb', 'gsb'] as const) {
      if (!vector.undefinedRegisters.includes(name)) compare(name, state[name], vector.after[name]);
    }
    const mask = ~vector.undefinedFlags;
    compare('rflags', state.fl & mask, vector.after.fl & mask);
    for (const name of ['fcw', 'ftw'] as const) compare(name, state[name], vector.after[name]);
    if (!vector.hidesPointers)
      for (const name of ['fip', 'fdp', 'fop'] as const) compare(name, state[name], vector.after[name]);
    const status = ~(vector.undefinedStatus | (vector.isApproximate ? STATUS_C1 : 0n));
    compare('fsw', state.fsw & status, vector.after.fsw & status);
    for (const name of X87_REGISTERS) {
      if (vector.isApproximate && isClose80(state[name], vector.after[name])) continue;
      compare(name, state[name], vector.after[name]);
    }
    for (const name of ['mxcsr', ...VECTOR_REGISTERS] as const) compare(name, state[name], vector.after[name]);
    const at = firstDifference(this.#actual, this.#expected);
    if (at !== undefined) compare(`memory (region offset ${hex(at)})`, this.#actual[at], this.#expected[at]);
    return differences;
  }
}

/** Whether a string instruction carries F2 or F3. */
function isRepeated({ mnemonic, shape }: Vector): boolean {
  return /^(movs|cmps|stos|lods|scas)$/.test(mnemonic) && !shape.startsWith('no');
}

/** Bits of rCX that count: 67h halves the address size. */
function addressMask({ code }: Vector): bigint {
  const opcode = code.findIndex((byte) => byte >= 0xa4 && byte <= 0xaf);
  return code.subarray(0, opcode).includes(0x67) ? 0xffffffffn : 0xffffffffffffffffn;
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  if (a.equals(b)) return undefined;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return undefined;
}
