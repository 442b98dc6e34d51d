/**
 * Writes what the guest does as text, one event a line. Lines are collected and written in large pieces,
 * synchronously: a trace is far faster made than written, and nothing may be lost when the process ends.
 */
import { closeSync } from 'node:fs';
import { formatLocation, type Machine, type TraceCategory, type TraceEvent } from '@longmode/machine';
import { disassemble } from './disassembler.ts';
import { writeAll } from './files.ts';
import { formatBytes } from './outcome.ts';

const pieceCharacters = 1 << 16;
const bytesWidth = 15 * 3;

function formatEvent(event: TraceEvent, machine: Machine): string {
  const place = formatLocation(machine.symbols.locate(event.rip));
  switch (event.kind) {
    case 'instruction': {
      const instruction = disassemble(event.bytes, event.rip, event.bits);
      const bytes = formatBytes(instruction ? event.bytes.subarray(0, instruction.lengthBytes) : event.bytes);
      return `insn ${place}  ${bytes.padEnd(bytesWidth)}${instruction?.text ?? '(no known instruction)'}`;
    }
    case 'exception': {
      const errorCode = event.errorCode === undefined ? '' : ` error code 0x${event.errorCode.toString(16)}`;
      const cr2 = event.vector === 14 ? ` cr2 0x${event.cr2.toString(16)}` : '';
      return `exc  ${place}  vector ${event.vector}${errorCode}${cr2}`;
    }
    case 'port': {
      const value = `0x${event.value.toString(16).padStart(event.sizeBytes * 2, '0')}`;
      const unclaimed = event.claimed ? '' : '  (no device)';
      return `io   ${place}  ${event.direction.padEnd(3)} 0x${event.port.toString(16)} ${value}${unclaimed}`;
    }
    case 'msr': {
      const number = `0x${event.number.toString(16)}`;
      const value = event.direction === 'write' ? ` 0x${event.value.toString(16).padStart(16, '0')}` : '';
      return `msr  ${place}  ${event.direction.padEnd(5)} ${number}${value}  (unknown: ${event.ignored ? 'ignored' : '#GP'})`;
    }
  }
}

/** Traces a machine to a file descriptor from its making until it is disposed. */
export class TraceWriter {
  private readonly descriptor: number;
  private readonly path: string | undefined;
  private readonly subscription: Disposable;
  private pending = '';

  /** @param path the file behind the descriptor, which is then closed at the end; undefined for standard error */
  constructor(machine: Machine, categories: readonly TraceCategory[], descriptor: number, path: string | undefined) {
    this.descriptor = descriptor;
    this.path = path;
    this.subscription = machine.trace(categories, (event) => {
      this.pending += `${formatEvent(event, machine)}\n`;
      if (this.pending.length >= pieceCharacters) this.flush();
    });
  }

  /** Writes what is left and stops tracing. */
  [Symbol.dispose](): void {
    this.subscription[Symbol.dispose]();
    this.flush();
    if (this.path !== undefined) closeSync(this.descriptor);
  }

  private flush(): void {
    const bytes = Buffer.from(this.pending);
    this.pending = '';
    writeAll(this.descriptor, bytes, this.path ?? 'the trace to standard error');
  }
}
