// The garbage collector of AssemblyScript's library, by name. It runs by itself, a few steps at each allocation.

/** Frees everything that nobody can reach any more, at once. Only in a kernel with a heap. */
export function collectGarbage(): void {
  // @ts-ignore: known to AssemblyScript alone
  __collect();
}
