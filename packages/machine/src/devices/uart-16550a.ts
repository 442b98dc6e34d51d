/**
 * 16550A universal asynchronous receiver/transmitter with FIFOs.
 * Datasheet: National Semiconductor PC16550D, https://www.ti.com/lit/ds/symlink/pc16550d.pdf
 *
 *   offset  DLAB=0 read      DLAB=0 write     DLAB=1
 *   0       RBR receive      THR transmit     DLL divisor, low byte
 *   1       IER                               DLM divisor, high byte
 *   2       IIR identify     FCR FIFO control
 *   3       LCR line control
 *   4       MCR modem control
 *   5       LSR line status  (factory test)
 *   6       MSR modem status (read only here)
 *   7       SCR scratch
 *
 * The far end is always there: CTS, DSR and DCD are asserted. A character leaves the moment it is written, so the
 * transmitter is always empty; it is handed over as 8 bits whatever the word length, because many guests never set
 * one. Incoming bytes are pulled from the far end as they come and when the receiver is empty, so none is lost;
 * overruns happen in loopback mode only. Baud rate matters to the character time-out alone. Parity and framing errors
 * do not occur.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { PortDevice } from '../bus/port-bus.ts';
import type { Alarm, Clock } from '../clock.ts';

/** Where the four serial ports of a PC are, COM1 first. */
export const COM_PORTS = [0x3f8, 0x2f8, 0x3e8, 0x2e8] as const;
/** Ports of one UART. */
export const UART_PORT_COUNT = 8;

const DATA = 0; // RBR, THR, DLL
const IER = 1; // interrupt enable, DLM
const IIR_FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const IER_ERBFI = 1 << 0; // received data available
const IER_ETBEI = 1 << 1; // transmitter holding register empty
const IER_ELSI = 1 << 2; // receiver line status
const IER_EDSSI = 1 << 3; // modem status
const IER_IMPLEMENTED = 0x0f;

const IIR_NONE = 0x01;
const IIR_MODEM_STATUS = 0x00;
const IIR_THR_EMPTY = 0x02;
const IIR_DATA_AVAILABLE = 0x04;
const IIR_LINE_STATUS = 0x06;
const IIR_CHARACTER_TIMEOUT = 0x0c;
const IIR_FIFOS_ENABLED = 0xc0;

const FCR_ENABLE = 1 << 0;
const FCR_CLEAR_RECEIVER = 1 << 1;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const; // FCR bits 7:6

const LCR_WORD_LENGTH = 0x03; // 5 bits plus this
const LCR_STOP_BITS = 1 << 2;
const LCR_PARITY_ENABLE = 1 << 3;
const LCR_BREAK = 1 << 6;
const LCR_DLAB = 1 << 7; // divisor latch access

const MCR_DTR = 1 << 0;
const MCR_RTS = 1 << 1;
const MCR_OUT1 = 1 << 2;
const MCR_OUT2 = 1 << 3; // on a PC: gates the interrupt line
const MCR_LOOP = 1 << 4;
const MCR_IMPLEMENTED = 0x1f;

const LSR_DR = 1 << 0; // data ready
const LSR_OE = 1 << 1; // overrun error
const LSR_BI = 1 << 4; // break interrupt
const LSR_THRE = 1 << 5; // transmitter holding register empty
const LSR_TEMT = 1 << 6; // transmitter empty
const LSR_FIFO_ERROR = 1 << 7;
const LSR_EVENTS = 0x1e; // what raises a line status interrupt

const MSR_DCTS = 1 << 0;
const MSR_DDSR = 1 << 1;
const MSR_TERI = 1 << 2; // trailing edge of the ring indicator
const MSR_DDCD = 1 << 3;
const MSR_CTS = 1 << 4;
const MSR_DSR = 1 << 5;
const MSR_RI = 1 << 6;
const MSR_DCD = 1 << 7;
const MSR_DELTAS = 0x0f;

