/** custom-elements.json says what the element is: each list of it is compared with the sources. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LongModeEvents } from '../src/events.ts';
import { LongModeElement } from '../src/long-mode.ts';
import { PALETTE_PROPERTIES } from '../src/theme.ts';

const root = new URL('..', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('custom-elements.json', root), 'utf8'));
const [declaration] = manifest.modules[0].declarations;
const names = (list: string): string[] => declaration[list].map(({ name }: { name: string }) => name).toSorted();

/** All of the sources as one text, without tests. */
const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(new URL(`src/${path}`, root), 'utf8'))
  .join('\n');

/** The words of an attribute wherever it stands in a template. */
const wordsOf = (pattern: RegExp): string[] =>
  [...new Set([...sources.matchAll(pattern)].flatMap(([, words = '']) => words.split(' ')))].toSorted();

/** The compiler sees that these are all. */
const EVENTS: Record<keyof LongModeEvents, true> = {
  progress: true,
  booted: true,
  paused: true,
  resumed: true,
  screenchange: true,
  serial: true,
  halted: true,
  triplefault: true,
  exit: true,
  error: true,
};

describe('custom-elements.json', () => {
  test('attributes, with the properties behind them', () => {
    expect(LongModeElement.observedAttributes).toContain('src'); // makes lit read the properties
    const attributes = [...LongModeElement.elementProperties]
      .filter(([, { attribute, state }]) => attribute !== false && state !== true)
      .map(([property, { attribute }]) => [
        typeof attribute === 'string' ? attribute : String(property).toLowerCase(),
        property,
      ]);
    expect(
      declaration.attributes
        .map(({ name, fieldName }: { name: string; fieldName: string }) => [name, fieldName])
        .toSorted(),
    ).toEqual(attributes.toSorted());
  });

  test('methods and properties', () => {
    for (const { name } of declaration.members) expect([name, name in LongModeElement.prototype]).toEqual([name, true]);
  });

  test('events', () => {
    expect(names('events')).toEqual(Object.keys(EVENTS).toSorted());
  });

  test('slots', () => {
    const rendered = wordsOf(/<slot name="([^"]+)"/g);
    expect(names('slots')).toEqual([...new Set(['', 'module', ...rendered])].toSorted());
  });

  test('parts', () => {
    expect(names('cssParts')).toEqual(
      [...new Set([...wordsOf(/\bpart="([^"$]+)"/g), ...wordsOf(/setAttribute\('part', '([^']+)'\)/g)])].toSorted(),
    );
  });

  test('custom properties', () => {
    const used = wordsOf(/var\((--lm-[a-z0-9-]+)/g).filter((name) => !PALETTE_PROPERTIES.includes(name));
    expect(names('cssProperties')).toEqual([...used, '--lm-palette-0'].toSorted());
  });

  test('states', () => {
    const states = /#showStates\(\): void \{(.*?)\n {2}\}/s.exec(sources)?.[1] ?? '';
    const shown = [...states.matchAll(/'([a-z]+)'/g)].map(([, name]) => name);
    expect(names('cssStates')).toEqual([...new Set(shown)].toSorted());
  });
});
