/**
 * A core for a machine that is two: translated code runs with the machine's devices, then the interpreter runs the same stretch with
 * what the devices answered, and both must have come to the same state. Runs are cut at random and the TLBs are flushed
 * at random, which a machine cannot notice.
 */
import { type CoreCode, CpuCore, type CpuHost, type UnknownMsrAccess } from '@longmode/cpu-wasm';
import { memoryDifferences, stateDifferences } from '../../packages/cpu-wasm/test/jit/lockstep.ts';
import { Random } from '../../packages/cpu-wasm/test/jit/random.ts';
import type { MachineCore, RegisterAccess } from '../../packages/machine/src/core.ts';

type Translating = Pick<Parameters<typeof CpuCore.create>[0], 'jit' | 'translatorHooks'>;

/** What a run is disturbed by; the chances follow from the seed. */
export interface Disturbance {
  readonly seed: number;
  /** Longest stretch between two comparisons, in instructions. */
  readonly longest: number;
  /** Of so many accesses that the fast TLB does not settle, translated code is refused one; 0 = none. */
  readonly refuseOneIn: number;
  /** The TLBs are flushed after one of so many stretches; 0 = never. */
  readonly flushOneIn: number;
}

/** One call of the host by a processor. */
interface Call {
  /** Its name and arguments. */
  readonly text: string;
  readonly result: number;
  /** What the host did to the processor meanwhile. */
  readonly effects: ((core: CpuCore) => void)[];
}

/** Stretches between two comparisons of memory. */
const MEMORY_INTERVAL = 3000;

export class Mismatch extends Error {}

export class LockstepCore implements MachineCore {
  readonly registers: RegisterAccess;
  readonly #translated: CpuCore;
  readonly #plain: CpuCore;
  readonly #random: Random;
  readonly #disturbance: Disturbance;
  #calls: Call[] = [];
  #replayed = 0;
  /** Effects of the host's call that is under way. */
  #effects: Call['effects'] | undefined;
  #isPlaced = false;
  #stretches = 0;
  #limitAt = Number.POSITIVE_INFINITY;

