/**
 * Longmode as a library for Node: `boot` takes paths where the machine takes bytes, and brings the core's code along.
 *
 *     import { boot } from 'longmode';
 *     await using machine = await boot('kernel.elf');
 *     await machine.screen.waitFor('OKAY');
 */
import {
  type BootModule,
  boot as bootMachine,
  type CoreCode,
  type Machine,
  type BootOptions as MachineBootOptions,
} from '@longmode/machine';
import { useBranchHints } from './branch-hints.ts';
import { disassemble } from './disassembler.ts';
import { loadCoreCode, readImage } from './files.ts';

export * from '@longmode/machine';
export { disassemble } from './disassembler.ts';
export { UserError } from './errors.ts';

/** A boot module whose bytes are in a file. */
export interface ModuleFile {
  readonly path: string | URL;
  /** The module's own command line. */
  readonly cmdline?: string;
}

/** What to boot, on what machine; paths are relative to the working directory. */
export interface BootOptions extends Omit<MachineBootOptions, 'kernel' | 'code' | 'modules'> {
  /** The kernel image: its path, or its bytes. */
  readonly kernel: string | URL | Uint8Array;
  /** Boot modules, as paths, as paths with a command line, or as bytes. */
  readonly modules?: readonly (string | URL | ModuleFile | BootModule)[];
  /** The core's code, if it does not come from this package. */
  readonly code?: CoreCode;
}

async function readModule(module: string | URL | ModuleFile | BootModule): Promise<BootModule> {
  if (typeof module === 'string' || module instanceof URL) return readModule({ path: module });
  if ('bytes' in module) return module;
  const bytes = await readImage(module.path, 'module');
  const name = module.path.toString();
  return { bytes, name, ...(module.cmdline === undefined ? {} : { cmdline: module.cmdline }) };
}

/**
 * Boots a kernel: the machine stands at the entry point and runs when told to.
 * In Node 20 to 24 it sets a flag of V8's, for faster code (branch-hints.ts).
 * @throws UserError if a file cannot be read, LoaderError if the image cannot be booted, RangeError for a bad option
 */
export async function boot(what: string | URL | BootOptions): Promise<Machine> {
  const options: BootOptions = typeof what === 'string' || what instanceof URL ? { kernel: what } : what;
  const kernel = options.kernel;
  useBranchHints();
  const [code, kernelBytes, ...modules] = await Promise.all([
    options.code ?? loadCoreCode(options.engine ?? 'interpreter'),
    kernel instanceof Uint8Array ? kernel : readImage(kernel, 'kernel'),
    ...(options.modules ?? []).map(readModule),
  ]);
  return bootMachine({ disassemble, ...options, kernel: kernelBytes, code, modules });
}
