/**
 * Recorded input as a text file, what `--record-inputs` writes and `--inputs` reads: where the random numbers of the run started,
 * then one event a line, with the exact point of guest time at which it entered. The same image and options with the same file
 * run the same to the byte.
 *
 *     longmode inputs 2
 *     random-seed 0                      as of --random-seed
 *     1203345 1203345 down KeyH          instructions retired, guest time in ns, event
 *     1203345 9000000 up KeyH
 *     2000000 11000000 serial 1 68 69    bytes for COM1
 */
import { type InputEvent, isKeyCode } from '@longmode/machine';

const HEADER = 'longmode inputs 2';

/** All that entered a machine from outside. */
export interface Recording {
  /** `Machine.randomSeed`: a whole number from 0 to 2^53 - 1. */
  readonly randomSeed: number;
  /** `Machine.inputs`. */
  readonly inputs: readonly InputEvent[];
}

/** The file's text. */
export function formatRecording({ randomSeed, inputs }: Recording): string {
  const lines = inputs.map((input) => {
    const when = `${input.instructions} ${input.timeNanos}`;
    if (input.kind === 'key') return `${when} ${input.down ? 'down' : 'up'} ${input.code}`;
    return `${when} serial ${input.port} ${input.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
  });
  return [HEADER, `random-seed ${randomSeed}`, ...lines, ''].join('\n');
}

/**
 * Reads the file back.
 * @param name the file's, for messages
 * @throws Error of one line that names file and line
 */
export function parseRecording(text: string, name: string): Recording {
  const [header, seed = '', ...lines] = text.split(/\r?\n/);
  if (header !== HEADER) throw new Error(`${name}:1: expected "${HEADER}", found "${(header ?? '').slice(0, 40)}"`);
  const randomSeed = Number(/^random-seed (\d{1,16})$/.exec(seed)?.[1]);
  if (!Number.isSafeInteger(randomSeed))
    throw new Error(
      `${name}:2: expected "random-seed" and a whole number from 0 to 2^53 - 1, found "${seed.slice(0, 40)}"`,
    );
  const inputs: InputEvent[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const input = parseLine(line);
    const place = `${name}:${i + 3}`;
    if (!input) throw new Error(`${place}: expected an event such as "1200000 1200000 down KeyA", found "${line}"`);
    const before = inputs.at(-1);
    if (before && (input.instructions < before.instructions || input.timeNanos < before.timeNanos)) {
      throw new Error(`${place}: it is earlier than the event before it`);
    }
    inputs.push(input);
  });
  return { randomSeed, inputs };
}

function parseLine(line: string): InputEvent | undefined {
  const match = /^(\d{1,15}) (\d{1,15}) (?:(down|up) (\w+)|serial ([1-4])((?: [0-9a-f]{2})+))$/.exec(line);
  if (!match) return undefined;
  const [, instructions, timeNanos, direction, code = '', port, bytes = ''] = match;
  const when = { instructions: Number(instructions), timeNanos: Number(timeNanos) };
  if (direction) return isKeyCode(code) ? { ...when, kind: 'key', code, down: direction === 'down' } : undefined;
  const values = bytes
    .trim()
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16));
  return { ...when, kind: 'serial', port: Number(port) as 1 | 2 | 3 | 4, bytes: values };
}
