// The hardware cursor of the VGA text screen: CRT controller registers behind the index port 0x3d4 (IBM VGA manual,
// "CRT controller registers"). Left out: moving it, which starts to make sense with a keyboard.
import { outb } from './x86';

const CRTC_INDEX: u32 = 0x3d4;
const CRTC_DATA: u32 = 0x3d5;
const CURSOR_START: u32 = 0x0a;
const CURSOR_DISABLE: u32 = 1 << 5;

/** Turns the cursor off: what the loader left blinking means nothing any more. */
export function hideCursor(): void {
  outb(CRTC_INDEX, CURSOR_START);
  outb(CRTC_DATA, CURSOR_DISABLE);
}
