/**
 * Makes assembly/generated/templates.ts and the text of some templates for reviewers (templates/golden). `tsx templates/main.ts`
 * writes them, `--check` compares them with what is committed and fails with the names of the stale files.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBodies } from '../gen/bodies.ts';
import { buildOperations } from '../gen/operations.ts';
import { extractAll, printTemplates } from '../gen/templates.ts';
import { compileBodies, isCompiled, lazyName } from './compile.ts';
import { extractTemplate } from './extract.ts';
import { printGolden } from './golden.ts';
import { LAZY } from './verbs.ts';
import { parseModule } from './wasm.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { operations } = buildOperations(findBodies(join(root, 'assembly')));
const compiled = operations.filter(isCompiled);
const withFlags = parseModule(await compileBodies(root, compiled, true));
const withoutFlags = parseModule(await compileBodies(root, compiled, false));
const templates = extractAll(operations, withFlags, withoutFlags);
const lazyFlags = LAZY.flatMap((_, what) =>
  [0, 1, 2, 3].map((size) => extractTemplate(withFlags, lazyName(what, size))),
);
const conditions = Array.from({ length: 16 }, (_, code) => extractTemplate(withFlags, `condition${code}`));

const files: Record<string, string> = {
  'assembly/generated/templates.ts': printTemplates(templates, conditions, lazyFlags),
  'templates/golden/templates.txt': printGolden(templates),
};
const isCheck = process.argv.includes('--check');
const stale = Object.entries(files)
  .filter(([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text)
  .map(([file]) => file);
if (isCheck && stale.length > 0) {
  console.error(`stale templates (run \`npm run gen\`):\n  ${stale.join('\n  ')}`);
  process.exit(1);
}
if (!isCheck) for (const file of stale) writeFileSync(join(root, file), files[file] as string);

const found = templates.filter(({ withFlags: template }) => template !== undefined).length;
console.log(
  `${found} of ${operations.length} operations have templates, ${compiled.length - found} compiled bodies do not extract`,
);
