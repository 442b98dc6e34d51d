// From the bytes that a terminal sends to keys: ASCII as it is, and the escape sequences of the keys without a character
// (ECMA-48, as xterm sends them).
//
//     cursor up   1b 5b 41        ESC [ A
//     Delete      1b 5b 33 7e     ESC [ 3 ~
import {
  Key,
  KEY_BACKSPACE,
  KEY_DELETE,
  KEY_DOWN,
  KEY_END,
  KEY_ENTER,
  KEY_HOME,
  KEY_LEFT,
  KEY_RIGHT,
  KEY_UP,
  NO_KEY,
} from './scan-codes';

const ESCAPE: u32 = 0x1b;
const CARRIAGE_RETURN: u32 = 0x0d;
const DELETE: u32 = 0x7f;

/** Where in an escape sequence the decoder is. */
enum Stage {
  Outside,
  AfterEscape,
  AfterBracket,
}

/** Remembers what is between two bytes. All zero at the start. */
@unmanaged
export class SerialKeyDecoder {
  private stage: Stage;
  private parameter: u32;

  /** Takes the next byte. Returns the key that it completes, or `NO_KEY`. */
  decode(byte: u32): Key {
    switch (this.stage) {
      case Stage.AfterEscape:
        this.stage = byte === 0x5b || byte === 0x4f ? Stage.AfterBracket : Stage.Outside;
        this.parameter = 0;
        return NO_KEY;
      case Stage.AfterBracket:
        if (byte >= 0x30 && byte <= 0x39) {
          this.parameter = byte - 0x30;
          return NO_KEY;
        }
        this.stage = Stage.Outside;
        return this.escapedKey(byte);
      default:
        if (byte === ESCAPE) {
          this.stage = Stage.AfterEscape;
          return NO_KEY;
        }
        if (byte === CARRIAGE_RETURN) return KEY_ENTER;
        if (byte === DELETE) return KEY_BACKSPACE;
        return byte < 0x80 ? byte : NO_KEY;
    }
  }

  /** The key of a sequence that ends with `final`. */
  private escapedKey(final: u32): Key {
    switch (final) {
      case 0x41:
        return KEY_UP;
      case 0x42:
        return KEY_DOWN;
      case 0x43:
        return KEY_RIGHT;
      case 0x44:
        return KEY_LEFT;
      case 0x46:
        return KEY_END;
      case 0x48:
        return KEY_HOME;
      case 0x7e:
        if (this.parameter === 1 || this.parameter === 7) return KEY_HOME;
        if (this.parameter === 4 || this.parameter === 8) return KEY_END;
        return this.parameter === 3 ? KEY_DELETE : NO_KEY;
      default:
        return NO_KEY;
    }
  }
}
