// Builds what `longmode` needs, quietly and only if a source changed since the last time. turbo decides what is really
// to be done; the time stamp in front of it only saves its start (about a second). All chatter goes to stderr.
import { spawn } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What can be built: turbo's name of the task, and the file that shows that it has been done. */
const products = {
  'longmode#build:wasm': 'packages/cli/dist/longmode.js',
  'longmode#build:js': 'packages/cli/dist/core.js',
  '@longmode/kernel#build': 'packages/kernel/dist/kernel.elf',
  '@longmode/npm#build': 'packages/npm/dist/package.json',
};
const skipped = new Set(['node_modules', 'dist', '.turbo', 'test', 'bench']);
const patience = 1500;

/** Newest modification time below a folder, in ms; folders count too, they change when a file is removed. */
function newestChange(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...contents(path).map(newestChange));
}

function contents(folder) {
  return readdirSync(folder)
    .filter((name) => !skipped.has(name))
    .map((name) => join(folder, name));
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isFresh(name, stamp) {
  if (modified(join(root, products[name])) === 0) return false;
  // Not the packages' own folders: building puts new entries into them.
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const sources = [...packages.flatMap(contents), join(root, 'pnpm-lock.yaml'), join(root, 'turbo.json')];
  return Math.max(...sources.map(newestChange)) < modified(stamp);
}

/** The tasks that `longmode` needs for these arguments: the JavaScript engine takes long to build, so only who asks waits. */
export function tasksFor(commandLine) {
  const wantsTwin = commandLine.some((argument) => /^(--engine=)?js$/.test(argument));
  return ['longmode#build:wasm', ...(wantsTwin ? ['longmode#build:js'] : [])];
}

/** Runs these tasks (see `products`). Exits the process with the build's output and code if that fails. */
export async function build(...names) {
  const stampOf = (name) => join(root, 'node_modules', `.built-${name.replace(/\W+/g, '-')}`);
  const stale = names.filter((name) => !isFresh(name, stampOf(name)));
  if (stale.length === 0) return;
  const started = new Date();
  const turbo = spawn('turbo', ['run', ...stale, '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      // turbo looks for pnpm on PATH.
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
      TURBO_TELEMETRY_DISABLED: '1',
    },
  });
  const output = [];
  for (const stream of [turbo.stdout, turbo.stderr]) stream.on('data', (data) => output.push(data));
  const notice = setTimeout(
    () => process.stderr.write('longmode: building, the first time takes a while ...\n'),
    patience,
  );
  const code = await new Promise((resolve) => {
    turbo.on('error', (error) => {
      output.push(Buffer.from(`cannot start turbo: ${error.message}\n`));
      resolve(1);
    });
    turbo.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(notice);
  if (code !== 0) {
    process.stderr.write(Buffer.concat(output));
    process.stderr.write('longmode: the build failed, see above\n');
    process.exit(code);
  }
  for (const stamp of stale.map(stampOf)) {
    writeFileSync(stamp, '');
    // What changed while turbo ran counts as changed after the build.
    utimesSync(stamp, started, started);
  }
}