  constructor(
    code: CoreCode,
    memoryBytes: number,
    host: CpuHost,
    { jit, translatorHooks }: Translating,
    disturbance: Disturbance,
  ) {
    this.#disturbance = disturbance;
    this.#random = new Random(disturbance.seed);
    const refusals = new Random(disturbance.seed + 1);
    const { refuseOneIn } = disturbance;
    const common = { engine: 'interpreter', code, memoryBytes } as const;
    this.#translated = CpuCore.create({
      ...common,
      host: this.#recorder(host),
      jit: jit ?? 'force',
      translatorHooks: { ...translatorHooks, refusesAccess: () => refuseOneIn > 0 && refusals.oneIn(refuseOneIn) },
    });
    this.#plain = CpuCore.create({ ...common, host: this.#player() });
    const { registers } = this.#translated;
    const both = [registers, this.#plain.registers];
    this.registers = {
      get: (name) => registers.get(name),
      set: (name, value) => both.forEach((one) => void one.set(name, value)),
      segment: (name) => registers.segment(name),
      setSegment: (name, segment) => both.forEach((one) => void one.setSegment(name, segment)),
      descriptorTable: (name) => registers.descriptorTable(name),
      setDescriptorTable: (name, table) => both.forEach((one) => void one.setDescriptorTable(name, table)),
      field: (name) => registers.field(name),
      setField: (name, value) => both.forEach((one) => void one.setField(name, value)),
    };
  }

  get ram(): Uint8Array {
    return this.#translated.ram;
  }

  get instructions(): bigint {
    return this.#translated.instructions;
  }

  get instructionCount(): number {
    return this.#translated.instructionCount;
  }

  get shutdownChain(): CpuCore['shutdownChain'] {
    return this.#translated.shutdownChain;
  }

  get lastRips(): bigint[] {
    return this.#translated.lastRips;
  }

  get translator(): CpuCore['translator'] {
    return this.#translated.translator;
  }

  /** Calls that were made by translated code, with the host's answers. */
  #recorder(host: CpuHost): CpuHost {
    const record = (text: string, call: () => number): number => {
      const effects: Call['effects'] = [];
      this.#effects = effects;
      const result = call();
      this.#effects = undefined;
      this.#calls.push({ text, result, effects });
      return result;
    };
    const write = (text: string, call: () => void): void => {
      record(text, () => {
        call();
        return 0;
      });
    };
    return {
      portRead: (port, size) => record(`in ${port} ${size}`, () => host.portRead(port, size)),
      portWrite: (port, size, value) => write(`out ${port} ${size} ${value}`, () => host.portWrite(port, size, value)),
      mmioRead: (at, size) => record(`read ${at} ${size}`, () => host.mmioRead(at, size)),
      mmioWrite: (at, size, value) => write(`write ${at} ${size} ${value}`, () => host.mmioWrite(at, size, value)),
      acknowledgeInterrupt: () => record('acknowledge', () => host.acknowledgeInterrupt()),
      signalNumericError: () => write('numeric error', () => host.signalNumericError?.()),
      unknownMsr: (access) => record(msrText(access), () => (host.unknownMsr?.(access) === true ? 1 : 0)) === 1,
    };
  }

  /** The same calls made by the interpreter, which gets the same answers. */
  #player(): CpuHost {
    const play = (text: string): number => {
      const call = this.#calls[this.#replayed++];
      if (call?.text !== text) {
        // The interpreter must not be left in the middle of it: the states will differ.
        this.#calls.push({ text: `${text}, where translated code did: ${call?.text}`, result: 0, effects: [] });
        return 0;
      }
      for (const effect of call.effects) effect(this.#plain);
      return call.result;
    };
    return {
      portRead: (port, size) => play(`in ${port} ${size}`),
      portWrite: (port, size, value) => void play(`out ${port} ${size} ${value}`),
      mmioRead: (at, size) => play(`read ${at} ${size}`),
      mmioWrite: (at, size, value) => void play(`write ${at} ${size} ${value}`),
      acknowledgeInterrupt: () => play('acknowledge'),
      signalNumericError: () => void play('numeric error'),
      unknownMsr: (access) => play(msrText(access)) === 1,
    };
  }

  /** Does something to both processors: at once, or to the interpreter when it gets there. */
  #affect(effect: (core: CpuCore) => void): void {
    effect(this.#translated);
    if (this.#effects) this.#effects.push(effect);
    else effect(this.#plain);
  }

  requestStop(): void {
    this.#affect((core) => core.requestStop());
  }

  limitRun(instructions: number): void {
    this.#limitAt = Math.min(this.#limitAt, this.instructionCount + instructions);
    this.#affect((core) => core.limitRun(instructions));
  }

  passTime(ticks: number): void {
    this.#affect((core) => core.passTime(ticks));
  }

  setInterruptLine(asserted: boolean): void {
    this.#affect((core) => core.setInterruptLine(asserted));
  }

  ignoreNumericError(): void {
    this.#affect((core) => core.ignoreNumericError());
  }

  invalidate(physicalAddress: number, lengthBytes: number): void {
    this.#affect((core) => core.invalidate(physicalAddress, lengthBytes));
  }

  translate(linearAddress: bigint): ReturnType<CpuCore['translate']> {
    return this.#translated.translate(linearAddress);
  }

  run(budgetInstructions: number): ReturnType<CpuCore['run']> {
    if (!this.#isPlaced) {
      this.#plain.ram.set(this.#translated.ram);
      this.#isPlaced = true;
    }
    const end = this.instructionCount + budgetInstructions;
    this.#limitAt = Number.POSITIVE_INFINITY;
    while (true) {
      const exit = this.#stretch(
        Math.min(end - this.instructionCount, 1 + this.#random.below(this.#disturbance.longest)),
      );
      if (exit !== 'budget' || this.instructionCount >= Math.min(end, this.#limitAt)) return exit;
    }
  }

  /** @throws Mismatch if the processors do not agree afterwards */
  #stretch(budget: number): ReturnType<CpuCore['run']> {
    this.#calls = [];
    this.#replayed = 0;
    const exit = this.#translated.run(budget);
    const count = this.#calls.length;
    const plainExit = this.#plain.run(budget);
    const differences = stateDifferences(this.#plain, this.#translated);
    if (exit !== plainExit) differences.unshift(`exit: interpreter ${plainExit}, translated ${exit}`);
    if (this.#replayed !== count || this.#calls.length !== count)
      differences.push(`calls of the host: ${this.#calls.map(({ text }) => text).join('; ')}`);
    if (++this.#stretches % MEMORY_INTERVAL === 0)
      differences.push(...memoryDifferences(this.#plain, this.#translated));
    this.#expectNone(differences);
    const { flushOneIn } = this.#disturbance;
    // Any write of a register flushes the TLB.
    if (flushOneIn > 0 && this.#random.oneIn(flushOneIn)) this.registers.set('cr2', this.registers.get('cr2'));
    return exit;
  }

  /** Compares memory once more, at the end. @throws Mismatch */
  compareMemory(): void {
    this.#expectNone(memoryDifferences(this.#plain, this.#translated));
  }

  #expectNone(differences: readonly string[]): void {
    if (differences.length === 0) return;
    const where = `stretch ${this.#stretches}, ${this.instructions} instructions, ${JSON.stringify(this.#disturbance)}`;
    throw new Mismatch([where, ...differences.slice(0, 10)].join('\n  '));
  }
}

const msrText = ({ number, value }: UnknownMsrAccess): string => `msr ${number} ${value}`;
