/** Boot modules on the command line: `--module file` or `--module file:arguments`. */

/** A module as named by the user; its command line is its arguments alone, as in GRUB's `module2 file arguments`. */
export interface ModuleOption {
  readonly path: string;
  readonly cmdline: string;
}

/** Splits at the first colon that does not belong to a Windows drive letter. @throws Error of one line */
export function parseModule(text: string): ModuleOption {
  const colon = text.indexOf(':', /^[a-z]:[\\/]/i.test(text) ? 2 : 0);
  const path = colon < 0 ? text : text.slice(0, colon);
  if (path === '') throw new Error(`expected file or file:arguments, found ${text === '' ? 'nothing' : `"${text}"`}`);
  return { path, cmdline: colon < 0 ? '' : text.slice(colon + 1) };
}
