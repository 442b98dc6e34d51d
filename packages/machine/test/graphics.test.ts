/** A kernel that wishes for graphics, on the real core: what it is told, and that its pixels are the same on every engine. */

import { describe, expect, test } from 'vitest';
import { boot, type ChangedPixelRows } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { ENTER_LONG_MODE, guest } from './guest.ts';

const WIDTH = 320;
const HEIGHT = 200;

/**
 * Looks for tag 8 in the boot information (Multiboot2 2.0, 3.6.12), enters long mode and fills all rows but the first with
 * pixels 0x00yyxxyy; then a byte, a word and sixteen bytes at once into row 100.
 */
const PAINTER = `
start:  lea esi, [ebx + 8]
tag:    cmp dword [esi], 8
        je found
        mov eax, [esi + 4]
        add eax, 7
        and eax, 0xfffffff8
        add esi, eax
        jmp tag
found:  mov ebp, [esi + 8]
        mov esp, [esi + 16]
        ${ENTER_LONG_MODE}
        ; The framebuffer is in the fourth GiB: page-directory-pointer entry 3 maps it with a table of its own.
        mov edi, 0x201000 + 8 * 3
        mov dword [edi], 0x203003
        mov edi, 0x203000 + 8 * 488
        mov rax, 0xfd000083
        mov [rdi], rax
        mov rdi, rbp
        add rdi, rsp
        mov ecx, 1
row:    xor edx, edx
pixel:  mov eax, ecx
        shl eax, 8
        or al, dl
        shl eax, 8
        or al, cl
        stosd
        inc edx
        cmp edx, ${WIDTH}
        jne pixel
        inc ecx
        cmp ecx, ${HEIGHT}
        jne row
        mov byte [rbp + ${100 * WIDTH * 4 + 3}], 0x11
        mov word [rbp + ${100 * WIDTH * 4 + 8}], 0x2233
        mov rax, cr4
        or eax, 0x200
        mov cr4, rax
        pxor xmm0, xmm0
        movups [rbp + ${100 * WIDTH * 4 + 16}], xmm0
        cli
        hlt
`;

function expected(): Uint8Array {
  const bytes = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let y = 1; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) bytes.set([y, x & 0xff, y, 0], (y * WIDTH + x) * 4);
  }
  const row = 100 * WIDTH * 4;
  bytes[row + 3] = 0x11;
  bytes.set([0x33, 0x22], row + 8);
  bytes.fill(0, row + 16, row + 32);
  return bytes;
}

const image = guest(PAINTER, [{ tag: 'framebuffer', optional: false, width: WIDTH, height: HEIGHT, depth: 32 }]);

describe.each(ENGINES)('on the %s engine', (engine) => {
  test('pixels arrive where the boot information says, and their rows are told', async () => {
    await using machine = await boot({ kernel: image, engine, code: await loadEngine(engine), graphics: true });
    expect(machine.framebuffer).toMatchObject({ width: WIDTH, height: HEIGHT });
    const rows: ChangedPixelRows[] = [];
    machine.on('graphics', (changed) => rows.push(changed));
    expect(await machine.run()).toMatchObject({ kind: 'halted' });
    expect(Buffer.compare(machine.framebuffer!.pixels, expected())).toBe(0);
    expect(Math.min(...rows.map(({ firstRow }) => firstRow))).toBe(1);
    expect(Math.max(...rows.map(({ firstRow, rowCount }) => firstRow + rowCount))).toBe(HEIGHT);
    expect(machine.warnings).toEqual([]);
  });
});

test('without graphics it gets the text screen, and a warning', async () => {
  await using machine = await boot({ kernel: image, code: await loadEngine('interpreter') });
  expect(machine.framebuffer).toBeUndefined();
  expect(machine.warnings.join()).toContain('it gets the 80x25 text screen');
});
