/** The files that a run writes, and where its serial output goes. */
import type { Machine } from '@longmode/machine';
import { openForWriting, writeAll } from '../files.ts';
import type { Host } from '../host.ts';
import type { OutputPlan } from '../output-plan.ts';

/** A file that is open. */
export interface OutputFile {
  readonly descriptor: number;
  readonly path: string;
}

/**
 * All of them, opened once a machine has booted (a mistyped kernel empties no file) and kept: a guest that is reset goes on
 * in the same file.
 */
export class Outputs {
  readonly serial: OutputFile | undefined;
  readonly inputs: OutputFile | undefined;
  readonly screenshot: OutputFile | undefined;

  /** @throws UserError (2) for one that cannot be written */
  constructor(plan: OutputPlan, paths: { readonly recordInputs?: string; readonly screenshot?: string }) {
    this.serial = plan.serial.kind === 'file' ? open(plan.serial.path, '--serial') : undefined;
    this.inputs = paths.recordInputs === undefined ? undefined : open(paths.recordInputs, '--record-inputs');
    this.screenshot = paths.screenshot === undefined ? undefined : open(paths.screenshot, '--screenshot');
  }

  /** Sends what the guest writes to COM1 where the plan says. */
  connectSerial(machine: Machine, plan: OutputPlan, host: Host): void {
    const { serial } = this;
    if (!serial && plan.serial.kind !== 'stdout') return;
    machine.on('serial', ({ port, bytes }) => {
      if (port !== 1) return;
      if (serial) writeAll(serial.descriptor, bytes, serial.path);
      else host.stdout.write(bytes.slice());
    });
  }
}

function open(path: string, option: string): OutputFile {
  return { descriptor: openForWriting(path, option), path };
}

/** Writes a text as UTF-8. */
export function writeText({ descriptor, path }: OutputFile, text: string): void {
  writeAll(descriptor, new TextEncoder().encode(text), path);
}
