/**
 * The registers of a VGA, as far as a text screen depends on them: CRT controller, sequencer, graphics controller,
 * attribute controller and the palette of the DAC.
 * Reference: IBM Video Subsystem Technical Reference (VGA), 1992, sections 2.3-2.8; FreeVGA, http://www.osdever.net/FreeVGA/
 *
 *   3c0/3c1  attribute controller: index and data in turns at 3c0, data read at 3c1
 *   3c2/3cc  miscellaneous output (write/read); read of 3c2 is input status 0
 *   3c4/3c5  sequencer index/data            3ce/3cf  graphics controller index/data
 *   3c6-3c9  DAC mask, read index, write index, data
 *   3d4/3d5  CRT controller index/data       3da      input status 1 (read), feature control (write); read at 3ca
 *
 * Every register reads back what was written, which is what drivers check. Only those that shape a text screen have an
 * effect: display size, character height, start address, cursor, row pitch, blink and the palette. Graphics modes,
 * fonts and the latches and planes of video memory are missing: text memory at 0xb8000 is plain guest RAM, and the
 * picture is always read as text.
 */

import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

/** The ports of a colour VGA, from the attribute controller to the DAC and the graphics controller. */
export const VGA_PORTS = { firstPort: 0x3c0, portCount: 0x10 } as const;
/** CRT controller and status register where the miscellaneous output register puts them: colour or monochrome. */
export const VGA_COLOUR_PORTS = { firstPort: 0x3d4, portCount: 7 } as const;
export const VGA_MONOCHROME_PORTS = { firstPort: 0x3b4, portCount: 7 } as const;

/** CRT controller registers by index (IBM 2.5). */
const CRTC = {
  horizontalDisplayEnd: 0x01,
  overflow: 0x07,
  maximumScanLine: 0x09,
  cursorStart: 0x0a,
  cursorEnd: 0x0b,
  startAddressHigh: 0x0c,
  startAddressLow: 0x0d,
  cursorLocationHigh: 0x0e,
  cursorLocationLow: 0x0f,
  verticalRetraceEnd: 0x11,
  verticalDisplayEnd: 0x12,
  offset: 0x13,
} as const;

const CRTC_REGISTER_COUNT = 0x19;
const SEQUENCER_REGISTER_COUNT = 5;
const GRAPHICS_REGISTER_COUNT = 9;
const ATTRIBUTE_REGISTER_COUNT = 0x15;
const ATTRIBUTE_MODE_CONTROL = 0x10;
const DAC_BYTES = 256 * 3;

const OVERFLOW_LINE_COMPARE = 1 << 4;
const PROTECT_REGISTERS_0_TO_7 = 1 << 7; // of verticalRetraceEnd
const CURSOR_OFF = 1 << 5; // of cursorStart
const SCAN_LINE_MASK = 0x1f;
const DOUBLE_SCANNING = 1 << 7; // of maximumScanLine
const BLINK_ENABLE = 1 << 3; // of the attribute mode control register
const MISC_COLOUR_ADDRESSES = 1 << 0;
const STATUS_DISPLAY_DISABLED = 1 << 0;
const STATUS_VERTICAL_RETRACE = 1 << 3;

/** Everything the card remembers. */
export interface VgaState {
  miscellaneousOutput: number;
  featureControl: number;
  crtcIndex: number;
  crtc: number[];
  sequencerIndex: number;
  sequencer: number[];
  graphicsIndex: number;
  graphics: number[];
  attributeIndex: number;
  attribute: number[];
  /** Whether the next write to 3c0 is data rather than an index. */
  attributeDataNext: boolean;
  dacMask: number;
  dacReadPosition: number;
  dacWritePosition: number;
  dacReading: boolean;
  /** Red, green, blue of each colour, 6 bits each. */
  dac: number[];
  inputStatus: number;
}

/** What the registers say about a text screen. */
export interface TextMode {
  readonly columns: number;
  readonly rows: number;
  /** Cells from one row to the next. */
  readonly pitch: number;
  /** Cell index into text memory of the upper left corner. */
  readonly startAddress: number;
  /** Cell index of the cursor. */
  readonly cursorAddress: number;
  readonly cursorEnabled: boolean;
  readonly cursorStartScanLine: number;
  readonly cursorEndScanLine: number;
  readonly blinkEnabled: boolean;
  /** The sixteen colours as 0xrrggbb. */
  readonly palette: readonly number[];
}

