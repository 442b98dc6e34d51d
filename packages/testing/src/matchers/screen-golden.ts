/**
 * `toMatchScreen`: the screen against a golden file that somebody has reviewed. Goldens are never written by the way: a
 * missing one fails, and only `vitest -u` writes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lookingMatcher, type MatcherContext } from '../define-matcher.ts';
import { screenText } from '../screen-text.ts';

/** vitest's own way to tell `-u`; its type is private. */
function isUpdating(context: MatcherContext): boolean {
  const { snapshotState } = context as { snapshotState?: { _updateSnapshot?: string } };
  return snapshotState?._updateSnapshot === 'all';
}

/** Where the golden is. */
function goldenPath({ testPath, currentTestName }: MatcherContext, golden: string | URL | undefined): string {
  if (golden instanceof URL) return fileURLToPath(golden);
  if (testPath === undefined) throw new Error('toMatchScreen needs a test around it, to find the golden beside it');
  if (golden !== undefined) return resolve(dirname(testPath), golden);
  const name = (currentTestName ?? 'screen').replace(/[^\p{L}\p{N}.-]+/gu, '-').replace(/^-|-$/g, '');
  return resolve(dirname(testPath), 'screens', basename(testPath).replace(/\.[cm]?[jt]sx?$/, ''), `${name}.txt`);
}

export const toMatchScreen = lookingMatcher('toMatchScreen', (context, golden?: string | URL) => {
  const path = goldenPath(context, golden);
  const shown = relative(process.cwd(), path);
  const found = screenText(context.machine.screen.frame());
  if (isUpdating(context) && !context.isNot) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, found);
  }
  if (!existsSync(path)) {
    return {
      pass: context.isNot, // nothing to compare with: a failure either way
      expected: `the screen of ${shown}`,
      received: 'there is no such golden. Write it with `vitest -u`, review it, commit it',
    };
  }
  const expected = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  return {
    pass: found === expected,
    expected: `the screen of ${shown}`,
    received: 'another screen. If it is the right one: `vitest -u`, and review the difference',
    difference: { expected, received: found },
  };
});
