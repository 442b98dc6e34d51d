/**
 * The user's commands to us, taken out of what is typed: Ctrl-C, Ctrl-Z, and the letters after the prefix Ctrl-A, as in
 * QEMU. All else is for the guest. What is pasted has no commands in it.
 */
import type { Keystroke } from './key-decoder.ts';

/** What the user wants of us. */
export type KeyCommand =
  /** Ctrl-C. */
  | 'interrupt'
  /** Ctrl-Z. */
  | 'suspend'
  /** Ctrl-A x. */
  | 'quit'
  /** Ctrl-A h. */
  | 'help'
  /** Ctrl-A s. */
  | 'screenshot'
  /** Ctrl-A r. */
  | 'reset'
  /** Ctrl-A c. */
  | 'debugger';

const PREFIX = 'KeyA';
/** Ctrl-A and then these, with Ctrl held again, is the key itself. */
const LITERAL = ['KeyA', 'KeyC', 'KeyZ'];
const LETTERS: Readonly<Record<string, KeyCommand>> = {
  x: 'quit',
  h: 'help',
  '?': 'help',
  s: 'screenshot',
  r: 'reset',
  c: 'debugger',
};

/** Shown by Ctrl-A h. */
export const KEY_HELP: readonly string[] = [
  'Keys go to the guest, except:',
  '',
  '  Ctrl-A x       leave',
  '  Ctrl-A s       save the screen as text',
  '  Ctrl-A r       reset: boot again',
  '  Ctrl-A h       this help',
  '  Ctrl-A Ctrl-A  Ctrl-A for the guest; also Ctrl-A Ctrl-C, Ctrl-A Ctrl-Z',
  '  Ctrl-C         end (exit code 130)',
  '  Ctrl-Z         suspend',
  '',
  'Press any key to go on.',
];

/** Splits what is typed; remembers the prefix between calls. */
export class KeyCommands {
  private isPrefixed = false;

  /** A command, a key for the guest, or nothing (undefined): the prefix, or an unknown letter after it. */
  take(stroke: Keystroke): { readonly command: KeyCommand } | { readonly forGuest: Keystroke } | undefined {
    if (stroke.kind === 'paste') return { forGuest: stroke };
    const control = controlled(stroke);
    if (this.isPrefixed) {
      this.isPrefixed = false;
      if (control !== undefined && LITERAL.includes(control)) return { forGuest: stroke };
      const command = stroke.kind === 'text' ? LETTERS[stroke.text.toLowerCase()] : undefined;
      return command && { command };
    }
    switch (control) {
      case PREFIX:
        this.isPrefixed = true;
        return undefined;
      case 'KeyC':
        return { command: 'interrupt' };
      case 'KeyZ':
        return { command: 'suspend' };
      default:
        return { forGuest: stroke };
    }
  }
}

/** The key that is held with Ctrl alone. */
function controlled(stroke: Keystroke): string | undefined {
  if (stroke.kind !== 'chord' || stroke.codes.length !== 2) return undefined;
  return stroke.codes[0] === 'ControlLeft' ? stroke.codes[1] : undefined;
}
