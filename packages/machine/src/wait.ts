/** Somebody who waits for the guest, and how waiting ends. */

import type { End, Screen } from './api.ts';

/** How a wait ended: with what it was for, or with the reason why that will not come now. */
export type WaitOutcome<T> = { readonly found: T } | { readonly end: End };

/** What to wait for. */
export interface WaitCondition<T> {
  /** Looks whether it has come. Called at points of guest time that do not depend on the host. */
  test(): T | undefined;
  /** Whether something the guest did may have brought it; then it is tested at that very instruction. */
  mayCompleteWith?(action: GuestAction): boolean;
}

/** What the guest does that somebody may wait for. */
export type GuestAction =
  /** It sends a byte through a serial port, 1 for COM1. */
  | { readonly kind: 'serial-byte'; readonly port: number; readonly byte: number }
  /** It reads a byte of a key's scan code. */
  | { readonly kind: 'scan-code-taken' };

/** A `waitFor` that will not come true. */
export class WaitError extends Error {
  /** Why not: the machine's end, a limit, a pause, an abort. */
  readonly end: End;

  constructor(what: string, end: End, screen: Screen) {
    super(`${describeEnd(end)} while waiting for ${what}\n${boxedScreen(screen)}`);
    this.name = 'WaitError';
    this.end = end;
  }
}

/** What a machine that has halted for good stands at. */
const HALTED_BY = {
  hlt: 'HLT',
  'jump-to-self': 'a jump to itself',
  'numeric-error': 'an x87 exception that waits for IRQ 13',
} as const;

/** An end in words, as the beginning of a sentence. */
export function describeEnd(end: End): string {
  switch (end.kind) {
    case 'exit':
      return `the guest exited with code 0x${end.code.toString(16)}`;
    case 'halted': {
      const how = HALTED_BY[end.by];
      return `the guest halted for good (${how} at 0x${end.rip.toString(16)}, interrupts ${end.interrupts ? 'on' : 'off'})`;
    }
    case 'triple-fault':
    case 'unimplemented':
      return `the guest stopped: ${end.report.title}`;
    case 'reset':
      return 'the guest asked for a reset';
    case 'until':
      return 'the machine stopped';
    case 'limit':
      return `the guest is still running after ${end.instructions} instructions`;
    case 'idle':
      return 'the guest is idle: it sleeps until it gets input';
    case 'breakpoint':
      return `the guest stopped at the breakpoint 0x${end.rip.toString(16)}`;
    case 'paused':
      return 'the machine was paused';
    case 'aborted':
      return `the run was aborted (${String(end.reason)})`;
  }
}

/** The screen in a box, without the empty rows at its end. */
export function boxedScreen(screen: Screen): string {
  const lines = screen.lines();
  while (lines.length > 1 && lines.at(-1)?.trim() === '') lines.pop();
  const bar = '─'.repeat(screen.columns);
  return [`┌${bar}┐`, ...lines.map((line) => `│${line}│`), `└${bar}┘`].join('\n');
}
