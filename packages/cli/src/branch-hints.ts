/**
 * Translated code tells the host's compiler which branches are hardly ever taken (WebAssembly 3.0, branch hints): the ways out of a
 * region, and misses in the TLB. V8 looks at hints since 13.7, as do the browsers; before, in Node 20 to 24, only with a flag, which
 * is set here for this process. Without it the same code runs slower.
 */
import { setFlagsFromString } from 'node:v8';

/** The first V8 that looks at branch hints unasked. */
const FIRST_MAJOR = 13;
const FIRST_MINOR = 7;

/** Whether this V8 (`process.versions.v8`) has to be told. A later one would complain of a flag that it no longer has. */
export function needsFlag(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < FIRST_MAJOR || (major === FIRST_MAJOR && minor < FIRST_MINOR);
}

/** Makes V8 look at branch hints in all modules that it compiles from now on. */
export function useBranchHints(): void {
  if (needsFlag(process.versions.v8)) setFlagsFromString('--experimental-wasm-branch-hinting');
}
