/** The renderer against a real terminal emulator (xterm, headless): what it draws is read back cell by cell. */

import { decodeCell, type TextFrame } from '@longmode/machine';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColorDepth } from '../src/terminal/palette.ts';
import { frameToAnsi, frameToText, ScreenRenderer } from '../src/terminal/renderer.ts';
import { frameOf } from './fake-machine.ts';

function terminal(columns: number, rows: number) {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 100 });
  return {
    emulator,
    write: (text: string) => new Promise<void>((resolve) => emulator.write(text, resolve)),
    line: (row: number) => emulator.buffer.active.getLine(row)!.translateToString(true),
    cell: (column: number, row: number) => emulator.buffer.active.getLine(row)!.getCell(column)!,
  };
}

/** Cells of the frame as the truecolor terminal must show them. */
function expectSame(frame: TextFrame, shown: ReturnType<typeof terminal>, columns = 80, rows = 25, top = 0): void {
  const seen: unknown[] = [];
  const expected: unknown[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { character, foreground, background, blink } = decodeCell(
        frame.cells[(top + row) * 80 + column]!,
        frame.blinkEnabled,
      );
      const cell = shown.cell(column, row);
      seen.push([row, column, cell.getChars(), cell.getFgColor(), cell.getBgColor(), cell.isBlink() !== 0]);
      expected.push([row, column, character, frame.palette[foreground], frame.palette[background], blink]);
    }
  }
  expect(seen).toEqual(expected);
}

const visible = (column: number, row: number) => ({ column, row, visible: true, startScanLine: 14, endScanLine: 15 });

