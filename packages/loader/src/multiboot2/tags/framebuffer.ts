/**
 * Framebuffer, tag 8: EGA text or linear RGB graphics; indexed colour is not written (no device of the machine has it).
 * Multiboot2 Specification 2.0, 3.6.12. The specification gives `reserved` one byte, GRUB writes two, and so do we.
 */
import type { TagCodec } from './codec.ts';

export const FRAMEBUFFER_INDEXED = 0;
export const FRAMEBUFFER_RGB = 1;
export const FRAMEBUFFER_EGA_TEXT = 2;

/** What is on the screen: text cells (then `width` and `height` are columns and rows) or pixels. */
export interface Framebuffer {
  readonly address: bigint;
  /** Bytes per line. */
  readonly pitch: number;
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  /** 0 indexed, 1 RGB, 2 EGA text. */
  readonly type: number;
  /** Colour description behind the type: for RGB position and size of red, green and blue, one byte each. */
  readonly colorInfo: Uint8Array;
}

export interface FramebufferTag extends Framebuffer {
  readonly tag: 'framebuffer';
}

/** The 80x25 text screen at 0xb8000. */
export const EGA_TEXT: Framebuffer = {
  address: 0xb8000n,
  pitch: 160,
  width: 80,
  height: 25,
  bitsPerPixel: 16,
  type: FRAMEBUFFER_EGA_TEXT,
  colorInfo: new Uint8Array(),
};

export const framebufferCodec: TagCodec<FramebufferTag> = {
  type: 8,
  minimumBytes: 24,
  parse: (fields) => ({
    tag: 'framebuffer',
    address: fields.u64(0),
    pitch: fields.u32(8),
    width: fields.u32(12),
    height: fields.u32(16),
    bitsPerPixel: fields.bytes[20]!,
    type: fields.bytes[21]!,
    colorInfo: fields.slice(24, fields.length - 24),
  }),
  build: (writer, tag) => {
    writer.u64(tag.address).u32(tag.pitch).u32(tag.width).u32(tag.height);
    writer.u8(tag.bitsPerPixel).u8(tag.type).u16(0).raw(tag.colorInfo);
  },
};
