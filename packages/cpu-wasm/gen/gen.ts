/**
 * Prints the generated sources of the core. `tsx gen/gen.ts` writes them, `--check` compares them with what is committed and
 * fails with the names of the stale files.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printControl, printFlags, printVectors } from './architecture.ts';
import { findBodies } from './bodies.ts';
import { printCoverage } from './coverage.ts';
import { printDelivery, printDeliveryTables } from './delivery.ts';
import { printExitNames, printExits } from './exits.ts';
import { printFeatureSets } from './features.ts';
import { printFloatConstants } from './float-constants.ts';
import { printMsr, printMsrList, printMsrPage } from './msr.ts';
import { buildOperations } from './operations.ts';
import {
  printDecodeTables,
  printDispatch,
  printFlowKinds,
  printOperations,
  printState,
  printStateLayout,
} from './print.ts';
import { printLocals } from './templates.ts';
import { printTranslationLayout, printTranslations } from './translations.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bodies = findBodies(join(root, 'assembly'));
const table = buildOperations(bodies);

const files: Record<string, string> = {
  '../../docs/instructions.md': printCoverage(table, join(root, '../../tests/vectors')),
  '../../docs/msrs.md': printMsrPage(),
  'assembly/generated/control.ts': printControl(),
  'assembly/generated/rflags.ts': printFlags(),
  'assembly/generated/vectors.ts': printVectors(),
  'assembly/generated/state.ts': printState(),
  'assembly/generated/operations.ts': printOperations(table),
  'assembly/generated/locals.ts': printLocals(),
  'assembly/generated/decode-tables.ts': printDecodeTables(table),
  'assembly/generated/dispatch.ts': printDispatch(table),
  'assembly/generated/flow-kinds.ts': printFlowKinds(table),
  'assembly/generated/delivery.ts': printDelivery(),
  'assembly/generated/exits.ts': printExits(),
  'assembly/generated/float-constants.ts': printFloatConstants(),
  'assembly/generated/msr.ts': printMsr(),
  'assembly/generated/translations.ts': printTranslations(),
  'src/generated/feature-sets.ts': printFeatureSets(),
  'src/generated/delivery.ts': printDeliveryTables(),
  'src/generated/exits.ts': printExitNames(),
  'src/generated/msrs.ts': printMsrList(),
  'src/generated/state-layout.ts': printStateLayout(),
  'src/generated/translations.ts': printTranslationLayout(),
};

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, text] of Object.entries(files)) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(file);
  if (!isCheck) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
if (isCheck && stale.length > 0) {
  console.error(`stale generated files (run \`npm run gen\`):\n  ${stale.join('\n  ')}`);
  process.exit(1);
}
console.log(
  `${table.rows.length} rows, ${table.operations.length} operations, ${table.hotCount} in the switch` +
    (table.missingBodies.length > 0 ? `; no body yet: ${table.missingBodies.join(' ')}` : ''),
);
