/**
 * `longmode new`: a project with a kernel, a test and a web page, from the files in `template`. Longmode is not on npm
 * yet, so the project gets the package along, as a tarball in `vendor`, and depends on that file.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Host } from '../host.ts';
import { publishedPackageFolder, templateFolder } from '../package-folder.ts';

/** npm's rules for names (docs.npmjs.com, package.json, "name"), without scopes. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/;
const LONGEST_NAME = 214;

/** Files of the template in which `{{name}}` and `{{longmode}}` stand for the project's. */
const WITH_PLACEHOLDERS = ['package.json', 'README.md', 'index.html'];

function checkName(name: string): void {
  if (NAME.test(name) && name.length <= LONGEST_NAME && name !== 'node_modules') return;
  const remedy = 'use small letters, digits, dots, hyphens and underscores; begin with a letter or digit';
  throw new UserError(ExitCode.usage, `"${name}" cannot be the name of a project`, remedy);
}

function checkFolder(folder: string, shown: string): void {
  if (!existsSync(folder)) return;
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    throw new UserError(ExitCode.usage, `${shown} exists and is no folder`, 'name a folder that does not exist yet');
  }
  if (entries.length === 0) return;
  const some = entries.slice(0, 3).join(', ') + (entries.length > 3 ? ', ...' : '');
  throw new UserError(
    ExitCode.usage,
    `${shown} is not empty: it contains ${some}`,
    'name a folder that does not exist yet, or an empty one',
  );
}

/** The package to bring along. @throws UserError if this code runs from somewhere else */
function ownPackage(): string {
  const source = publishedPackageFolder();
  if (source !== undefined) return source;
  const remedy = 'in a clone of the repository use: npx longmode new <folder>';
  throw new UserError(ExitCode.software, 'this copy of longmode is not the published package', remedy);
}

/** Packs the package into `vendor`. @returns the tarball's path, relative to the project */
function vendorPackage(source: string, project: string): string {
  const vendor = join(project, 'vendor');
  mkdirSync(vendor, { recursive: true });
  const npm = spawnSync('npm', ['pack', source, '--pack-destination', vendor, '--ignore-scripts', '--offline'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [tarball] = existsSync(vendor) ? readdirSync(vendor) : [];
  if (npm.status !== 0 || tarball === undefined) {
    const reason = npm.error?.message ?? npm.stderr.trim().split('\n').at(-1) ?? '';
    throw new UserError(ExitCode.software, `npm cannot pack longmode: ${reason}`, 'is npm installed and on the PATH?');
  }
  return `vendor/${tarball}`;
}

/**
 * Makes the project in `target`.
 * @returns the exit code
 * @throws UserError if the name is impossible, the folder not empty or not to be written
 */
export async function newCommand(target: string, host: Host): Promise<number> {
  const project = resolve(target);
  const name = basename(project);
  checkName(name);
  checkFolder(project, target);
  const source = ownPackage();
  try {
    mkdirSync(project, { recursive: true });
    cpSync(templateFolder(), project, { recursive: true });
    // npm leaves files of this name out of packages.
    renameSync(join(project, 'gitignore'), join(project, '.gitignore'));
  } catch (error) {
    throw new UserError(ExitCode.usage, `cannot write ${target}: ${(error as Error).message}`);
  }
  const longmode = `file:${vendorPackage(source, project)}`;
  for (const file of WITH_PLACEHOLDERS) {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('{{name}}', name).replaceAll('{{longmode}}', longmode));
  }
  const place = relative('.', project) || '.';
  host.stdout.write(`${name} is ready. Next:

  cd ${place}
  npm install
  npm start        build the kernel and boot it here
  npm test         build the kernel and test it
  npm run web      the kernel in a web page

The kernel is src/kernel.ts.
`);
  return ExitCode.success;
}
