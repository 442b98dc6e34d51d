// Installs what the repository needs, only when the lockfile, the workspace file or Node changed since the last time.
// Runs before `npm start`, `npm test` and friends, so a fresh clone needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
const stamp = 'node_modules/.setup';
const state = createHash('sha256')
  .update(process.version)
  .update(readFileSync('pnpm-lock.yaml'))
  .update(readFileSync('pnpm-workspace.yaml'))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== state) {
  const { status } = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'],
    // The installer's chatter goes to stderr: stdout belongs to the command that is being set up.
    { stdio: ['inherit', 2, 2], shell: process.platform === 'win32' },
  );
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, state);
}
