/** What is typed without hands: `--type`, `--keys`, `--inputs`, read and checked before anything boots. */
import { UserError } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import { readText } from '../files.ts';
import { parseRecording, type Recording } from './recording.ts';
import { parseScript, type ScriptCommand, ScriptError, scriptOfText } from './script.ts';

/** The options as given. */
export interface InputOptions {
  readonly type?: string;
  /** Path of a script. */
  readonly keys?: string;
  /** Path of a recording. */
  readonly inputs?: string;
}

/** What to perform, and what to hand to the machine. */
export interface InputPlan {
  readonly script: readonly ScriptCommand[];
  readonly recorded: Recording | undefined;
}

/** Reads the files. @throws UserError if one cannot be read, or is wrong (2) */
export async function planInput({ type, keys, inputs }: InputOptions): Promise<InputPlan> {
  const script = keys === undefined ? [] : parsed(await readText(keys, '--keys'), (text) => parseScript(text, keys));
  const typed = type === undefined ? [] : parsed(type, scriptOfText);
  const recorded =
    inputs === undefined
      ? undefined
      : parsed(await readText(inputs, '--inputs'), (text) => parseRecording(text, inputs));
  return { script: [...script, ...typed], recorded };
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    const remedy =
      error instanceof ScriptError
        ? 'a line is: type "text", press Ctrl+KeyC, wait "text", sleep 10ms, ...'
        : undefined;
    throw new UserError(ExitCode.usage, (error as Error).message, remedy);
  }
}
