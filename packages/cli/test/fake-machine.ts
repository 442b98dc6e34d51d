/**
 * A machine without a processor, for tests of the front end: what it "runs" is a list of steps. It implements the
 * machine's API as far as the command line tool uses it and refuses the rest.
 */
import type {
  CpuRegisters,
  End,
  FinalEnd,
  Limits,
  Machine,
  MachineEvents,
  PostMortem,
  Screen,
  TextFrame,
  TraceCategory,
  TraceEvent,
  TranslatorReport,
  Until,
} from '@longmode/machine';

/** What a fake guest does, in order; after the last step the machine has ended as `end` says. */
export interface Script {
  readonly steps?: readonly ((machine: FakeMachine) => void | Promise<void>)[];
  /** `run-on` never ends by itself. */
  readonly end: FinalEnd | 'run-on';
  readonly warnings?: readonly string[];
}

type Listener = (detail: never) => void;

/** The VGA's default palette. */
const palette = [
  0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55,
  0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
];

/** Splits text into the words of VGA text memory. */
export function frameOf(
  lines: readonly string[],
  attribute = 0x07,
  cursor: TextFrame['cursor'] = { column: 0, row: 0, visible: false, startScanLine: 14, endScanLine: 15 },
): TextFrame {
  const cells = new Uint16Array(80 * 25).fill(0x0720);
  lines.forEach((line, row) => {
    for (let column = 0; column < line.length; column++) {
      cells[row * 80 + column] = (attribute << 8) | line.charCodeAt(column);
    }
  });
  return { columns: 80, rows: 25, cells, cursor, blinkEnabled: true, palette };
}

const segment = { selector: 8, base: 0n, limit: 0xffffffff, rights: 0xaf9b };
const table = { base: 0x1000n, limit: 0x17 };

function registers(): CpuRegisters {
  const plain = Object.fromEntries(
    'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rip rflags cr0 cr2 cr3 cr4 efer'
      .split(' ')
      .map((name, index) => [name, BigInt(index)]),
  );
  const segments = Object.fromEntries('cs ss ds es fs gs ldtr tr'.split(' ').map((name) => [name, segment]));
  return { ...plain, ...segments, gdtr: table, idtr: table } as unknown as CpuRegisters;
}

/** A report as a real machine makes one, of a page fault that nobody handled. */
export function samplePostMortem(title: string): PostMortem {
  const location = { address: 0x101234n, symbol: 'kernel_main', offset: 0x14, file: 'src/main.ts', line: 21 };
  return {
    title,
    instructions: 1204331n,
    timeNanos: 1204331n,
    faults: [
      {
        vector: 14,
        isExternal: false,
        mnemonic: '#PF',
        name: 'page fault',
        errorCode: 2,
        errorText: 'not present, write, supervisor',
        location,
        instruction: { location, bytes: Uint8Array.of(0xc6, 0x00, 0x01), text: 'mov byte [rax],1' },
        cr2: 0xdeadbeefn,
        walk: [],
        deliveryFailure: 'the IDT limit is 0',
      },
    ],
    location,
    stack: { pointer: 0x200000n, walk: [], isMapped: true },
    registers: { rax: 0xdeadbeefn, rip: 0x101234n },
    backtrace: [],
    lastInstructions: [],
    hints: [],
    screen: [],
  };
}

/** See the head of the file. */
export class FakeMachine implements Machine {
  current = frameOf([]);
  sent = '';
  received = '';
  ended: FinalEnd | undefined;
  running = false;
  instructions = 0n;
  timeNanos = 0n;
  randomSeed = 0;
  framebuffer = undefined;
  debugConsole = '';
  disposed = false;
  translator: TranslatorReport | undefined;
  /** Whether the guest has a keyboard driver. */
  listens = false;
  traced: readonly TraceCategory[] = [];
  readonly warnings: readonly string[];
  private readonly script: Script;
  private readonly listeners = new Map<string, Set<Listener>>();
  private traceListener: ((event: TraceEvent) => void) | undefined;

