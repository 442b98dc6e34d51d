/**
 * Minimal boot code for tests: Multiboot 1 (with address fields) and 2 headers, identity map of 4 GiB by 2 MiB pages,
 * long mode, then `start` and `kmain`. No checks: real kernels bring their own.
 */
import type { BootCode, BootSection, LinkSymbols } from '../src/image.ts';

/** Writes little-endian words and remembers where it is. */
class Bytes {
  readonly out: number[] = [];
  private readonly origin: number;
  constructor(origin: number) {
    this.origin = origin;
  }
  get address(): number {
    return this.origin + this.out.length;
  }
  b(...bytes: number[]): this {
    this.out.push(...bytes);
    return this;
  }
  d(...words: number[]): this {
    for (const word of words) this.out.push(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24);
    return this;
  }
  align(bytes: number): this {
    while (this.out.length % bytes !== 0) this.out.push(0);
    return this;
  }
}

const at = (link: LinkSymbols, name: string): number => {
  const value = link.get(name);
  if (value === undefined) throw new Error(`no link symbol ${name}`);
  return value;
};

const MULTIBOOT1_MAGIC = 0x1badb002;
const MULTIBOOT1_FLAGS = 0x0001_0003; // page align, memory information, address fields
const MULTIBOOT2_MAGIC = 0xe85250d6;

export const testBoot: BootCode = {
  reservations: [
    { name: 'p4_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p3_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p2_tables', sizeBytes: 4 * 4096, alignBytes: 4096 },
    { name: 'stack_bottom', sizeBytes: 65536, alignBytes: 4096, endName: 'stack_top' },
    { name: 'boot_info', sizeBytes: 8 },
  ],
  assemble(link: LinkSymbols): BootSection {
    const base = at(link, 'boot_start');
    const code = new Bytes(base);
    const symbols = new Map<string, number>();
    const entryOffset = 128;
    const entry = base + entryOffset;
    code.d(MULTIBOOT1_MAGIC, MULTIBOOT1_FLAGS, -(MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS));
    code.d(base, base, at(link, 'image_load_end'), at(link, 'image_end'), entry).align(16);
    while (code.out.length < 48) code.b(0);
    code.d(MULTIBOOT2_MAGIC, 0, 24, -(MULTIBOOT2_MAGIC + 24)).d(0, 8); // end tag
    symbols.set('gdt', code.address).set('gdt_pointer', code.address + 16);
    code.d(0, 0, 0, 0x00209800); // null, 64-bit code segment
    code.b(15, 0).d(symbols.get('gdt')!, 0);
    while (code.out.length < entryOffset) code.b(0);

    symbols.set('boot_entry', entry);
    code.b(0xbc).d(at(link, 'stack_top')); // mov esp, stack_top
    code.b(0xa3).d(at(link, 'boot_info')); // mov [boot_info], eax
    code.b(0x89, 0x1d).d(at(link, 'boot_info') + 4); // mov [boot_info + 4], ebx
    const p4 = at(link, 'p4_table');
    code.b(0xc7, 0x05).d(p4, at(link, 'p3_table') | 3); // mov dword [p4], p3 | 3
    for (let i = 0; i < 4; i++)
      code.b(0xc7, 0x05).d(at(link, 'p3_table') + 8 * i, (at(link, 'p2_tables') + 4096 * i) | 3);
    code.b(0xbf).d(at(link, 'p2_tables')); // mov edi, p2_tables
    code.b(0xb8).d(0x83); // mov eax, present | writable | huge
    code.b(0xb9).d(2048); // mov ecx, 2048
    code.b(0x89, 0x07); // fill: mov [edi], eax
    code.b(0x83, 0xc7, 8); // add edi, 8
    code.b(0x05).d(0x200000); // add eax, 2 MiB
    code.b(0xe2, 0xf4); // loop fill
    code.b(0xb8).d(p4).b(0x0f, 0x22, 0xd8); // mov eax, p4; mov cr3, eax
    code.b(0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x20, 0x0f, 0x22, 0xe0); // cr4 |= PAE
    code.b(0xb9).d(0xc0000080).b(0x0f, 0x32, 0x0d).d(0x900).b(0x0f, 0x30); // EFER |= LME | NXE
    code.b(0x0f, 0x20, 0xc0, 0x0d).d(0x8001_0000).b(0x0f, 0x22, 0xc0); // cr0 |= PG | WP
    code.b(0x0f, 0x01, 0x15).d(symbols.get('gdt_pointer')!); // lgdt
    code
      .b(0xea)
      .d(code.address + 6)
      .b(8, 0); // jmp 8:next
    symbols.set('long_mode', code.address);
    code.b(0x31, 0xc0, 0x8e, 0xd0, 0x8e, 0xd8, 0x8e, 0xc0); // ss, ds, es = 0
    code.b(0x31, 0xed); // xor ebp, ebp: the end of every backtrace
    for (const target of ['start', 'kmain']) code.b(0xe8).d(at(link, target) - (code.address + 4));
    code.b(0xfa, 0xf4, 0xeb, 0xfd); // cli; hlt; again
    return { bytes: Uint8Array.from(code.out), symbols, entry: 'boot_entry' };
  },
};
