/**
 * The machine as its users see it: the types of `boot(options)` and of everything that hangs off a `Machine`.
 *
 * The package is the same in Node and in a web page: it takes bytes and the core's code, never a path or a URL (the
 * `longmode` package reads files, the web element fetches). All waiting is done in guest time, which is retired
 * instructions, so the same image gives the same results on every host, however busy that host is.
 *
 * Snapshots become methods of `Machine` beside `step` when they exist.
 */

import type { CoreCode, Engine, TlbEntry, Translation, Walk } from '@longmode/cpu-wasm';
import type { KeyCode } from './keyboard/key-codes.ts';
import type { PostMortem } from './post-mortem/types.ts';
import type { CpuRegisters } from './register-file.ts';
import type { TextCell, TextCursor, TextFrame } from './screen/frame.ts';
import type { TranslatorReport } from './translator-report.ts';

/** What to boot, on what machine. */
export interface BootOptions {
  /** The kernel image: ELF32 or ELF64 with a Multiboot 1 or 2 header. */
  readonly kernel: Uint8Array;
  /** The core's code, as loaded by the front end; must be the code that `engine` runs. */
  readonly code: CoreCode;
  /** Which build of the core runs the guest. Both give identical results. Default `interpreter`. */
  readonly engine?: Engine;
  /**
   * Whether the `interpreter` translates hot guest code to WebAssembly: `auto`, or `force` (everything that runs twice, for
   * tests), or `false`. Results are the same to the byte. Default `auto`.
   */
  readonly jit?: Translation;
  /**
   * Which processor: `x86-64-v1`, `x86-64-v2`, `x86-64-v3` or `max`, perhaps with changes: `max,-avx2`, `x86-64-v2,+aesni`.
   * Default `max`.
   */
  readonly cpu?: string;
  /**
   * Where the numbers of RDRAND and RDSEED start: a whole number, or `host` for one from the host's source of randomness, which
   * `Machine.randomSeed` tells. The same seed gives the same run. Default 0.
   */
  readonly randomSeed?: number | 'host';
  /**
   * Whether model-specific registers that the processor does not have read as 0 and take every value, instead of #GP(0).
   * Default false. `docs/msrs.md` lists those that it has.
   */
  readonly ignoreMsrs?: boolean;
  /** Which header to follow when the image has both. Default Multiboot 2. */
  readonly protocol?: 'multiboot1' | 'multiboot2';
  /** The kernel's command line. Default empty. */
  readonly cmdline?: string;
  /** Boot modules, in the order in which the kernel finds them. */
  readonly modules?: readonly BootModule[];
  /** Guest RAM: bytes, or a text such as `'64M'` or `'1G'`; 1 MiB to 3 GiB. Default 128 MiB. */
  readonly memory?: number | string;
  /**
   * Whether a kernel whose header wishes for graphics gets a linear framebuffer (`Machine.framebuffer`), for front ends that show
   * it. Default false: it gets the text screen, and a warning.
   */
  readonly graphics?: boolean;
  /** How long each `run` and `waitFor` may take unless told otherwise. Default 200 million instructions. */
  readonly limits?: Limits;
  /** What the real-time clock shows at boot, read as UTC. Default 2026-01-01 00:00:00; never the host's clock. */
  readonly startTime?: Date;
  /** Input of an earlier run (`Machine.inputs`), to enter again at exactly the same points of guest time. Default none. */
  readonly inputs?: readonly InputEvent[];
  /**
   * How guest time that the processor sleeps through passes. Default `free`.
   * - `free`: at once. An idle machine ends its `run` with `idle`.
   * - `host`: no faster than the host's clock, for a machine that somebody sits at. An idle machine waits for input,
   *   which wakes it at once, later by the time it has waited. The guest never sees the host's clock: it decides
   *   only at which guest time live input enters, and that is recorded in `Machine.inputs`.
   */
  readonly pace?: 'free' | 'host';
  /** Ends every wait of this machine with `aborted`. */
  readonly signal?: AbortSignalLike;
  /** Turns instruction bytes into text for post mortems; without it they list addresses and bytes. */
  readonly disassemble?: Disassembler;
}

