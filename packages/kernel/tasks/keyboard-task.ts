// The task that turns what keyboard and serial line send into keys. The interrupts have put it into queues; the work is
// done here, with interrupts on.
import { SCAN_CODES } from '../drivers/keyboard-controller';
import { Key, NO_KEY, ScanCodeDecoder } from '../drivers/scan-codes';
import { SERIAL_BYTES } from '../drivers/serial-input';
import { SerialKeyDecoder } from '../drivers/serial-keys';
import { Poll, Task } from './task';

/** Who gets the keys. */
export type KeyListener = (key: Key) => void;

const SCAN_CODE_DECODER = changetype<ScanCodeDecoder>(memory.data(offsetof<ScanCodeDecoder>(), 8));
const SERIAL_DECODER = changetype<SerialKeyDecoder>(memory.data(offsetof<SerialKeyDecoder>(), 8));

/** Reads keys for ever. */
export class KeyboardTask extends Task {
  constructor(private readonly listener: KeyListener) {
    super('keyboard');
  }

  poll(): Poll {
    SCAN_CODES.waker = this.waker;
    SERIAL_BYTES.waker = this.waker;
    for (let code = SCAN_CODES.take(); code >= 0; code = SCAN_CODES.take()) this.press(SCAN_CODE_DECODER.decode(code));
    for (let byte = SERIAL_BYTES.take(); byte >= 0; byte = SERIAL_BYTES.take()) this.press(SERIAL_DECODER.decode(byte));
    return Poll.Pending;
  }

  private press(key: Key): void {
    if (key !== NO_KEY) this.listener(key);
  }
}
