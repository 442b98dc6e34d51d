// What `import ... from 'longmode/kernel/interrupts'` offers to a kernel of one's own: exceptions that say what they are,
// the timer and the keyboard. library/README.md describes it.
import { initializeInterruptLines } from '../drivers/interrupt-lines';
import { KeyboardController, SCAN_CODES } from '../drivers/keyboard-controller';
import { Pit } from '../drivers/pit';
import { Key, NO_KEY, ScanCodeDecoder } from '../drivers/scan-codes';
import { cli, sti, stiHlt } from '../library/x86';
import { initializeExceptions } from './interrupts';

export { handleLine } from '../drivers/interrupt-lines';
export { Pit, TICKS_PER_SECOND } from '../drivers/pit';
export { Key, KEY_BACKSPACE, KEY_ENTER, KEY_ESCAPE, KEY_TAB, NO_KEY } from '../drivers/scan-codes';
export { setHandler } from './dispatch';
export { InterruptFrame, InterruptHandler, printStackFrame } from './interrupt-frame';

const DECODER = changetype<ScanCodeDecoder>(memory.data(offsetof<ScanCodeDecoder>(), 8));

/**
 * Handlers for all exceptions, the interrupt controllers, the timer at `TICKS_PER_SECOND` and the keyboard; then
 * interrupts are on. Returns false if there is no keyboard controller.
 */
export function initializeInterrupts(): bool {
  initializeExceptions();
  initializeInterruptLines();
  Pit.start();
  const hasKeyboard = KeyboardController.initialize();
  sti();
  return hasKeyboard;
}

/** Sleeps until a key is pressed that means something. */
export function waitForKey(): Key {
  while (true) {
    cli(); // so that no key can come between the look and the sleep
    const scanCode = SCAN_CODES.take();
    if (scanCode < 0) {
      stiHlt();
      continue;
    }
    sti();
    const key = DECODER.decode(scanCode);
    if (key !== NO_KEY) return key;
  }
}
