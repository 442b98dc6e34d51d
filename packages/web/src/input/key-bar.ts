/**
 * A row of buttons for the keys that on-screen keyboards lack. Ctrl, Alt and Shift stick until the next key. The buttons do
 * not take the focus, so that an on-screen keyboard stays open.
 */

import type { KeyCode } from '@longmode/machine';
import { html, nothing } from 'lit';
import type { GuestKeyboard } from './guest-keyboard.ts';

interface BarKey {
  readonly code: KeyCode;
  readonly label: string;
  /** For screen readers, where the label is a sign. */
  readonly name?: string;
}

const MODIFIERS: readonly BarKey[] = [
  { code: 'ControlLeft', label: 'Ctrl' },
  { code: 'AltLeft', label: 'Alt' },
  { code: 'ShiftLeft', label: 'Shift' },
];

const KEYS: readonly BarKey[] = [
  { code: 'Escape', label: 'Esc' },
  { code: 'Tab', label: 'Tab' },
  { code: 'ArrowLeft', label: '←', name: 'Left' },
  { code: 'ArrowUp', label: '↑', name: 'Up' },
  { code: 'ArrowDown', label: '↓', name: 'Down' },
  { code: 'ArrowRight', label: '→', name: 'Right' },
  { code: 'Enter', label: '⏎', name: 'Enter' },
  { code: 'Home', label: 'Home' },
  { code: 'End', label: 'End' },
  { code: 'PageUp', label: 'PgUp' },
  { code: 'PageDown', label: 'PgDn' },
  { code: 'Insert', label: 'Ins' },
  { code: 'Delete', label: 'Del' },
  ...Array.from({ length: 12 }, (_, i): BarKey => ({ code: `F${i + 1}` as KeyCode, label: `F${i + 1}` })),
];

/** The bar. */
export function keyBar(keyboard: GuestKeyboard) {
  const button = ({ label, name = label }: BarKey, pressed: boolean | undefined, onClick: () => void) => html`
    <button
      part="button key"
      aria-label=${name}
      aria-pressed=${pressed ?? nothing}
      @pointerdown=${keepFocus}
      @click=${onClick}
    >
      ${label}
    </button>
  `;
  return html`
    <div class="keys" part="keys" role="toolbar" aria-label="Keys">
      ${MODIFIERS.map((key) => button(key, keyboard.isSticky(key.code), () => keyboard.toggleSticky(key.code)))}
      ${KEYS.map((key) => button(key, undefined, () => keyboard.tap(key.code)))}
    </div>
  `;
}

function keepFocus(event: PointerEvent): void {
  event.preventDefault();
}