const FIFO_SIZE = 16;
/** Marks a received character as a break; sits above its 8 data bits. */
const BREAK_FLAG = 0x100;
/** 115,200 baud with divisor 1: one bit takes 16 periods of the 1.8432 MHz crystal. */
const NANOS_PER_BIT_AT_DIVISOR_1 = 1e9 / 115200;

/** What is plugged into the serial port. */
export interface SerialPeer {
  /** Takes a byte that the guest sent. */
  transmitted(byte: number): void;
  /** Gives the next byte for the guest, or undefined if there is none now. */
  nextReceived(): number | undefined;
}

/** Everything the chip remembers. */
export interface Uart16550aState {
  interruptEnable: number;
  fifoControl: number;
  lineControl: number;
  modemControl: number;
  modemStatus: number;
  scratch: number;
  divisor: number;
  /** LSR bits that stay until LSR is read. */
  lineErrors: number;
  /** Received characters, oldest first; bit 8 marks a break. */
  received: number[];
  transmitterEmptyPending: boolean;
  characterTimeoutPending: boolean;
}

export class Uart16550a implements PortDevice {
  readonly #clock: Clock;
  readonly #line: InterruptLine;
  readonly #peer: SerialPeer;
  #characterTimeout: Alarm | undefined;
  #state: Uart16550aState = resetState();

  constructor(clock: Clock, line: InterruptLine, peer: SerialPeer) {
    this.#clock = clock;
    this.#line = line;
    this.#peer = peer;
    this.reset();
  }

  /** Datasheet table II; the divisor, undefined there, becomes that of 9600 baud. */
  reset(): void {
    this.#state = resetState();
    this.#cancelCharacterTimeout();
    this.#update();
  }

  /** Tells the chip that its peer has something to say. */
  receiveReady(): void {
    this.#pull();
    this.#update();
  }

  /** Whether a byte from the peer would raise the interrupt line, at once or after the character time-out. */
  get canRaiseInterrupt(): boolean {
    const s = this.#state;
    return (
      this.#isLineEnabled &&
      (s.interruptEnable & IER_ERBFI) !== 0 &&
      s.received.length < this.#capacity &&
      !this.#isAsserted
    );
  }

  /** Whether the interrupt line will rise by itself. */
  get willRaiseInterrupt(): boolean {
    return (
      this.#characterTimeout !== undefined && this.#isLineEnabled && (this.#state.interruptEnable & IER_ERBFI) !== 0
    );
  }

  portRead(port: number): number {
    const s = this.#state;
    switch (port & 7) {
      case DATA:
        return s.lineControl & LCR_DLAB ? s.divisor & 0xff : this.#readReceiver();
      case IER:
        return s.lineControl & LCR_DLAB ? s.divisor >> 8 : s.interruptEnable;
      case IIR_FCR:
        return this.#readInterruptIdentification();
      case LCR:
        return s.lineControl;
      case MCR:
        return s.modemControl;
      case LSR: {
        const status = this.#lineStatus();
        s.lineErrors = 0;
        this.#update();
        return status;
      }
      case MSR: {
        const status = s.modemStatus;
        s.modemStatus &= ~MSR_DELTAS;
        this.#update();
        return status;
      }
      default: // SCR
        return s.scratch;
    }
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    const s = this.#state;
    switch (port & 7) {
      case DATA:
        if (s.lineControl & LCR_DLAB) s.divisor = (s.divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case IER:
        if (s.lineControl & LCR_DLAB) s.divisor = (s.divisor & 0xff) | (value << 8);
        else this.#writeInterruptEnable(value & IER_IMPLEMENTED);
        break;
      case IIR_FCR:
        this.#writeFifoControl(value);
        break;
      case LCR:
        if (s.modemControl & MCR_LOOP && value & ~s.lineControl & LCR_BREAK) this.#receive(BREAK_FLAG);
        s.lineControl = value;
        break;
      case MCR:
        s.modemControl = value & MCR_IMPLEMENTED;
        this.#updateModemStatus();
        this.#pull();
        break;
      case SCR:
        s.scratch = value;
        break;
      // LSR and MSR are read only: the datasheet reserves writing them for factory tests.
    }
    this.#update();
  }

  #readReceiver(): number {
    const character = this.#state.received.shift() ?? 0;
    this.#state.characterTimeoutPending = false;
    this.#noteHeadError();
    this.#restartCharacterTimeout();
    this.#update(); // the line falls when the last character has been read, so that the next one is an edge
    if (this.#state.received.length === 0) {
      this.#pull();
      this.#update();
    }
    return character & 0xff;
  }

