/** The categories of `--trace`, by their short names. */
import type { TraceCategory } from '@longmode/machine';

const categories: Readonly<Record<string, TraceCategory>> = {
  insn: 'instruction',
  exc: 'exception',
  io: 'port',
  msr: 'msr',
};

/** Reads `insn,exc,io,msr` in any selection; `true` (the option without a value) selects all. @throws Error of one line */
export function parseTraceCategories(text: string | true): TraceCategory[] {
  if (text === true) return Object.values(categories);
  return [
    ...new Set(
      text.split(',').map((name) => {
        const category = Object.hasOwn(categories, name) ? categories[name] : undefined;
        if (category) return category;
        const known = Object.keys(categories).join(', ');
        throw new Error(`expected some of ${known} (separated by commas), found "${name}"; a file goes before --trace`);
      }),
    ),
  ];
}
