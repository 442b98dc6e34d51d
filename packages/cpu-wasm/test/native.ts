/**
 * The processor under this test run as an oracle for 32-bit user code: one assembly text becomes a static i386 Linux program and
 * a flat guest with the same bytes at the same addresses, and both leave the same results in memory.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '@longmode/x86';
import { MEMORY_BYTES, ORIGIN } from './flat-guest.ts';

/** Where a program puts its results, behind its code; the rest of the guest's RAM. */
export const RESULTS = 0x100000;
const FILE_HEADERS_BYTES = 0x54;

/** Ends a program that has written `EDI - RESULTS` bytes: `native` writes them to standard output and exits. */
export function ending(native: boolean): string {
  if (!native) return 'jmp $';
  return `
    mov edx, edi
    sub edx, ${RESULTS}
    mov ecx, ${RESULTS}
    mov ebx, 1
    mov eax, 4
    int 0x80
    xor ebx, ebx
    mov eax, 1
    int 0x80`;
}

/** ELF-32 executable: one segment that covers the guest's RAM from ORIGIN on (ELF specification 1.2, figures 1-3 and 2-1). */
function elf(code: Uint8Array): Uint8Array {
  const file = new Uint8Array(0x1000 + code.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const put = (offset: number, ...words: number[]): void => {
    for (const [index, word] of words.entries()) view.setUint32(offset + index * 4, word, true);
  };
  // Type EXEC, machine 386, version, entry, program headers, no sections, flags, sizes and counts.
  put(0x10, 0x0003_0002, 1, ORIGIN, 0x34, 0, 0, 0x0020_0034, 0x0028_0001, 0);
  // LOAD, file offset, address twice, size in file, size in memory, readable + writable + executable, alignment.
  put(0x34, 1, 0x1000, ORIGIN, ORIGIN, code.length, MEMORY_BYTES - ORIGIN, 7, 0x1000);
  if (0x34 + 0x20 !== FILE_HEADERS_BYTES) throw new Error('ELF headers have another size than expected');
  file.set(code, 0x1000);
  return file;
}

/** Runs `source` natively and returns what it wrote, or why this machine can't. */
export function runNatively(source: string): { readonly results: Uint8Array } | { readonly reason: string } {
  const folder = mkdtempSync(join(tmpdir(), 'native-'));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, elf(assemble(source, { origin: ORIGIN, bits: 32 }).bytes));
    chmodSync(program, 0o755);
    const { error, status, signal, stdout } = spawnSync(program, { maxBuffer: 2 ** 26, timeout: 60_000 });
    if (error) return { reason: `this machine runs no i386 programs: ${error.message}` };
    if (status !== 0) throw new Error(`the native program ended with ${signal ?? `status ${status}`}`);
    return { results: new Uint8Array(stdout) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
