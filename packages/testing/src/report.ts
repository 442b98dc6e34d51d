/** What a failure says about the machine: screen, serial output, and how the guest ended. */

import { boxedScreen, describeEnd, formatPostMortem, type Machine } from '@longmode/machine';

/** More of the serial output than this is no help in a message. */
const SERIAL_LINES = 12;

/** 1,204,331 */
export function grouped(count: number | bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A value as it is written in source: addresses and other bigints in hexadecimal. */
export function literal(value: unknown): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}n`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return `${value.length} bytes`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  if (value instanceof URL) return JSON.stringify(value.href);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return `{ ${fields.join(', ')} }`;
}

/** The machine as it stands: the screen in a box, the last serial output, the end with its post mortem. */
export function describeMachine(machine: Machine): string {
  const parts = [`screen after ${grouped(machine.instructions)} instructions`, boxedScreen(machine.screen)];
  const serial = machine.serial.output().trimEnd();
  if (serial !== '') {
    const lines = serial.split(/\r?\n/);
    const shown = lines.slice(-SERIAL_LINES);
    parts.push(lines.length > shown.length ? `the last ${shown.length} lines of serial output` : 'serial output');
    parts.push(...shown.map((line) => `  ${line}`));
  }
  const end = machine.ended;
  if (end) parts.push('report' in end ? formatPostMortem(end.report, { screen: false }) : `${describeEnd(end)}`);
  return parts.join('\n');
}
