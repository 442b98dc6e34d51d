import { expect, test } from 'vitest';
import { LinearFramebuffer } from './linear-framebuffer.ts';

test('accesses of every size, little-endian', () => {
  const framebuffer = new LinearFramebuffer(4, 2);
  framebuffer.mmioWrite(4, 4, 0x00123456);
  framebuffer.mmioWrite(8, 2, 0xabcd);
  framebuffer.mmioWrite(10, 1, 0xef);
  expect([...framebuffer.pixels.subarray(4, 12)]).toEqual([0x56, 0x34, 0x12, 0, 0xcd, 0xab, 0xef, 0]);
  expect([framebuffer.mmioRead(4, 4), framebuffer.mmioRead(8, 2), framebuffer.mmioRead(10, 1)]).toEqual([
    0x00123456, 0xabcd, 0xef,
  ]);
});

test('tells the rows that were written, once', () => {
  const framebuffer = new LinearFramebuffer(4, 8);
  expect(framebuffer.takeChangedRows()).toBeUndefined();
  framebuffer.mmioWrite(5 * 16 + 15, 1, 1);
  framebuffer.mmioWrite(2 * 16, 4, 1);
  expect(framebuffer.takeChangedRows()).toEqual({ firstRow: 2, rowCount: 4 });
  expect(framebuffer.takeChangedRows()).toBeUndefined();
  framebuffer.mmioWrite(0, 1, 1);
  expect(framebuffer.takeChangedRows()).toEqual({ firstRow: 0, rowCount: 1 });
});