describe('ScreenRenderer', () => {
  test('draws characters, colours and the cursor', async () => {
    const shown = terminal(80, 25);
    const frame = frameOf(['Hello \u0001\u00db', '', '  deep'], 0x2f, visible(3, 7));
    await shown.write(new ScreenRenderer('truecolor', { columns: 80, rows: 25 }).draw(frame));
    expect(shown.line(0)).toBe('Hello ☺█'.padEnd(80));
    expectSame(frame, shown);
    expect([shown.emulator.buffer.active.cursorX, shown.emulator.buffer.active.cursorY]).toEqual([3, 7]);
  });

  test('any sequence of frames leaves what a full picture of the last one shows', async () => {
    const cell = fc.record({ at: fc.nat(80 * 25 - 1), word: fc.nat(0xffff) });
    const changes = fc.array(fc.array(cell, { maxLength: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (steps, blinkEnabled) => {
        const shown = terminal(80, 25);
        const renderer = new ScreenRenderer('truecolor', { columns: 80, rows: 25 });
        let frame: TextFrame = { ...frameOf(['start']), blinkEnabled };
        await shown.write(renderer.draw(frame));
        for (const step of steps) {
          frame = { ...frame, cells: frame.cells.slice() };
          for (const { at, word } of step) frame.cells[at] = word;
          await shown.write(renderer.draw(frame));
        }
        expectSame(frame, shown);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('nothing changed: nothing is sent; one character: a few bytes', () => {
    const renderer = new ScreenRenderer('truecolor', { columns: 80, rows: 25 });
    const frame = frameOf(['abc']);
    renderer.draw(frame);
    expect(renderer.draw({ ...frame, cells: frame.cells.slice() })).toBe('');
    const output = renderer.draw(frameOf(['abd']));
    expect(output).toBe('\x1b[?2026h\x1b[?25l\x1b[1;3H\x1b[0;38;2;170;170;170;48;2;0;0;0md\x1b[0m\x1b[?25l\x1b[?2026l');
  });

  test('a frame that is changed in place is still seen as changed', () => {
    const renderer = new ScreenRenderer('mono', { columns: 80, rows: 25 });
    const frame = frameOf(['abc']);
    renderer.draw(frame);
    frame.cells[0] = 0x0741;
    expect(renderer.draw(frame)).toContain('A');
  });

  test.each([
    [40, 10, 15],
    [79, 24, 1],
    [1, 1, 24],
    [200, 60, 0],
  ])('a window of %i x %i', async (columns, rows, top) => {
    const shown = terminal(columns, rows);
    const lines = Array.from({ length: 25 }, (_, row) => `row ${row} `.repeat(11).slice(0, 80));
    const frame = frameOf(lines, 0x1e, visible(79, 24));
    const renderer = new ScreenRenderer('truecolor', { columns, rows });
    await shown.write(renderer.draw(frame));
    expectSame(frame, shown, Math.min(columns, 80), Math.min(rows, 25), top);
    expect(shown.emulator.buffer.active.baseY).toBe(0);
  });

  test('the footer is below the screen, in reverse video, and changes alone', async () => {
    const shown = terminal(80, 28);
    const renderer = new ScreenRenderer('truecolor', { columns: 80, rows: 28 });
    const frame = frameOf(['top']);
    await shown.write(renderer.draw(frame, ['status one', 'serial a', 'serial b', 'no room']));
    expect([25, 26, 27].map(shown.line)).toEqual(['status one', 'serial a', 'serial b']);
    expect(shown.cell(0, 25).isInverse()).not.toBe(0);
    expect(shown.cell(0, 26).isInverse()).toBe(0);
    const update = renderer.draw(frame, ['status 2', 'serial a']);
    expect(update).not.toContain('top');
    await shown.write(update);
    expect([25, 26, 27].map(shown.line)).toEqual(['status 2', 'serial a', '']);
  });

  test('another window size draws everything again', async () => {
    const renderer = new ScreenRenderer('truecolor', { columns: 80, rows: 25 });
    const frame = frameOf(['abc'], 0x4f);
    renderer.draw(frame);
    renderer.resize({ columns: 50, rows: 12 });
    const shown = terminal(50, 12);
    await shown.write(renderer.draw(frame));
    expect(shown.emulator.buffer.active.length).toBe(12);
    expectSame({ ...frame, cells: frame.cells }, shown, 50, 12, 13);
  });
});

describe('fewer colours', () => {
  const frame = frameOf(['x'], 0x4e);
  const sent: [ColorDepth, string][] = [
    ['truecolor', '\x1b[0;38;2;255;255;85;48;2;170;0;0mx'],
    ['256', '\x1b[0;38;5;227;48;5;124mx'],
    ['16', '\x1b[0;93;41mx'],
    ['mono', '\x1b[0;1mx'],
  ];
  test.each(sent)('%s', (depth, sequence) => {
    expect(new ScreenRenderer(depth, { columns: 80, rows: 25 }).draw(frame)).toContain(sequence);
  });

  test('dark on bright is reverse video where there are no colours', () => {
    expect(new ScreenRenderer('mono', { columns: 80, rows: 25 }).draw(frameOf(['x'], 0x70))).toContain('\x1b[0;7mx');
  });
});

describe('the final screen', () => {
  test('stays as coloured lines down to the last used row', async () => {
    const shown = terminal(80, 10);
    await shown.write(frameToAnsi(frameOf(['one', '', 'three'], 0x1f), 'truecolor', 80).replaceAll('\n', '\r\n'));
    expect([0, 1, 2, 3].map((row) => shown.line(row).trimEnd())).toEqual(['one', '', 'three', '']);
    expect(shown.cell(0, 0).getBgColor()).toBe(0x0000aa);
    expect(shown.cell(0, 3).isBgDefault()).toBe(true);
  });

  test('is cut to a narrow window', async () => {
    const shown = terminal(20, 10);
    await shown.write(frameToAnsi(frameOf(['x'.repeat(80), 'y']), 'truecolor', 20).replaceAll('\n', '\r\n'));
    expect([0, 1].map(shown.line)).toEqual(['x'.repeat(20), 'y'.padEnd(20)]);
  });

  test('as text has no trailing spaces and no unused rows; an empty screen is nothing', () => {
    expect(frameToText(frameOf(['a  ', '', '  b']))).toBe('a\n\n  b\n');
    expect(frameToText(frameOf([]))).toBe('');
    expect(frameToAnsi(frameOf([]), 'truecolor', 80)).toBe('');
  });
});
