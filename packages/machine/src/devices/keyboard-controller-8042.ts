/**
 * 8042 keyboard controller of a PC with its keyboard.
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboard and auxiliary device controller"; Intel UPI-41/42.
 *
 *   60 read   output buffer     60 write  byte for the keyboard, or parameter of a controller command
 *   64 read   status            64 write  controller command
 *
 * The input buffer is never full: commands take no time. A byte of a scan code enters the output buffer
 * `SCAN_CODE_NANOS` after the one before was read; answers to commands come at once. (A cable needs about a millisecond for
 * each. A shorter time keeps guests that poll fast; none at all would hand the next byte to a handler that reads twice.)
 * The auxiliary port is there and works, but no mouse is plugged in: what is sent to it is answered by a time-out.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { PortDevice } from '../bus/port-bus.ts';
import type { Alarm, Clock } from '../clock.ts';
import { translateScanCode } from '../keyboard/translation.ts';
import type { A20Gate } from './a20-gate.ts';
import type { KeyEvent, Ps2Keyboard } from './ps2-keyboard.ts';

export const KEYBOARD_DATA_PORT = 0x60;
export const KEYBOARD_STATUS_PORT = 0x64;

const STATUS_OUTPUT_FULL = 1 << 0;
const STATUS_SYSTEM = 1 << 2; // set by the self-test; writing the command byte copies its bit here
const STATUS_COMMAND = 1 << 3; // the last write was a command
const STATUS_UNLOCKED = 1 << 4; // the key lock is open
const STATUS_AUXILIARY = 1 << 5; // the byte comes from the auxiliary port
const STATUS_TIMEOUT = 1 << 6;

const MODE_KEYBOARD_INTERRUPT = 1 << 0;
const MODE_AUXILIARY_INTERRUPT = 1 << 1;
const MODE_SYSTEM = 1 << 2;
const MODE_KEYBOARD_DISABLED = 1 << 4;
const MODE_AUXILIARY_DISABLED = 1 << 5;
const MODE_TRANSLATE = 1 << 6;
/** The command byte as SeaBIOS and GRUB leave it. */
const MODE_AT_BOOT = MODE_KEYBOARD_INTERRUPT | MODE_AUXILIARY_DISABLED | MODE_TRANSLATE;

const OUTPUT_RESET = 1 << 0; // active low: 0 resets the processor
const OUTPUT_A20 = 1 << 1;
const OUTPUT_KEYBOARD_FULL = 1 << 4;
const OUTPUT_AUXILIARY_FULL = 1 << 5;
const OUTPUT_IDLE_LINES = 0xcc; // clock and data of both ports
const INPUT_PORT = 0x80; // keyboard not inhibited

const COMMAND_READ_RAM = 0x20; // to 0x3f; address 0 is the command byte
const COMMAND_WRITE_RAM = 0x60; // to 0x7f
const COMMAND_DISABLE_AUXILIARY = 0xa7;
const COMMAND_ENABLE_AUXILIARY = 0xa8;
const COMMAND_TEST_AUXILIARY = 0xa9;
const COMMAND_SELF_TEST = 0xaa;
const COMMAND_TEST_KEYBOARD = 0xab;
const COMMAND_DISABLE_KEYBOARD = 0xad;
const COMMAND_ENABLE_KEYBOARD = 0xae;
const COMMAND_READ_INPUT_PORT = 0xc0;
const COMMAND_READ_OUTPUT_PORT = 0xd0;
const COMMAND_WRITE_OUTPUT_PORT = 0xd1;
const COMMAND_WRITE_KEYBOARD_BUFFER = 0xd2;
const COMMAND_WRITE_AUXILIARY_BUFFER = 0xd3;
const COMMAND_WRITE_AUXILIARY = 0xd4;
const COMMAND_CLOSE_A20 = 0xdd; // HP Vectra, and every chipset since
const COMMAND_OPEN_A20 = 0xdf;
const COMMAND_PULSE = 0xf0; // to 0xff: pulses the lines whose bits are 0

const SELF_TEST_PASSED = 0x55;
const INTERFACE_TEST_PASSED = 0x00;
const NO_DEVICE = 0xfe;
const BREAK = 0xf0;

