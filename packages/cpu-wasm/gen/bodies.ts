/**
 * Finds the instruction bodies: exported functions of `assembly/semantics`, `assembly/system` and `assembly/vector` whose first
 * parameter is the record, and in `assembly/vector` also plain functions of 128-bit values, around which the generator puts the
 * reads and writes of operands. Their signatures tell how they are to be called, so nothing about a body is written down twice.
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
  /** Parameters of a function of values: 128-bit ones in the order first source, r/m, fourth, then the immediate. */
  readonly packed: { readonly values: 1 | 2 | 3; readonly takesImmediate: boolean } | undefined;
}

const DECLARATION =
  /^export function (\w+)(?:<([^>]*)>)?\(\s*(?:r|record): usize(, \w+: u32)?,?\s*\): (void|usize) \{/gm;

/** `export function paddb(a: Vec, b: Vec): Vec {` */
const PACKED_DECLARATION = /^export function (\w+)\(((?:\w+: Vec,? ?)+)(\w+: u32)?\): Vec \{/gm;

/** All bodies by name. Throws when two modules export the same name. */
export function findBodies(assemblyFolder: string): Map<string, Body> {
  const bodies = new Map<string, Body>();
  const add = (body: Body): void => {
    const known = bodies.get(body.name);
    if (known) throw new Error(`body ${body.name} is exported by ${known.module} and by ${body.module}`);
    bodies.set(body.name, body);
  };
  for (const folder of ['semantics', 'system', 'vector']) {
    for (const file of readdirSync(join(assemblyFolder, folder)).sort()) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(assemblyFolder, folder, file), 'utf8');
      const module = `${folder}/${file.slice(0, -3)}`;
      for (const match of text.matchAll(DECLARATION)) {
        const [, name = '', types, condition, result] = match;
        add({
          name,
          module,
          typeParameters: types === undefined ? 0 : types.split(',').length,
          takesCondition: condition !== undefined,
          returnsRecord: result === 'usize',
          packed: undefined,
        });
      }
      if (folder !== 'vector') continue;
      for (const [, name = '', values = '', immediate] of text.matchAll(PACKED_DECLARATION)) {
        add({
          name,
          module,
          typeParameters: 0,
          takesCondition: false,
          returnsRecord: false,
          packed: {
            values: (values.split('Vec').length - 1) as 1 | 2 | 3,
            takesImmediate: immediate !== undefined,
          },
        });
      }
    }
  }
  return bodies;
}