/** A file handed to the kernel. */
export interface BootModule {
  readonly bytes: Uint8Array;
  /** The module's own command line; by custom it starts with a name. */
  readonly cmdline?: string;
  readonly name?: string;
}

/** The part of the host's `AbortSignal` that is used (it belongs neither to the language nor to one host). */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Disassembles one instruction.
 * @param bytes up to 15 bytes that begin with the instruction
 * @param address linear address of the first byte
 * @param bits code size: 16, 32 or 64
 * @returns text and length, or undefined if the bytes are no instruction
 */
export type Disassembler = (
  bytes: Uint8Array,
  address: bigint,
  bits: 16 | 32 | 64,
) => { text: string; lengthBytes: number } | undefined;

/** Bounds of one wait. A wall clock bound is an `AbortSignal.timeout(ms)`. */
export interface Limits {
  /**
   * Guest instructions from now on. Time that the processor sleeps through counts as one instruction for each
   * `SLEPT_NANOS_PER_LIMIT_INSTRUCTION`.
   */
  readonly instructions?: number;
  readonly signal?: AbortSignalLike;
}

/**
 * What `run` waits for: a text or pattern on the screen or in the output of the first serial port, or a condition.
 * Serial output is tested at the very instruction that sends a byte; screen and condition every
 * `OBSERVATION_INTERVAL` instructions of guest time and whenever the processor goes to sleep.
 */
export type Until =
  | { readonly screen: string | RegExp }
  | { readonly serial: string | RegExp }
  | ((machine: Machine) => boolean);

/** Ends after which the guest can never run again. */
export type FinalEnd =
  /** The guest wrote `code` to the isa-debug-exit device at `port`. */
  | { readonly kind: 'exit'; readonly code: number; readonly port: number }
  /**
   * HLT, or a jump to itself, or an x87 instruction that waits for IRQ 13 (an exception is pending, CR0.NE is 0), at `rip`, that
   * nothing can end. `interrupts` tells whether RFLAGS.IF was set.
   */
  | {
      readonly kind: 'halted';
      readonly by: 'hlt' | 'jump-to-self' | 'numeric-error';
      readonly interrupts: boolean;
      readonly rip: bigint;
    }
  /** A shutdown of the processor: an exception during the delivery of a double fault. */
  | { readonly kind: 'triple-fault'; readonly report: PostMortem }
  /** The guest asked for a reset of the machine through `port`. */
  | { readonly kind: 'reset'; readonly port: number }
  /** The guest used something that this machine does not have yet: the instruction at `rip`; `bytes` begin with it. */
  | { readonly kind: 'unimplemented'; readonly rip: bigint; readonly bytes: Uint8Array; readonly report: PostMortem };

/** Why a `run` came back: the machine has ended, or something else stopped it and it can go on. */
export type End =
  | FinalEnd
  /** The condition of `run(until)` holds. */
  | { readonly kind: 'until' }
  /**
   * The processor sleeps in HLT, no timer can wake it, but input could: a key, or a byte at a serial port whose
   * receive interrupt is on. The machine goes on as soon as it has got some; until then every `run` ends so at once.
   */
  | { readonly kind: 'idle' }
  /** The instruction limit was reached first. */
  | { readonly kind: 'limit'; readonly instructions: number }
  /** The next instruction, at `rip`, is one of `setBreakpoints`. */
  | { readonly kind: 'breakpoint'; readonly rip: bigint }
  /** `pause()` was called. */
  | { readonly kind: 'paused' }
  /** A signal fired; `reason` is the signal's. */
  | { readonly kind: 'aborted'; readonly reason: unknown };