/** Shortest time from reading a byte to the next byte of a scan code. */
export const SCAN_CODE_NANOS = 50_000;

/** Reads of an empty status in a row that count as polling for a key, and how long the last one may be ago. */
const POLLS_TO_LISTEN = 16;
const POLLING_NANOS = 1_000_000;

/** What the controller drives besides its interrupt lines. */
export interface KeyboardControllerOutputs {
  /** The guest pulls the reset line of the processor. */
  reset(): void;
  readonly a20Gate: A20Gate;
  /** The guest has read a byte of a scan code. */
  scanCodeTaken(): void;
}

/** Where a byte in the output buffer comes from. */
type Origin = 'scan-code' | 'answer' | 'controller' | 'auxiliary';

/** Everything the controller remembers. */
export interface KeyboardController8042State {
  mode: number;
  /** RAM behind the command byte, addresses 1 to 31. */
  ram: number[];
  output: number;
  outputFull: boolean;
  outputOrigin: Origin;
  timeout: boolean;
  systemFlag: boolean;
  lastWriteWasCommand: boolean;
  /** The command that waits for its parameter, 0 for none. */
  command: number;
  /** A 0xf0 of the keyboard has been swallowed by the translation. */
  breakSeen: boolean;
  /** When the next byte of a scan code may enter the output buffer. */
  readyNanos: number;
  /** Reads of an empty status in a row, and when the last one was. */
  polls: number;
  lastPollNanos: number;
}