export class Vga implements PortDevice {
  #state: VgaState = textMode80x25();

  /** Puts the card into mode 3, as the firmware and GRUB leave it: 80x25 text in colour, cursor in the corner. */
  reset(): void {
    this.#state = textMode80x25();
  }

  /** The text screen that the registers describe at this moment. */
  get textMode(): TextMode {
    const { crtc, attribute } = this.#state;
    const register = (index: number): number => crtc[index] ?? 0;
    const overflow = register(CRTC.overflow);
    const scanLines = (register(CRTC.verticalDisplayEnd) | ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)) + 1;
    const maximumScanLine = register(CRTC.maximumScanLine);
    const cellHeight = ((maximumScanLine & SCAN_LINE_MASK) + 1) * (maximumScanLine & DOUBLE_SCANNING ? 2 : 1);
    const columns = register(CRTC.horizontalDisplayEnd) + 1;
    const cursorStart = register(CRTC.cursorStart);
    const startScanLine = cursorStart & SCAN_LINE_MASK;
    const endScanLine = register(CRTC.cursorEnd) & SCAN_LINE_MASK;
    return {
      columns,
      rows: Math.max(1, Math.floor(scanLines / cellHeight)),
      pitch: register(CRTC.offset) * 2,
      startAddress: (register(CRTC.startAddressHigh) << 8) | register(CRTC.startAddressLow),
      cursorAddress: (register(CRTC.cursorLocationHigh) << 8) | register(CRTC.cursorLocationLow),
      cursorEnabled: !(cursorStart & CURSOR_OFF) && startScanLine <= endScanLine,
      cursorStartScanLine: startScanLine,
      cursorEndScanLine: endScanLine,
      blinkEnabled: ((attribute[ATTRIBUTE_MODE_CONTROL] ?? 0) & BLINK_ENABLE) !== 0,
      palette: attribute.slice(0, 16).map((index) => this.#colour(index & 0x3f)),
    };
  }

  portRead(port: number): number {
    const s = this.#state;
    if (isCrtcPort(port)) {
      if (!this.#answersCrtcAt(port)) return 0xff;
      switch (port & 0x0f) {
        case 0x4:
          return s.crtcIndex;
        case 0x5:
          return s.crtc[s.crtcIndex] ?? 0;
        case 0xa:
          return this.#readInputStatus1();
        default:
          return 0xff;
      }
    }
    switch (port & 0x0f) {
      case 0x0:
        return s.attributeIndex;
      case 0x1:
        return s.attribute[s.attributeIndex & 0x1f] ?? 0;
      case 0x2: // input status 0: no monitor sense, no retrace interrupt
        return 0;
      case 0x4:
        return s.sequencerIndex;
      case 0x5:
        return s.sequencer[s.sequencerIndex] ?? 0;
      case 0x6:
        return s.dacMask;
      case 0x7: // DAC state: 3 after a read index was set, 0 after a write index
        return s.dacReading ? 3 : 0;
      case 0x8:
        return Math.floor(s.dacWritePosition / 3);
      case 0x9: {
        const value = s.dac[s.dacReadPosition] ?? 0;
        s.dacReadPosition = (s.dacReadPosition + 1) % DAC_BYTES;
        return value;
      }
      case 0xa:
        return s.featureControl;
      case 0xc:
        return s.miscellaneousOutput;
      case 0xe:
        return s.graphicsIndex;
      case 0xf:
        return s.graphics[s.graphicsIndex] ?? 0;
      default:
        return 0xff;
    }
  }

  portWrite(port: number, _sizeBytes: AccessSize, value: number): void {
    const s = this.#state;
    if (isCrtcPort(port)) {
      if (!this.#answersCrtcAt(port)) return;
      if ((port & 0x0f) === 0x4) s.crtcIndex = value;
      else if ((port & 0x0f) === 0x5) this.#writeCrtc(s.crtcIndex, value);
      else if ((port & 0x0f) === 0xa) s.featureControl = value;
      return;
    }
    switch (port & 0x0f) {
      case 0x0:
        if (!s.attributeDataNext) s.attributeIndex = value & 0x3f;
        else store(s.attribute, s.attributeIndex & 0x1f, value, ATTRIBUTE_REGISTER_COUNT);
        s.attributeDataNext = !s.attributeDataNext;
        break;
      case 0x2:
        s.miscellaneousOutput = value;
        break;
      case 0x4:
        s.sequencerIndex = value;
        break;
      case 0x5:
        store(s.sequencer, s.sequencerIndex, value, SEQUENCER_REGISTER_COUNT);
        break;
      case 0x6:
        s.dacMask = value;
        break;
      case 0x7:
        s.dacReadPosition = value * 3;
        s.dacReading = true;
        break;
      case 0x8:
        s.dacWritePosition = value * 3;
        s.dacReading = false;
        break;
      case 0x9:
        s.dac[s.dacWritePosition] = value & 0x3f;
        s.dacWritePosition = (s.dacWritePosition + 1) % DAC_BYTES;
        break;
      case 0xe:
        s.graphicsIndex = value;
        break;
      case 0xf:
        store(s.graphics, s.graphicsIndex, value, GRAPHICS_REGISTER_COUNT);
        break;
    }
  }

  #writeCrtc(index: number, value: number): void {
    const { crtc } = this.#state;
    if (index <= 0x07 && (crtc[CRTC.verticalRetraceEnd] ?? 0) & PROTECT_REGISTERS_0_TO_7) {
      // Protected; only the line compare bit of the overflow register stays writable (IBM 2.5.18).
      if (index !== CRTC.overflow) return;
      value = ((crtc[index] ?? 0) & ~OVERFLOW_LINE_COMPARE) | (value & OVERFLOW_LINE_COMPARE);
    }
    store(crtc, index, value, CRTC_REGISTER_COUNT);
  }

  /**
   * Retrace and display enable toggle with every read instead of following a beam: loops that wait for either edge
   * end, at the same instruction each time. Reading also makes the next write to 3c0 an index.
   */
  #readInputStatus1(): number {
    const s = this.#state;
    s.attributeDataNext = false;
    s.inputStatus ^= STATUS_DISPLAY_DISABLED | STATUS_VERTICAL_RETRACE;
    return s.inputStatus;
  }

