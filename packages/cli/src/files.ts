/** Reading images and finding the core's code on disk: the only place that turns paths into bytes. */
import { existsSync, openSync, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CoreCode, Engine } from '@longmode/machine';
import { UserError } from './errors.ts';
import { ExitCode } from './exit-codes.ts';

/** Node reads no larger file in one piece. */
const mostFileBytes = 2 ** 31 - 1;

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a part of the path is not a folder',
  ERR_INVALID_ARG_VALUE: 'the path contains a NUL',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

/** The cause of a failed file operation in words. */
function fileErrorCause(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && causes[code]) || code || message;
}

/**
 * Reads a file whole.
 * @param what what the file is to the user, for messages: `kernel`, `module`
 * @throws UserError (66) if there is no such regular file or it cannot be read, (65) if it is empty or above 2 GiB
 */
export async function readImage(path: string | URL, what: string): Promise<Uint8Array> {
  const shown = path instanceof URL ? path.href : path;
  if (shown === '') throw new UserError(ExitCode.noInput, `the ${what}'s path is empty`, 'name a file');
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      const kind = stats.isDirectory() ? 'it is a folder' : 'it is not a regular file';
      throw new UserError(ExitCode.noInput, `cannot read ${what} ${shown}: ${kind}`, 'name the file itself');
    }
    if (stats.size > mostFileBytes) {
      throw new UserError(ExitCode.badImage, `${what} ${shown} has ${stats.size} bytes: the most is ${mostFileBytes}`);
    }
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(ExitCode.noInput, `cannot read ${what} ${shown}: ${fileErrorCause(error)}`, 'check the path');
  }
}

/** Reads a text file that an option names. @throws UserError (66) if it cannot be read */
export async function readText(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(ExitCode.noInput, `${option}: cannot read ${path}: ${fileErrorCause(error)}`, 'check the path');
  }
}

/** Opens (and empties) an output file. @throws UserError (2) if that is impossible; `option` is who named it */
export function openForWriting(path: string, option: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UserError(ExitCode.usage, `${option}: cannot write ${path}: ${fileErrorCause(error)}`, 'check the path');
  }
}

/** Writes all bytes before it returns. @throws UserError (2) if they cannot be written; `path` is for the message */
export function writeAll(descriptor: number, bytes: Uint8Array, path: string): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      // A pipe whose reader is slower than we are.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue;
      throw new UserError(ExitCode.usage, `cannot write ${path}: ${fileErrorCause(error)}`);
    }
  }
}

/** The core's file: beside this module in the bundle, in its package when run from source. */
function coreFile(name: 'core.wasm' | 'core.js'): string {
  const beside = fileURLToPath(new URL(`./${name}`, import.meta.url));
  if (existsSync(beside)) return beside;
  try {
    return createRequire(import.meta.url).resolve(`@longmode/cpu-wasm/${name}`);
  } catch {
    throw new UserError(ExitCode.software, `the processor core ${name} has not been built`, 'run: npm run build');
  }
}

/** Loads the code which `engine` runs: a compiled Wasm module, or the JavaScript twin's factory. */
export async function loadCoreCode(engine: Engine): Promise<CoreCode> {
  if (engine === 'js') return (await import(pathToFileURL(coreFile('core.js')).href)).instantiate;
  const bytes = await readFile(coreFile('core.wasm'));
  return WebAssembly.compile(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength));
}