/** A booted PC. Nothing runs until `run`, `step` or a `waitFor` is called. */
export interface Machine extends AsyncDisposable {
  readonly screen: Screen;
  /** What the screen shows instead of text, if the kernel has wished for graphics and `BootOptions.graphics` allows them. */
  readonly framebuffer: Framebuffer | undefined;
  /** The serial port COM1. */
  readonly serial: Serial;
  /** COM1 to COM4. */
  readonly serialPorts: readonly [Serial, Serial, Serial, Serial];
  /** The PS/2 keyboard. */
  readonly keyboard: Keyboard;
  /**
   * Every input so far, in order, with the point of guest time at which it entered. It survives JSON. The same image
   * booted with these `inputs` and this `randomSeed` runs the same to the byte, on every engine.
   */
  readonly inputs: readonly InputEvent[];
  /** Seed of the guest's random numbers; boot with it again for the same run. */
  readonly randomSeed: number;
  readonly cpu: Cpu;
  /** Memory by linear address, through the page tables of this moment. */
  readonly memory: Memory;
  /** What the guest wrote to the Bochs debug console, port 0xe9. */
  readonly debugConsole: string;
  readonly symbols: Symbols;
  /** Remarks of the loader about the image, in the order found. */
  readonly warnings: readonly string[];
  /** Set once the guest can never run again. */
  readonly ended: FinalEnd | undefined;
  readonly running: boolean;
  /** Guest instructions retired since boot. */
  readonly instructions: bigint;
  /** Guest time since boot in nanoseconds: one per retired instruction, plus what was slept through in HLT (or `jmp $`). */
  readonly timeNanos: bigint;
  /**
   * What the translator of hot code has done so far, see `BootOptions.jit`; undefined when it is off. For people: it holds times of
   * the host, so no two runs agree in it.
   */
  readonly translator: TranslatorReport | undefined;

  /**
   * Runs the guest until `until` holds or the machine ends or a limit is reached.
   * @throws RangeError for an impossible limit; Error if another `run` is under way
   */
  run(until?: Until, limits?: Limits): Promise<End>;
  /** Executes `count` instructions (default 1) unless the machine ends before. @throws Error while running */
  step(count?: number): Promise<void>;
  /**
   * Makes every run stop before the instructions at these addresses (linear; none: run freely), with the end
   * `breakpoint`; a `waitFor` rejects there. A run that begins at one leaves it. The machine runs instruction by
   * instruction as long as there is one, which is slow; what the guest computes stays the same.
   * @throws RangeError for a symbol that the image does not have; Error while running
   */
  setBreakpoints(addresses: Iterable<Address>): void;
  /** Stops the guest soon; a pending `run` returns `paused`, a pending `waitFor` rejects. */
  pause(): void;
  /** Listens; the result stops listening when disposed. A listener must not run the machine. */
  on<E extends keyof MachineEvents>(event: E, listener: (detail: MachineEvents[E]) => void): Disposable;
  /**
   * Reports what the guest does, one event at a time. The machine runs instruction by instruction as long as somebody
   * listens to more than `msr`, which is slow; results stay the same.
   */
  trace(categories: readonly TraceCategory[], listener: (event: TraceEvent) => void): Disposable;
  /** The state of this moment as a report, as it is made for a triple fault. */
  postMortem(): PostMortem;
  /** Stops the machine for good and lets go of its memory. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Events of `Machine.on`. */
export interface MachineEvents {
  /** The screen may look different now. Told at most once per slice, outside the guest's run. */
  screen: Screen;
  /** The guest has written pixels into these rows of the framebuffer. Told at most once per slice, outside the guest's run. */
  graphics: ChangedPixelRows;
  /** The guest sent bytes through a serial port (1 for COM1). Told as they are sent. */
  serial: { readonly port: 1 | 2 | 3 | 4; readonly bytes: Uint8Array };
  /** The guest wrote a byte to the debug console at port 0xe9. */
  debug: { readonly byte: number };
  /** The guest wrote a power-on self-test code to port 0x80. */
  post: { readonly code: number };
  /** The guest starts to run. */
  running: undefined;
  /** The guest stands still again; it may run on unless `ended` is set. */
  stopped: End;
  /** The guest can never run again. */
  ended: FinalEnd;
}

/** What can be traced; `exception` includes software interrupts; `msr` is the use of model-specific registers that do not exist. */
export type TraceCategory = 'instruction' | 'exception' | 'port' | 'msr';

/** One traced event, told before its effect for `instruction`, after it otherwise; `rip` is the instruction's. */
export type TraceEvent =
  | { readonly kind: 'instruction'; readonly rip: bigint; readonly bits: 16 | 32 | 64; readonly bytes: Uint8Array }
  | {
      readonly kind: 'exception';
      readonly vector: number;
      readonly errorCode: number | undefined;
      readonly rip: bigint;
      readonly cr2: bigint;
    }
  | {
      readonly kind: 'port';
      readonly direction: 'in' | 'out';
      readonly port: number;
      readonly sizeBytes: 1 | 2 | 4;
      readonly value: number;
      readonly rip: bigint;
      /** False if no device claims the port. */
      readonly claimed: boolean;
    }
  | {
      readonly kind: 'msr';
      readonly direction: 'read' | 'write';
      readonly number: number;
      /** What is written; 0 for a read, which gives that if it is ignored. */
      readonly value: bigint;
      readonly rip: bigint;
      /** Whether it goes on as if nothing were wrong (`ignoreMsrs`); otherwise it is #GP(0). */
      readonly ignored: boolean;
    };

/** A rectangle of the text screen, seen live: every read looks at the guest's memory of that moment. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly cursor: TextCursor;
  /** All lines, trailing spaces removed, joined by newlines. */
  text(): string;
  /** All lines at full width. */
  lines(): string[];
  /** One line at full width, 0 at the top. @throws RangeError outside the screen */
  line(row: number): string;
  /** @throws RangeError outside the screen */
  cell(column: number, row: number): TextCell;
  /** A part of this screen. @throws RangeError if it does not fit */
  region(column: number, row: number, columns: number, rows: number): Screen;
  /** The screen as plain data, for another thread or for later. */
  frame(): TextFrame;
  /** The screen in ANSI escape sequences: 24-bit colours, one line per row. */
  toAnsi(): string;
  /**
   * Runs the machine until the pattern shows. A string is searched in the text, a RegExp tested on it.
   * @throws WaitError at once if the machine has ended or ends, when a limit is reached, or on pause
   */
  waitFor(pattern: string | RegExp | ((screen: Screen) => boolean), limits?: Limits): Promise<Match>;
}

