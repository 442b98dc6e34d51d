/**
 * The package as users get it: what npm packs, and a project of `longmode new` that is installed, built, tested and
 * started without any network: the package from its tarball, what it depends on from this workspace.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packageFolder = fileURLToPath(new URL('../dist', import.meta.url));
const longmode = join(packageFolder, 'bin/longmode.js');
const folder = mkdtempSync(join(tmpdir(), 'longmode-new-'));
const project = join(folder, 'my-kernel');
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `longmode` of the package. */
function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [longmode, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Runs a script of the project by npm; `--ignore-scripts` leaves out the build before it, which takes seconds. */
function script(name: string, ...options: string[]) {
  // Not as a child of this run of vitest.
  const { VITEST: _, ...environment } = process.env;
  const env = { ...environment, NO_COLOR: '1' };
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stdout, stderr } = spawnSync(npm, ['run', name, ...options], {
    cwd: project,
    encoding: 'utf8',
    env,
    shell: process.platform === 'win32',
  });
  return { status, output: stdout + stderr };
}

describe('what npm packs', () => {
  const files = (): string[] => {
    const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--offline', packageFolder], { encoding: 'utf8' });
    return JSON.parse(json)[0].files.map(({ path }: { path: string }) => path);
  };

  it('is what is needed and nothing else', () => {
    const packed = files().filter((path) => !path.startsWith('dist/types/'));
    expect(packed.filter((path) => !/^(dist\/(library-|\w))|kernel\/|template\//.test(path)).sort()).toEqual([
      'ELEMENT.md',
      'LICENSE',
      'README.md',
      'TESTING.md',
      'bin/longmode.js',
      'custom-elements.json',
      'package.json',
    ]);
    for (const name of [
      'longmode',
      'index',
      'vitest',
      'kernel-build',
      'element',
      'worker',
      'serial-panel',
      'debugger',
      'debugger-agent',
      'longmode.global',
      'core',
    ]) {
      expect(packed).toContain(`dist/${name}.js`);
    }
    expect(packed).toEqual(
      expect.arrayContaining([
        'dist/core.wasm',
        'dist/iced_x86_bg.wasm',
        'kernel/library/index.ts',
        'template/gitignore',
      ]),
    );
    expect(packed.filter((path) => /\.test\.ts$|node_modules|\.map$/.test(path))).toEqual([
      'template/test/kernel.test.ts',
    ]);
  });

  it('has every file that package.json promises', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    const targets = Object.values<string | Record<string, string>>(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const target of [...targets, ...Object.values<string>(bin)].filter((path) => !path.includes('*'))) {
      expect([target, existsSync(join(packageFolder, target))]).toEqual([target, true]);
    }
  });

  it('has every file that the kernel library imports', () => {
    const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    const names = Object.keys(exports).filter((name) => name.startsWith('./kernel'));
    expect(names).toContain('./kernel/x86');
    const waiting = names.map((name) => join(packageFolder, exports[name]));
    const seen = new Set(waiting);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      expect([path, text === '']).toEqual([path, false]);
      for (const [, next = ''] of text.matchAll(/^(?:import|export) [^;]*?from ['"](\.[^'"]+)['"]/gm)) {
        const file = `${join(dirname(path), next)}.ts`;
        if (!seen.has(file)) waiting.push(file);
        seen.add(file);
      }
    }
  });

  it('names no package that is not on npm', () => {
    const names = readdirSync(join(packageFolder, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(js|d\.ts)$/.test(path))
      .filter((path) =>
        /(from|import|require)\W{1,3}@longmode\//.test(readFileSync(join(packageFolder, 'dist', path), 'utf8')),
      );
    expect(names).toEqual([]);
  });

  it('loads no compiler and no test runner for `longmode boot`', () => {
    const loaded = new Set<string>();
    const load = (name: string) => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = readFileSync(join(packageFolder, 'dist', name), 'utf8');
      expect(text).not.toMatch(/(?:^|[;}])import[^(][^;]*["'](?:assemblyscript|vitest)/);
      for (const [, next = ''] of text.matchAll(/(?:^|[;}])(?:import|export)[^(;]*?["']\.\/([^"']+)["']/g)) load(next);
    };
    load('longmode.js');
    expect([...loaded]).not.toContain('build.js');
  });
});

