/**
 * Brings what is typed to the guest: to its keyboard once it has listened to that, before to its first serial port (a
 * kernel without a keyboard driver may well read that one).
 */
import { isKeyCode, keyStrokeOf, type Machine } from '@longmode/machine';
import type { Keystroke } from './key-decoder.ts';

/** For one machine. */
export class GuestKeys {
  private readonly machine: Machine;
  private hasKeyboard = false;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /**
   * Types.
   * @returns the characters that a US keyboard does not have and that were therefore left out
   */
  send(stroke: Keystroke): string {
    const { keyboard, serial } = this.machine;
    this.hasKeyboard ||= keyboard.isListening;
    if (!this.hasKeyboard) {
      serial.write(stroke.bytes);
      return '';
    }
    if (stroke.kind === 'chord') {
      this.press(stroke.codes);
      return '';
    }
    return [...stroke.text].filter((character) => !this.type(character)).join('');
  }

  private type(character: string): boolean {
    const stroke = keyStrokeOf(character);
    if (stroke) this.press(stroke.shift ? ['ShiftLeft', stroke.code] : [stroke.code]);
    return stroke !== undefined;
  }

  private press(codes: readonly string[]): void {
    const keys = codes.filter(isKeyCode);
    for (const code of keys) this.machine.keyboard.keyDown(code);
    for (const code of [...keys].reverse()) this.machine.keyboard.keyUp(code);
  }
}