/** Pixels that the machine shows. */
export interface Framebuffer {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top left; blue, green, red and one unused byte for each pixel. Always those of the moment. */
  readonly pixels: Uint8Array;
}

/** Rows of pixels that may look different than before. */
export interface ChangedPixelRows {
  readonly firstRow: number;
  readonly rowCount: number;
}

/** What a pattern found. */
export interface Match {
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly groups: Readonly<Record<string, string>>;
}

/** A serial line, seen from outside the PC. Iterating it yields lines, running the machine for them. */
export interface Serial extends AsyncIterable<string> {
  /** Everything the guest has sent so far, as UTF-8. */
  output(): string;
  /** The same as bytes. */
  bytes(): Uint8Array;
  /** Sends to the guest. Nothing is ever lost: bytes enter the receive FIFO as the guest makes room. */
  write(data: string | Uint8Array): void;
  /** Bytes written but not yet read by the guest. */
  readonly pendingBytes: number;
  /**
   * Runs the machine until the pattern is in the output that no earlier `waitFor` consumed; consumes up to its end.
   * @throws WaitError as in `Screen.waitFor`
   */
  waitFor(pattern: string | RegExp, limits?: Limits): Promise<Match>;
}

/**
 * The keyboard as somebody in front of the PC uses it, a PS/2 keyboard of 105 keys behind an 8042.
 *
 * Nothing is ever lost: what the guest has no room for yet, or while it has the keyboard switched off, waits here. The
 * guest sees scan codes (set 2, or set 1 after the translation that PCs have on), not characters; what a key means is
 * the guest's own layout.
 */