describe('longmode new', () => {
  it.each([
    ['Kernel', /cannot be the name of a project/],
    ['node_modules', /cannot be the name of a project/],
    ['a b', /cannot be the name of a project/],
  ])('refuses the name %s', (name, problem) => {
    expect(run('new', name)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(problem) });
    expect(existsSync(join(folder, name))).toBe(false);
  });

  it('refuses a folder that is not empty, and a file', () => {
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full/precious.txt'), 'x');
    const { status, stderr } = run('new', 'full');
    expect(status).toBe(2);
    expect(stderr).toBe(
      'longmode: full is not empty: it contains precious.txt\n  name a folder that does not exist yet, or an empty one\n',
    );
    expect(readdirSync(join(folder, 'full'))).toEqual(['precious.txt']);
    expect(run('new', 'full/precious.txt')).toMatchObject({ status: 2, stderr: expect.stringMatching(/is no folder/) });
  });

  describe('makes a project that', () => {
    beforeAll(() => {
      const { status, stderr, stdout } = run('new', 'my-kernel');
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^my-kernel is ready/);
      install();
    });

    it('has its name everywhere and depends on the package that it brings', () => {
      const { name, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
      expect(name).toBe('my-kernel');
      expect(devDependencies.longmode).toMatch(/^file:vendor\/longmode-.*\.tgz$/);
      expect(existsSync(join(project, devDependencies.longmode.slice('file:'.length)))).toBe(true);
      expect(existsSync(join(project, '.gitignore'))).toBe(true);
      for (const file of ['README.md', 'index.html']) {
        const text = readFileSync(join(project, file), 'utf8');
        expect(text).toContain('my-kernel');
        expect(text).not.toMatch(/\{\{/);
      }
    });

    it('builds its kernel and starts', () => {
      const { status, output } = script('start');
      expect(output).toMatch(/Hello World!\n\nThis is 64-bit code/);
      expect(status).toBe(0);
    });

    it('passes its tests', () => {
      const { status, output } = script('test', '--ignore-scripts');
      expect(output).toMatch(/Tests {2}4 passed/);
      expect(status).toBe(0);
    });

    it('has types, for the tests and for the kernel', () => {
      expect(script('typecheck')).toMatchObject({ status: 0 });
    });

    it('makes a web page of static files', () => {
      const { status, output } = script('bundle', '--ignore-scripts');
      expect([status, output]).toEqual([0, expect.stringMatching(/worker-.*\.js/)]);
      expect(existsSync(join(project, 'dist/kernel.elf'))).toBe(true);
    });
  });
});

/** Does what `npm install` does, from the tarball and the packages of this workspace. */
function install(): void {
  const modules = join(project, 'node_modules');
  const own = join(modules, 'longmode');
  mkdirSync(own, { recursive: true });
  const [tarball = ''] = readdirSync(join(project, 'vendor'));
  execFileSync('tar', ['-xzf', join(project, 'vendor', tarball), '--strip-components=1', '-C', own]);
  const link = (name: string, from: string) => {
    const target = dirname(createRequire(from).resolve(`${name}/package.json`));
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name), 'junction');
  };
  const workspace = (path: string) => fileURLToPath(new URL(`../../${path}/package.json`, import.meta.url));
  for (const name of ['assemblyscript', 'iced-x86']) link(name, workspace('cli'));
  for (const name of ['vitest', 'vite', 'typescript']) link(name, workspace('npm'));
  link('@types/node', workspace('npm'));
  symlinkSync(fileURLToPath(new URL('../../web/node_modules/lit', import.meta.url)), join(modules, 'lit'), 'junction');
  mkdirSync(join(modules, '.bin'));
  for (const [name, file] of [
    ['longmode', 'longmode/bin/longmode.js'],
    ['vitest', 'vitest/vitest.mjs'],
    ['vite', 'vite/bin/vite.js'],
    ['tsc', 'typescript/bin/tsc'],
  ] as const) {
    symlinkSync(join('..', file), join(modules, '.bin', name));
  }
}
