/**
 * The far end of a serial line: keeps what the guest sends and feeds it what the host writes. It stands behind a UART
 * and is what users see as `machine.serial`.
 */

import type { Input, Limits, Match, Serial } from './api.ts';
import { ByteLog } from './byte-log.ts';
import type { SerialPeer } from './devices/uart-16550a.ts';
import { encodeUtf8 } from './host.ts';
import { describePattern, findMatch } from './pattern.ts';
import type { GuestAction, WaitCondition, WaitOutcome } from './wait.ts';

/** What a serial port needs of its machine. */
export interface SerialPortOwner {
  wait<T>(condition: WaitCondition<T>, limits: Limits | undefined): Promise<WaitOutcome<T>>;
  /** Like `wait`, but throws a `WaitError` that says what was waited for. */
  waitOrThrow<T>(condition: WaitCondition<T>, what: string, limits: Limits | undefined): Promise<T>;
  /** Called for every byte that the guest sends, inside the instruction that sends it. */
  byteSent(port: number, byte: number): void;
  enterInput(input: Input): void;
}

const NEWLINE = 0x0a;

export class SerialPort implements Serial, SerialPeer {
  readonly #port: 1 | 2 | 3 | 4;
  readonly #owner: SerialPortOwner;
  readonly #log = new ByteLog();
  #pending: number[] = [];
  #nextPending = 0;
  /** Characters of all output that a `waitFor` has consumed. */
  #consumed = 0;

  /** @param port 1 for COM1 */
  constructor(port: 1 | 2 | 3 | 4, owner: SerialPortOwner) {
    this.#port = port;
    this.#owner = owner;
  }

  output(): string {
    return this.#log.text();
  }

  bytes(): Uint8Array {
    return this.#log.bytes();
  }

  write(data: string | Uint8Array): void {
    const bytes = [...(typeof data === 'string' ? encodeUtf8(data) : data)];
    if (bytes.length > 0) this.#owner.enterInput({ kind: 'serial', port: this.#port, bytes });
  }

  /** Bytes have come through the machine's door. */
  accept(bytes: readonly number[]): void {
    for (const byte of bytes) this.#pending.push(byte);
  }

  get pendingBytes(): number {
    return this.#pending.length - this.#nextPending;
  }

  async waitFor(pattern: string | RegExp, limits?: Limits): Promise<Match> {
    const what = `${describePattern(pattern)} on serial port COM${this.#port}`;
    const match = await this.#owner.waitOrThrow(this.condition(pattern), what, limits);
    return match;
  }

  /**
   * The condition that the pattern is in the output not yet consumed; finding it consumes it. A string is looked for
   * at each byte that could be its last, a regular expression at each end of a line and with the screen.
   */
  condition(pattern: string | RegExp): WaitCondition<Match> {
    const lastByte = typeof pattern === 'string' ? encodeUtf8(pattern).at(-1) : NEWLINE;
    return {
      test: () => {
        const start = Math.max(0, this.#consumed - this.#log.droppedCharacters);
        const match = findMatch(pattern, this.#log.text().slice(start));
        if (match) this.#consumed = this.#log.droppedCharacters + start + match.before.length + match.text.length;
        return match;
      },
      mayCompleteWith: (action) => this.#isSent(action, lastByte),
    };
  }

  /** Lines as they come, without their ends; the last one even if incomplete. Ends with the machine. */
  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    let position = 0;
    const line: WaitCondition<string> = {
      test: () => {
        const rest = this.#log.text().slice(Math.max(0, position - this.#log.droppedCharacters));
        const end = rest.indexOf('\n');
        return end < 0 ? undefined : rest.slice(0, end);
      },
      mayCompleteWith: (action) => this.#isSent(action, NEWLINE),
    };
    for (;;) {
      const outcome = await this.#owner.wait(line, undefined);
      if (!('found' in outcome)) break;
      position += outcome.found.length + 1;
      yield outcome.found.replace(/\r$/, '');
    }
    const rest = this.#log.text().slice(Math.max(0, position - this.#log.droppedCharacters));
    if (rest !== '') yield rest;
  }

  #isSent(action: GuestAction, byte: number | undefined): boolean {
    return action.kind === 'serial-byte' && action.port === this.#port && action.byte === byte;
  }

  transmitted(byte: number): void {
    this.#log.append(byte);
    this.#owner.byteSent(this.#port, byte);
  }

  nextReceived(): number | undefined {
    if (this.#nextPending === this.#pending.length) return undefined;
    const byte = this.#pending[this.#nextPending++];
    if (this.#nextPending === this.#pending.length) {
      this.#pending = [];
      this.#nextPending = 0;
    }
    return byte;
  }
}
