/**
 * Finds the instruction bodies: exported functions of `assembly/semantics` and `assembly/system` whose first parameter is the
 * record. Their signatures tell how they are to be called, so nothing about a body is written down twice.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How one body is called. */
export interface Body {
  readonly name: string;
  /** Module path relative to `assembly/`, without extension. */
  readonly module: string;
  /** Number of type parameters: width, kind of first operand, kind of second operand. */
  readonly typeParameters: number;
  /** Takes the condition code as a second, constant argument. */
  readonly takesCondition: boolean;
  /** Returns the record to run next; otherwise execution goes on behind the instruction. */
  readonly returnsRecord: boolean;
}

const DECLARATION =
  /^export function (\w+)(?:<([^>]*)>)?\(\s*(?:r|record): usize(, \w+: u32)?,?\s*\): (void|usize) \{/gm;

/** All bodies by name. Throws when two modules export the same name. */
export function findBodies(assemblyFolder: string): Map<string, Body> {
  const bodies = new Map<string, Body>();
  for (const folder of ['semantics', 'system']) {
    for (const file of readdirSync(join(assemblyFolder, folder)).sort()) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(assemblyFolder, folder, file), 'utf8');
      for (const match of text.matchAll(DECLARATION)) {
        const [, name = '', types, condition, result] = match;
        const known = bodies.get(name);
        const module = `${folder}/${file.slice(0, -3)}`;
        if (known) throw new Error(`body ${name} is exported by ${known.module} and by ${module}`);
        bodies.set(name, {
          name,
          module,
          typeParameters: types === undefined ? 0 : types.split(',').length,
          takesCondition: condition !== undefined,
          returnsRecord: result === 'usize',
        });
      }
    }
  }
  return bodies;
}
