/** `longmode build`: a kernel from TypeScript. The compilers are loaded when this is, and by nothing else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { buildKernel, type KernelFileOptions } from '../build.ts';
import { UserError } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import { readImage } from '../files.ts';
import type { Host } from '../host.ts';

/** What the command line says. */
export interface BuildCommandOptions extends Pick<KernelFileOptions, 'heapBytes' | 'stackBytes'> {
  /** Where the image goes. Default: beside the source, with the ending `.elf`. */
  readonly output?: string;
}

/**
 * Builds `kernel` and writes the image.
 * @returns the exit code
 * @throws UserError if the source cannot be read or compiled, or the image not be written
 */
export async function buildCommand(kernel: string, options: BuildCommandOptions, host: Host): Promise<number> {
  await readImage(kernel, 'kernel'); // says better than the compiler what is wrong with a path
  if (!kernel.endsWith('.ts')) {
    throw new UserError(ExitCode.usage, `${kernel} is no TypeScript file`, 'to boot an image: longmode boot <kernel>');
  }
  const { output = kernel.replace(/\.ts$/, '.elf'), ...sizes } = options;
  const {
    elf,
    warnings,
    sizes: parts,
  } = await buildKernel(kernel, sizes).catch((error) => {
    if (error.name === 'RangeError') throw new UserError(ExitCode.usage, error.message);
    if (error.name !== 'CompileError') throw error;
    host.stderr.write(`${error.message}\n`);
    throw new UserError(ExitCode.badImage, `${kernel} does not compile, see above`);
  });
  if (warnings !== '') host.stderr.write(`${warnings}\n`);
  try {
    mkdirSync(dirname(resolve(output)), { recursive: true });
    writeFileSync(output, elf);
  } catch (error) {
    throw new UserError(ExitCode.usage, `--output: cannot write ${output}: ${(error as Error).message}`);
  }
  const shown = relative('.', resolve(output));
  host.stdout.write(`${shown}: ${elf.length} bytes, of them ${parts.text} of code\n`);
  return ExitCode.success;
}