export interface Keyboard {
  /**
   * A key goes down. Again for a key that is down already: the keyboard's own repetition (which it does not have of
   * itself). `code` is the web's `KeyboardEvent.code`.
   * @throws RangeError for a name that is no key
   */
  keyDown(code: KeyCode): void;
  /** A key goes up. @throws RangeError for a name that is no key */
  keyUp(code: KeyCode): void;
  /**
   * Types a text on a US layout: printable ASCII, `\n` or `\r` for Enter, `\t`, `\b` for Backspace, `\x1b` for Escape.
   * Runs the machine until the guest listens (see `isListening`), then presses the keys, then runs it until the guest
   * has taken every byte; it may not have acted on the last one yet.
   * @throws RangeError before anything is pressed, for a character that the layout does not have
   * @throws WaitError as in `Screen.waitFor`; keys not taken by then stay pending
   */
  type(text: string, limits?: Limits): Promise<void>;
  /**
   * Presses the keys together, in this order, and lets go in the opposite one: `press('ControlLeft', 'KeyC')`. Waits
   * like `type`, with the machine's own limits.
   */
  press(...keys: readonly KeyCode[]): Promise<void>;
  /**
   * Whether a key pressed now would reach the guest: the keyboard scans, the controller takes its bytes, and either
   * IRQ 1 would be served at once (on in the controller, unmasked, RFLAGS.IF set), or the guest polls the
   * status port: at least 16 reads in a row found nothing, the last within a millisecond.
   */
  readonly isListening: boolean;
  /** Bytes of scan codes that the guest has not read yet. */
  readonly pendingBytes: number;
  /** The lamps, as the guest set them. */
  readonly leds: KeyboardLeds;
}

/** Which lamps of the keyboard are lit. */
export interface KeyboardLeds {
  readonly scrollLock: boolean;
  readonly numLock: boolean;
  readonly capsLock: boolean;
}

/** An input and when it entered: after `instructions` had retired, at `timeNanos`. Plain data that survives JSON. */
export type InputEvent = { readonly instructions: number; readonly timeNanos: number } & Input;

/** What can come from outside. */
export type Input =
  | { readonly kind: 'key'; readonly code: KeyCode; readonly down: boolean }
  /** Bytes for a serial port (1 for COM1). */
  | { readonly kind: 'serial'; readonly port: 1 | 2 | 3 | 4; readonly bytes: readonly number[] };

/** The processor. */
export interface Cpu {
  /** Registers by SDM name; writable while the machine stands still. */
  readonly registers: CpuRegisters;
  /** The mode that CR0.PE, EFER.LMA, CS.L and RFLAGS.VM make (SDM Vol. 3A 2.2). */
  readonly mode: CpuMode;
  /** Size of the code that CS describes. */
  readonly bits: 16 | 32 | 64;
  /** Current privilege level, 0 to 3. */
  readonly privilegeLevel: number;
  /** The translations that are cached, in order of linear addresses: they count until the guest removes them. */
  readonly tlb: readonly TlbEntry[];
}

/** Modes of operation, SDM Vol. 3A 2.2. */
export type CpuMode = 'real' | 'protected' | 'virtual-8086' | 'compatibility' | '64-bit';

/** An address as number, as bigint, or as the name of a symbol of the image with an optional `+offset`. */
export type Address = number | bigint | string;

/** A view of guest memory. All numbers are little endian and unsigned. */
export interface MemoryView {
  /** @throws MemoryError where nothing is mapped */
  read(at: Address, lengthBytes: number): Uint8Array;
  /** Writes as the host: no rights are checked, translated code is invalidated. @throws MemoryError */
  write(at: Address, bytes: Uint8Array): void;
  u8(at: Address): number;
  u16(at: Address): number;
  u32(at: Address): number;
  u64(at: Address): bigint;
  /** Bytes up to a NUL as UTF-8; at most `maximumBytes` (default 4096). */
  cString(at: Address, maximumBytes?: number): string;
}

/** Memory by linear address, with the physical view beside it. */
export interface Memory extends MemoryView {
  readonly physical: MemoryView;
  readonly sizeBytes: number;
  /** Walks the page tables without touching accessed bits or the TLB. */
  translate(linearAddress: Address): Walk;
}

/** The symbols and source lines of the image. */
export interface Symbols {
  /** Address of a symbol, undefined if there is none of that name. */
  address(name: string): bigint | undefined;
  /** The place an address belongs to. */
  locate(address: bigint): CodeLocation;
  /** The sections of the image that occupy memory, in the order of the file. */
  readonly sections: readonly ImageSection[];
}

/** A section such as `.text`, where it was linked to. */
export interface ImageSection {
  readonly name: string;
  /** Linear. */
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

/** An address with what the image tells about it. */
export interface CodeLocation {
  readonly address: bigint;
  readonly symbol?: string;
  /** Distance from the symbol's start in bytes. */
  readonly offset?: number;
  readonly file?: string;
  readonly line?: number;
}
