/** The guest's keyboard without a browser: whatever is done, no key stays down. */

import type { KeyCode } from '@longmode/machine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GuestKeyboard, splitTypable } from './guest-keyboard.ts';

/** A keyboard whose events are kept as text: `+KeyA` and `-KeyA`. */
function setUp() {
  const events: string[] = [];
  const keyboard = new GuestKeyboard(
    (code, down) => events.push(`${down ? '+' : '-'}${code}`),
    () => {},
  );
  return { events, keyboard };
}

test('text becomes key strokes; what a US keyboard lacks comes back', () => {
  const { events, keyboard } = setUp();
  expect(keyboard.type('aBé')).toBe('é');
  expect(events).toEqual(['+KeyA', '-KeyA', '+ShiftLeft', '+KeyB', '-KeyB', '-ShiftLeft']);
  expect(splitTypable('a\r\nü€b')).toEqual({ typable: 'a\nb', rest: 'ü€' });
});

test('modifiers stick for one key, and can be taken back', () => {
  const { events, keyboard } = setUp();
  keyboard.toggleSticky('AltLeft');
  keyboard.toggleSticky('ControlLeft');
  keyboard.toggleSticky('AltLeft');
  keyboard.tap('KeyC');
  keyboard.tap('KeyC');
  expect(events).toEqual(['+ControlLeft', '+KeyC', '-KeyC', '-ControlLeft', '+KeyC', '-KeyC']);
});

test('after releaseAll no key is down, whatever was pressed', () => {
  const code = fc.constantFrom<KeyCode>('KeyA', 'Enter', 'ShiftLeft', 'ControlLeft');
  const action = fc.tuple(fc.constantFrom('press', 'release', 'toggleSticky', 'tap'), code);
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      const { events, keyboard } = setUp();
      for (const [name, key] of actions) keyboard[name as 'press'](key);
      keyboard.releaseAll();
      const down = new Set<string>();
      for (const event of events) event.startsWith('+') ? down.add(event.slice(1)) : down.delete(event.slice(1));
      expect([...down]).toEqual([]);
    }),
  );
});