  #answersCrtcAt(port: number): boolean {
    const colour = (this.#state.miscellaneousOutput & MISC_COLOUR_ADDRESSES) !== 0;
    return colour === port >= VGA_COLOUR_PORTS.firstPort;
  }

  #colour(index: number): number {
    const { dac, dacMask } = this.#state;
    const at = (index & dacMask) * 3;
    const [red = 0, green = 0, blue = 0] = dac.slice(at, at + 3).map((six) => (six << 2) | (six >> 4));
    return (red << 16) | (green << 8) | blue;
  }
}

/** CRT controller and status ports, as opposed to 3c0-3cf. */
function isCrtcPort(port: number): boolean {
  return port < VGA_PORTS.firstPort || port >= VGA_PORTS.firstPort + VGA_PORTS.portCount;
}

function store(registers: number[], index: number, value: number, count: number): void {
  if (index < count) registers[index] = value;
}

/** Mode 3 with 400 scan lines (IBM table 2-3), read back from a PC that GRUB has just handed to a kernel. */
function textMode80x25(): VgaState {
  return {
    miscellaneousOutput: 0x67,
    featureControl: 0,
    crtcIndex: 0,
    // biome-ignore format: one row per group of eight, as in the tables of the reference
    crtc: [
      0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f,
      0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00,
      0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
    ],
    sequencerIndex: 0,
    sequencer: [0x03, 0x00, 0x03, 0x00, 0x02],
    graphicsIndex: 0,
    graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x0f, 0xff],
    attributeIndex: 0x20,
    // biome-ignore format: the palette of the sixteen colours, then mode, overscan, planes, panning, colour select
    attribute: [
      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07,
      0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
      0x0c, 0x00, 0x0f, 0x08, 0x00,
    ],
    attributeDataNext: false,
    dacMask: 0xff,
    dacReadPosition: 0,
    dacWritePosition: 0,
    dacReading: false,
    dac: egaColours(),
    inputStatus: 0,
  };
}

/** The 64 colours of an EGA: bits 0-2 give two thirds of blue, green, red, bits 3-5 one third. */
function egaColours(): number[] {
  const dac = new Array<number>(DAC_BYTES).fill(0);
  for (let colour = 0; colour < 64; colour++) {
    for (let channel = 0; channel < 3; channel++) {
      const bit = 2 - channel;
      dac[colour * 3 + channel] = ((colour >> bit) & 1) * 0x2a + ((colour >> (bit + 3)) & 1) * 0x15;
    }
  }
  return dac;
}
