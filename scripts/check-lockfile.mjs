// The lockfile must serve every platform and every registry: native tools (turbo, rolldown, biome, TypeScript) with builds for
// Linux, macOS and Windows, and no address of a registry. The root has no package of the workspace among its dependencies: turbo
// would put every file of it into the key of every task.
import { readFileSync } from 'node:fs';

const lockfile = readFileSync(new URL('../pnpm-lock.yaml', import.meta.url), 'utf8');
const problems = [];
for (const tool of ['@turbo/', '@rolldown/binding-', '@biomejs/cli-', '@typescript/typescript-']) {
  for (const platform of ['linux-(x64|64)', 'linux-arm64', 'darwin-arm64', '(win32|windows)-(x64|64)']) {
    if (!new RegExp(`${tool}${platform}`).test(lockfile)) problems.push(`no ${tool}* for ${platform}`);
  }
}
for (const [address] of lockfile.matchAll(/(?:https?:\/\/|tarball: ?)[^\s,}]+/g))
  problems.push(`names a host: ${address}`);
const root = lockfile.slice(lockfile.indexOf('\n  .:\n') + 1);
const rootDependencies = root.slice(0, root.search(/\n {2}\S/));
for (const [address] of rootDependencies.matchAll(/link:\S+/g)) problems.push(`the root depends on ${address}`);
if (problems.length > 0) {
  console.error(`pnpm-lock.yaml:\n  ${problems.join('\n  ')}`);
  process.exit(1);
}
console.log('pnpm-lock.yaml: all platforms, no registry');