export class KeyboardController8042 implements PortDevice {
  readonly #clock: Clock;
  readonly #keyboard: Ps2Keyboard;
  readonly #keyboardLine: InterruptLine;
  readonly #auxiliaryLine: InterruptLine;
  readonly #outputs: KeyboardControllerOutputs;
  readonly #state: KeyboardController8042State = {
    mode: MODE_AT_BOOT,
    ram: new Array<number>(32).fill(0),
    output: 0,
    outputFull: false,
    outputOrigin: 'controller',
    timeout: false,
    systemFlag: true,
    lastWriteWasCommand: true,
    command: 0,
    breakSeen: false,
    readyNanos: 0,
    polls: 0,
    lastPollNanos: 0,
  };
  #alarm: Alarm | undefined;

  /** @param lines IRQ 1 and IRQ 12 */
  constructor(
    clock: Clock,
    keyboard: Ps2Keyboard,
    lines: { readonly keyboard: InterruptLine; readonly auxiliary: InterruptLine },
    outputs: KeyboardControllerOutputs,
  ) {
    this.#clock = clock;
    this.#keyboard = keyboard;
    this.#keyboardLine = lines.keyboard;
    this.#auxiliaryLine = lines.auxiliary;
    this.#outputs = outputs;
  }

  /**
   * Tells the controller that keys wait. A byte that nobody has read asks again, so that a guest is not deaf for ever
   * that lost the request when it initialized its interrupt controller. (A real keyboard is, until it is read.)
   */
  keyReady(): void {
    if (this.#state.outputFull) this.#keyboardLine.set(false);
    this.#updateLines();
    this.#fill();
  }

  /** Whether keys get through to the output buffer. */
  get takesKeys(): boolean {
    return this.#keyboard.scanning && (this.#state.mode & MODE_KEYBOARD_DISABLED) === 0;
  }

  get isInterruptEnabled(): boolean {
    return (this.#state.mode & MODE_KEYBOARD_INTERRUPT) !== 0;
  }

  /** Whether a key pressed now would raise IRQ 1. */
  get canRaiseInterrupt(): boolean {
    return this.takesKeys && this.isInterruptEnabled;
  }

  /** Whether IRQ 1 will rise by itself, without input. */
  get willRaiseInterrupt(): boolean {
    return this.#alarm !== undefined && this.isInterruptEnabled;
  }

  /** Whether the guest asks for keys again and again rather than waiting for an interrupt. */
  get isPolled(): boolean {
    const { polls, lastPollNanos } = this.#state;
    return polls >= POLLS_TO_LISTEN && this.#clock.nowNanos - lastPollNanos <= POLLING_NANOS;
  }

  /** Bytes of scan codes that the guest has not read: of these key events, and of what is under way already. */
  pendingBytes(events: readonly KeyEvent[]): number {
    const { outputFull, outputOrigin } = this.#state;
    const inBuffer = outputFull && outputOrigin === 'scan-code' ? 1 : 0;
    const codes = [...this.#keyboard.pendingScanCodes, ...events.flatMap((event) => this.#keyboard.scanCodesOf(event))];
    return inBuffer + (this.#translates ? codes.filter((code) => code !== BREAK).length : codes.length);
  }

  portRead(port: number): number {
    return port === KEYBOARD_DATA_PORT ? this.#readData() : this.#readStatus();
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    this.#state.polls = 0;
    this.#state.lastWriteWasCommand = port === KEYBOARD_STATUS_PORT;
    if (port === KEYBOARD_STATUS_PORT) this.#writeCommand(value);
    else this.#writeData(value);
    this.#fill();
  }

  get #translates(): boolean {
    return (this.#state.mode & MODE_TRANSLATE) !== 0;
  }

  /** Reading an empty buffer gives the last byte again. */
  #readData(): number {
    const s = this.#state;
    const { output } = s;
    if (!s.outputFull) return output;
    s.outputFull = false;
    s.timeout = false;
    s.polls = 0;
    s.readyNanos = this.#clock.nowNanos + SCAN_CODE_NANOS;
    const wasScanCode = s.outputOrigin === 'scan-code';
    this.#updateLines();
    this.#fill();
    if (wasScanCode) this.#outputs.scanCodeTaken();
    return output;
  }

  #readStatus(): number {
    const s = this.#state;
    if (!s.outputFull) {
      s.polls++;
      s.lastPollNanos = this.#clock.nowNanos;
    }
    return (
      STATUS_UNLOCKED |
      (s.outputFull ? STATUS_OUTPUT_FULL : 0) |
      (s.systemFlag ? STATUS_SYSTEM : 0) |
      (s.lastWriteWasCommand ? STATUS_COMMAND : 0) |
      (s.outputFull && s.outputOrigin === 'auxiliary' ? STATUS_AUXILIARY : 0) |
      (s.timeout ? STATUS_TIMEOUT : 0)
    );
  }

  #writeCommand(command: number): void {
    const s = this.#state;
    s.command = 0;
    if (command >= COMMAND_READ_RAM && command < COMMAND_READ_RAM + 32) {
      const address = command - COMMAND_READ_RAM;
      this.#put(address === 0 ? s.mode : (s.ram[address] ?? 0), 'controller');
      return;
    }
    if (command >= COMMAND_WRITE_RAM && command < COMMAND_WRITE_RAM + 32) {
      s.command = command;
      return;
    }
    if (command >= COMMAND_PULSE) {
      if ((command & OUTPUT_RESET) === 0) this.#outputs.reset();
      return;
    }
    switch (command) {
      case COMMAND_DISABLE_AUXILIARY:
        s.mode |= MODE_AUXILIARY_DISABLED;
        break;
      case COMMAND_ENABLE_AUXILIARY:
        s.mode &= ~MODE_AUXILIARY_DISABLED;
        break;
      case COMMAND_TEST_AUXILIARY:
      case COMMAND_TEST_KEYBOARD:
        this.#put(INTERFACE_TEST_PASSED, 'controller');
        break;
      case COMMAND_SELF_TEST:
        s.systemFlag = true;
        this.#put(SELF_TEST_PASSED, 'controller');
        break;
      case COMMAND_DISABLE_KEYBOARD:
        s.mode |= MODE_KEYBOARD_DISABLED;
        break;
      case COMMAND_ENABLE_KEYBOARD:
        s.mode &= ~MODE_KEYBOARD_DISABLED;
        break;
      case COMMAND_READ_INPUT_PORT:
        this.#put(INPUT_PORT, 'controller');
        break;
      case COMMAND_READ_OUTPUT_PORT:
        this.#put(this.#outputPort(), 'controller');
        break;
      case COMMAND_CLOSE_A20:
      case COMMAND_OPEN_A20:
        this.#outputs.a20Gate.set(command === COMMAND_OPEN_A20);
        break;
      case COMMAND_WRITE_OUTPUT_PORT:
      case COMMAND_WRITE_KEYBOARD_BUFFER:
      case COMMAND_WRITE_AUXILIARY_BUFFER:
      case COMMAND_WRITE_AUXILIARY:
        s.command = command;
        break;
      // All others do nothing, as on the real chip.
    }
  }

  #writeData(value: number): void {
    const s = this.#state;
    const { command } = s;
    s.command = 0;
    switch (command) {
      case 0:
        // Sending to the keyboard switches its clock on.
        s.mode &= ~MODE_KEYBOARD_DISABLED;
        this.#keyboard.receive(value);
        break;
      case COMMAND_WRITE_OUTPUT_PORT:
        this.#outputs.a20Gate.set((value & OUTPUT_A20) !== 0);
        if ((value & OUTPUT_RESET) === 0) this.#outputs.reset();
        break;
      case COMMAND_WRITE_KEYBOARD_BUFFER:
        this.#put(value, 'controller');
        break;
      case COMMAND_WRITE_AUXILIARY_BUFFER:
        this.#put(value, 'auxiliary');
        break;
      case COMMAND_WRITE_AUXILIARY:
        this.#put(NO_DEVICE, 'auxiliary');
        s.timeout = true;
        break;
      case COMMAND_WRITE_RAM:
        s.mode = value & 0x7f;
        s.systemFlag = (value & MODE_SYSTEM) !== 0;
        this.#updateLines();
        break;
      default:
        s.ram[command - COMMAND_WRITE_RAM] = value;
    }
  }

  #outputPort(): number {
    const { outputFull, outputOrigin } = this.#state;
    const full = outputOrigin === 'auxiliary' ? OUTPUT_AUXILIARY_FULL : OUTPUT_KEYBOARD_FULL;
    return OUTPUT_IDLE_LINES | OUTPUT_RESET | (this.#outputs.a20Gate.isOpen ? OUTPUT_A20 : 0) | (outputFull ? full : 0);
  }

  #put(byte: number, origin: Origin): void {
    const s = this.#state;
    s.output = byte;
    s.outputFull = true;
    s.outputOrigin = origin;
    s.timeout = false;
    this.#updateLines();
  }

  /** Takes the next byte from the keyboard when there is room and, for scan codes, time has come. */
  #fill(): void {
    const s = this.#state;
    if (s.outputFull || s.mode & MODE_KEYBOARD_DISABLED) return;
    if (this.#keyboard.hasAnswer) {
      this.#putTranslated(() => this.#keyboard.nextAnswer(), 'answer');
      return;
    }
    const waitNanos = s.readyNanos - this.#clock.nowNanos;
    if (waitNanos <= 0) {
      this.#putTranslated(() => this.#keyboard.nextScanCode(), 'scan-code');
    } else if (!this.#alarm) {
      this.#alarm = this.#clock.schedule(waitNanos, () => {
        this.#alarm = undefined;
        this.#fill();
      });
    }
  }

  #putTranslated(next: () => number | undefined, origin: Origin): void {
    const s = this.#state;
    for (let byte = next(); byte !== undefined; byte = next()) {
      if (!this.#translates) {
        this.#put(byte, origin);
        return;
      }
      if (byte !== BREAK) {
        const translated = translateScanCode(byte) | (s.breakSeen ? 0x80 : 0);
        s.breakSeen = false;
        this.#put(translated, origin);
        return;
      }
      s.breakSeen = true;
    }
  }

  #updateLines(): void {
    const { mode, outputFull, outputOrigin } = this.#state;
    const isAuxiliary = outputOrigin === 'auxiliary';
    this.#keyboardLine.set(outputFull && !isAuxiliary && (mode & MODE_KEYBOARD_INTERRUPT) !== 0);
    this.#auxiliaryLine.set(outputFull && isAuxiliary && (mode & MODE_AUXILIARY_INTERRUPT) !== 0);
  }
}