  #readInterruptIdentification(): number {
    const identification = this.#pendingInterrupt();
    if (identification === IIR_THR_EMPTY) {
      this.#state.transmitterEmptyPending = false;
      this.#update();
    }
    return identification | (this.#fifosEnabled ? IIR_FIFOS_ENABLED : 0);
  }

  #writeInterruptEnable(value: number): void {
    // Enabling the interrupt while the transmitter is empty, as it always is here, raises it at once.
    if (value & ~this.#state.interruptEnable & IER_ETBEI) this.#state.transmitterEmptyPending = true;
    this.#state.interruptEnable = value;
  }

  #writeFifoControl(value: number): void {
    const s = this.#state;
    const toggled = ((value ^ s.fifoControl) & FCR_ENABLE) !== 0;
    if (toggled || value & FCR_CLEAR_RECEIVER) {
      s.received = [];
      s.characterTimeoutPending = false;
      this.#cancelCharacterTimeout();
    }
    // The clear bits clear themselves; the trigger level is only taken while the FIFOs are on.
    s.fifoControl = value & FCR_ENABLE ? value & ~0x06 : 0;
    this.#pull();
  }

  #transmit(byte: number): void {
    if (this.#state.modemControl & MCR_LOOP) this.#receive(byte);
    else this.#peer.transmitted(byte);
    this.#state.transmitterEmptyPending = true;
  }

  /** Takes characters from the peer as long as there is room; a chip in loopback is deaf. */
  #pull(): void {
    const s = this.#state;
    while (!(s.modemControl & MCR_LOOP) && s.received.length < this.#capacity) {
      const byte = this.#peer.nextReceived();
      if (byte === undefined) return;
      this.#receive(byte);
    }
  }

  #receive(character: number): void {
    const s = this.#state;
    if (s.received.length < this.#capacity) {
      s.received.push(character);
      if (s.received.length === 1) this.#noteHeadError();
    } else {
      s.lineErrors |= LSR_OE;
      // Without a FIFO the newcomer replaces the old character; with one the newcomer is lost.
      if (!this.#fifosEnabled) s.received[0] = character;
    }
    s.characterTimeoutPending = false;
    this.#restartCharacterTimeout();
  }

  /** An error shows in LSR when its character is at the head of the FIFO (datasheet 8.3). */
  #noteHeadError(): void {
    if ((this.#state.received[0] ?? 0) & BREAK_FLAG) this.#state.lineErrors |= LSR_BI;
  }

  /** Four character times without traffic report what waits below the trigger level (datasheet 8.7.1). */
  #restartCharacterTimeout(): void {
    this.#cancelCharacterTimeout();
    const s = this.#state;
    if (!this.#fifosEnabled || s.received.length === 0) return;
    const bits =
      1 +
      5 +
      (s.lineControl & LCR_WORD_LENGTH) +
      (s.lineControl & LCR_PARITY_ENABLE ? 1 : 0) +
      (s.lineControl & LCR_STOP_BITS ? 2 : 1);
    // Divisor 0 stops the baud generator of the real chip; the largest one stands for it.
    const bitNanos = NANOS_PER_BIT_AT_DIVISOR_1 * (s.divisor || 0x10000);
    this.#characterTimeout = this.#clock.schedule(4 * bits * bitNanos, () => {
      this.#characterTimeout = undefined;
      s.characterTimeoutPending = true;
      this.#update();
    });
  }

  #cancelCharacterTimeout(): void {
    this.#characterTimeout?.cancel();
    this.#characterTimeout = undefined;
  }

  /** In loopback the modem outputs drive the modem inputs, else the peer asserts CTS, DSR and DCD. */
  #updateModemStatus(): void {
    const s = this.#state;
    const before = s.modemStatus;
    let inputs = MSR_CTS | MSR_DSR | MSR_DCD;
    if (s.modemControl & MCR_LOOP) {
      inputs =
        (s.modemControl & MCR_RTS ? MSR_CTS : 0) |
        (s.modemControl & MCR_DTR ? MSR_DSR : 0) |
        (s.modemControl & MCR_OUT1 ? MSR_RI : 0) |
        (s.modemControl & MCR_OUT2 ? MSR_DCD : 0);
    }
    const changed = before ^ inputs;
    let deltas = before & MSR_DELTAS;
    if (changed & MSR_CTS) deltas |= MSR_DCTS;
    if (changed & MSR_DSR) deltas |= MSR_DDSR;
    if (changed & before & MSR_RI) deltas |= MSR_TERI;
    if (changed & MSR_DCD) deltas |= MSR_DDCD;
    s.modemStatus = inputs | deltas;
  }

  #lineStatus(): number {
    const s = this.#state;
    let status = LSR_THRE | LSR_TEMT | s.lineErrors;
    if (s.received.length > 0) status |= LSR_DR;
    if (this.#fifosEnabled && s.received.some((character) => character & BREAK_FLAG)) status |= LSR_FIFO_ERROR;
    return status;
  }

  /** The pending interrupt of the highest priority (datasheet table IV). */
  #pendingInterrupt(): number {
    const s = this.#state;
    if (s.interruptEnable & IER_ELSI && s.lineErrors & LSR_EVENTS) return IIR_LINE_STATUS;
    if (s.interruptEnable & IER_ERBFI) {
      const trigger = this.#fifosEnabled ? TRIGGER_LEVELS[(s.fifoControl >> 6) as 0 | 1 | 2 | 3] : 1;
      if (s.received.length >= trigger) return IIR_DATA_AVAILABLE;
      if (s.characterTimeoutPending) return IIR_CHARACTER_TIMEOUT;
    }
    if (s.interruptEnable & IER_ETBEI && s.transmitterEmptyPending) return IIR_THR_EMPTY;
    if (s.interruptEnable & IER_EDSSI && s.modemStatus & MSR_DELTAS) return IIR_MODEM_STATUS;
    return IIR_NONE;
  }

  #update(): void {
    this.#line.set(this.#isAsserted);
  }

  get #isAsserted(): boolean {
    return this.#isLineEnabled && this.#pendingInterrupt() !== IIR_NONE;
  }

  /** On a PC, OUT2 connects the interrupt line; in loopback the pin is inactive. */
  get #isLineEnabled(): boolean {
    return (this.#state.modemControl & (MCR_OUT2 | MCR_LOOP)) === MCR_OUT2;
  }

  get #fifosEnabled(): boolean {
    return (this.#state.fifoControl & FCR_ENABLE) !== 0;
  }

  get #capacity(): number {
    return this.#fifosEnabled ? FIFO_SIZE : 1;
  }
}

function resetState(): Uart16550aState {
  return {
    interruptEnable: 0,
    fifoControl: 0,
    lineControl: 0,
    modemControl: 0,
    modemStatus: MSR_CTS | MSR_DSR | MSR_DCD,
    scratch: 0,
    divisor: 12,
    lineErrors: 0,
    received: [],
    transmitterEmptyPending: false,
    characterTimeoutPending: false,
  };
}