  constructor(script: Script) {
    this.script = script;
    this.warnings = script.warnings ?? [];
  }

  /** Guest side: shows lines from the top of the screen. */
  show(lines: readonly string[], attribute?: number): void {
    this.current = frameOf(lines, attribute);
    this.tell('screen', this.screen);
  }

  /** Guest side: sends text through COM1. */
  send(text: string): void {
    this.sent += text;
    this.tell('serial', { port: 1, bytes: new TextEncoder().encode(text) });
  }

  /** Guest side: an event for the tracer. */
  emitTrace(event: TraceEvent): void {
    if (this.traced.includes(event.kind)) this.traceListener?.(event);
  }

  async run(until?: Until, limits?: Limits): Promise<End> {
    const limit = limits?.instructions ?? 200e6;
    const steps = [...(this.script.steps ?? [])];
    for (;;) {
      if (limits?.signal?.aborted) return { kind: 'aborted', reason: limits.signal.reason };
      if (typeof until === 'function' && until(this)) return { kind: 'until' };
      if (this.instructions >= limit) return { kind: 'limit', instructions: limit };
      const step = steps.shift();
      if (!step && this.script.end !== 'run-on') return (this.ended = this.script.end);
      await step?.(this);
      this.instructions += 1000n;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  setBreakpoints(): void {}

  on<E extends keyof MachineEvents>(event: E, listener: (detail: MachineEvents[E]) => void): Disposable {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set.add(listener as Listener));
    return { [Symbol.dispose]: () => void set.delete(listener as Listener) };
  }

  trace(categories: readonly TraceCategory[], listener: (event: TraceEvent) => void): Disposable {
    this.traced = categories;
    this.traceListener = listener;
    return { [Symbol.dispose]: () => void (this.traceListener = undefined) };
  }

  postMortem(): PostMortem {
    return samplePostMortem('STOPPED');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  get screen(): Screen {
    const { current } = this;
    const lines = () =>
      Array.from({ length: 25 }, (_, row) =>
        String.fromCharCode(...current.cells.subarray(row * 80, row * 80 + 80).map((cell) => cell & 0xff)),
      );
    const text = () =>
      lines()
        .map((line) => line.trimEnd())
        .join('\n');
    const screen = { columns: 80, rows: 25, cursor: current.cursor, frame: () => current, lines, text };
    return screen as unknown as Screen;
  }

  get serial(): Machine['serial'] {
    const serial = {
      output: () => this.sent,
      bytes: () => new TextEncoder().encode(this.sent),
      write: (data: string | Uint8Array) => {
        this.received += typeof data === 'string' ? data : new TextDecoder().decode(data);
      },
      pendingBytes: 0,
    };
    return serial as unknown as Machine['serial'];
  }

  readonly cpu = { registers: registers(), mode: '64-bit', bits: 64, privilegeLevel: 0, tlb: [] } as const;
  readonly symbols: Machine['symbols'] = {
    address: () => undefined,
    locate: (address) => ({ address, symbol: 'kernel_main', offset: 0x14, file: 'src/main.ts', line: 21 }),
    sections: [],
  };

  /** Codes of keys that went down. */
  typed: string[] = [];
  readonly inputs = [];
  get keyboard(): Machine['keyboard'] {
    const keyboard = {
      isListening: this.listens,
      pendingBytes: 0,
      keyDown: (code: string) => void this.typed.push(code),
      keyUp: () => {},
    };
    return keyboard as unknown as Machine['keyboard'];
  }

  get serialPorts(): Machine['serialPorts'] {
    throw new Error('the fake machine has no other serial ports');
  }
  get memory(): Machine['memory'] {
    throw new Error('the fake machine has no memory');
  }
  step(): Promise<void> {
    throw new Error('the fake machine does not step');
  }
  pause(): void {
    throw new Error('the fake machine does not pause');
  }

  private tell<E extends keyof MachineEvents>(event: E, detail: MachineEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as (detail: MachineEvents[E]) => void)(detail);
  }
}
