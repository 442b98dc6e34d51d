/**
 * The TypeScript of the repository's kernel as texts, by path in its package: what the editor shows and the compiler
 * reads. They are part of the bundle, so nothing is fetched.
 */

const MODULES = import.meta.glob<string>(
  [
    '../../../kernel/{library,memory,interrupts,drivers,tasks,user,kernel}/**/*.ts',
    '../../../kernel/chapters/*/main.ts',
    '!../../../kernel/library/{build,boot}/**',
    '!../../../kernel/user/program/boot.ts',
  ],
  { query: '?raw', import: 'default', eager: true },
);

const ROOT = '../../../kernel/';

/** All files. */
export const GUEST_FILES: ReadonlyMap<string, string> = new Map(
  Object.entries(MODULES).map(([path, text]) => [path.slice(ROOT.length), text]),
);
