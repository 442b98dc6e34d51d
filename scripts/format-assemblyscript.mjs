// Formats the AssemblyScript sources, which biome cannot parse (decorators on functions). `--check` only names the files that
// would change and fails. prettier's AssemblyScript plugin leaves two empty lines before a decorator; one is enough.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
/** Files in these folders that run in Node, which biome formats, and generated ones. */
const OF_THE_HOST =
  /^(node_modules|generated|scripts|test(?!\/guests\/)|dist|library\/(boot|build))\/|^exercises\/[^/]+$|^exercises\/0[12]|(^|\/)(boot|chapters|check|vitest\.config)\.ts$|\.test\.ts$/;
const folders = ['packages/cpu-wasm/assembly', 'packages/kernel', 'packages/cli/template/src', 'examples'];
const options = { parser: 'typescript', printWidth: 120, singleQuote: true, plugins: ['assemblyscript-prettier'] };
const isCheck = process.argv.includes('--check');

const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !OF_THE_HOST.test(name))
    .map((name) => join(folder, name)),
);
const changed = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const formatted = await format(text, { ...options, filepath: file }).catch(({ message }) => {
    console.error(`${file}: prettier's AssemblyScript plugin cannot parse it: ${message.split('\n')[0]}`);
    process.exit(1);
  });
  const result = formatted.replace(/\n{3,}/g, '\n\n');
  if (result === text) continue;
  changed.push(file);
  if (!isCheck) writeFileSync(file, result);
}
if (isCheck && changed.length > 0) {
  console.error(`not formatted (run \`npm run format\`):\n  ${changed.join('\n  ')}`);
  process.exit(1);
}
console.log(`${files.length} AssemblyScript files, ${isCheck ? 'all formatted' : `${changed.length} changed`}`);
