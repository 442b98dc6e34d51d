/**
 * The Multiboot 1 boot information: parser and builder. Multiboot Specification 0.6.96, section 3.3. The structure holds
 * physical pointers, so building needs the address where it will stand. What it points to follows it, in GRUB's order:
 *
 *    0 structure (116 bytes, padded to 120)   command line   loader name   [APM table]
 *      module list and module strings   memory map   ELF section headers
 *
 * Left out: drives, configuration table, VBE (the machine has no such BIOS services).
 */
import { alignUp, ByteReader, ByteWriter, encodeUtf8 } from '../bytes.ts';
import { LoaderError } from '../loader-error.ts';
import type { MemoryRange } from '../memory-map.ts';
import { type ApmTable, apmCodec } from '../multiboot2/tags/apm.ts';
import type { Framebuffer } from '../multiboot2/tags/framebuffer.ts';

const STRUCTURE_BYTES = 120;
const FLAG = {
  memory: 1 << 0,
  bootDevice: 1 << 1,
  commandLine: 1 << 2,
  modules: 1 << 3,
  elfSections: 1 << 5,
  memoryMap: 1 << 6,
  loaderName: 1 << 9,
  apm: 1 << 10,
  framebuffer: 1 << 12,
} as const;

/** A module in the list. */
interface Multiboot1Module {
  readonly startAddress: number;
  readonly endAddress: number;
  readonly commandLine: string;
}

/** The boot information; a field that is absent has its flag clear. */
export interface Multiboot1Information {
  readonly memory?: { readonly lowerKib: number; readonly upperKib: number };
  /** Drive in the top byte, then partitions, 0xff for none. */
  readonly bootDevice?: number;
  readonly commandLine?: string;
  readonly modules?: readonly Multiboot1Module[];
  readonly elfSections?: { readonly entryBytes: number; readonly namesIndex: number; readonly headers: Uint8Array };
  readonly memoryMap?: readonly MemoryRange[];
  readonly loaderName?: string;
  readonly apm?: ApmTable;
  readonly framebuffer?: Framebuffer;
}

/** The structure and everything it points to, for the physical address `address`. The length does not depend on it. */
export function buildMultiboot1Information(information: Multiboot1Information, address: number): Uint8Array {
  const { memory, elfSections, framebuffer } = information;
  const tail = new ByteWriter();
  const here = () => address + STRUCTURE_BYTES + tail.length;
  const text = (value: string | undefined) => {
    if (value === undefined) return 0;
    const at = here();
    tail.zeroTerminated(value).align(4);
    return at;
  };
  const commandLine = text(information.commandLine);
  const loaderName = text(information.loaderName);
  const apm = information.apm === undefined ? 0 : here();
  if (information.apm !== undefined) apmCodec.build(tail, { tag: 'apm', ...information.apm });
  const modules = information.modules?.length ? here() : 0;
  appendModules(tail, address + STRUCTURE_BYTES, information.modules ?? []);
  const memoryMap = information.memoryMap === undefined ? 0 : here();
  for (const range of information.memoryMap ?? []) {
    // `size` counts what follows it.
    tail.u32(20).u64(range.baseAddress).u64(range.lengthBytes).u32(range.type);
  }
  const memoryMapBytes = memoryMap === 0 ? 0 : here() - memoryMap;
  const sections = elfSections === undefined ? 0 : here();
  if (elfSections !== undefined) tail.raw(elfSections.headers);

  let flags = 0;
  for (const [field, flag] of Object.entries(FLAG)) {
    if (information[field as keyof typeof FLAG] !== undefined) flags |= flag;
  }
  // An empty list has no address, so it is no list.
  if (modules === 0) flags &= ~FLAG.modules;

  const head = new ByteWriter();
  head
    .u32(flags)
    .u32(memory?.lowerKib ?? 0)
    .u32(memory?.upperKib ?? 0)
    .u32(information.bootDevice ?? 0);
  head
    .u32(commandLine)
    .u32(information.modules?.length ?? 0)
    .u32(modules);
  const sectionCount = elfSections === undefined ? 0 : Math.floor(elfSections.headers.length / elfSections.entryBytes);
  head
    .u32(sectionCount)
    .u32(elfSections?.entryBytes ?? 0)
    .u32(sections)
    .u32(elfSections?.namesIndex ?? 0);
  head.u32(memoryMapBytes).u32(memoryMap).u32(0).u32(0).u32(0).u32(loaderName).u32(apm);
  head.u32(0).u32(0).u16(0).u16(0).u16(0).u16(0);
  if (framebuffer !== undefined) {
    head.u64(framebuffer.address).u32(framebuffer.pitch).u32(framebuffer.width).u32(framebuffer.height);
    head.u8(framebuffer.bitsPerPixel).u8(framebuffer.type).raw(framebuffer.colorInfo.subarray(0, 6));
  }
  head.raw(new Uint8Array(STRUCTURE_BYTES - head.length));
  return head.raw(tail.finish()).finish();
}

function appendModules(tail: ByteWriter, tailAddress: number, modules: readonly Multiboot1Module[]): void {
  let stringAt = tailAddress + tail.length + 16 * modules.length;
  for (const module of modules) {
    tail.u32(module.startAddress).u32(module.endAddress).u32(stringAt).u32(0);
    stringAt += alignUp(encodeUtf8(module.commandLine).length + 1, 4);
  }
  for (const module of modules) tail.zeroTerminated(module.commandLine).align(4);
}

/**
 * The boot information from memory.
 * @param bytes memory that holds the structure and all it points to
 * @param bytesAddress physical address of `bytes[0]`
 * @param address physical address of the structure
 * @throws LoaderError multiboot-tag-malformed if something lies outside `bytes`
 */
export function parseMultiboot1Information(
  bytes: Uint8Array,
  bytesAddress = 0,
  address = bytesAddress,
): Multiboot1Information {
  const reader = new ByteReader(bytes);
  const offsetOf = (pointer: number, lengthBytes: number, what: string) => {
    const offset = pointer - bytesAddress;
    if (reader.has(offset, lengthBytes)) return offset;
    throw new LoaderError(
      'multiboot-tag-malformed',
      `the ${what} of the Multiboot 1 boot information is out of reach`,
      {
        offset: address - bytesAddress,
        expected: `${lengthBytes} bytes inside 0x${bytesAddress.toString(16)}+${bytes.length}`,
        found: `address 0x${pointer.toString(16)}`,
        remedy: 'The guest or the loader overwrote it; read it before the kernel allocates memory.',
      },
    );
  };
  const at = offsetOf(address, 116, 'structure');
  const field = (offset: number) => reader.u32(at + offset);
  const flags = field(0);
  const has = (name: keyof typeof FLAG) => (flags & FLAG[name]) !== 0;
  const text = (pointer: number, what: string) => reader.zeroTerminated(offsetOf(pointer, 1, what));
  return {
    ...(has('memory') && { memory: { lowerKib: field(4), upperKib: field(8) } }),
    ...(has('bootDevice') && { bootDevice: field(12) }),
    ...(has('commandLine') && { commandLine: text(field(16), 'command line') }),
    ...(has('modules') && {
      modules: parseModules(reader, field(20), offsetOf(field(24), 16 * field(20), 'module list'), text),
    }),
    ...(has('elfSections') && {
      elfSections: {
        entryBytes: field(32),
        namesIndex: field(40),
        headers: reader.slice(
          offsetOf(field(36), field(28) * field(32), 'section header table'),
          field(28) * field(32),
        ),
      },
    }),
    ...(has('memoryMap') && {
      memoryMap: parseMemoryMap(reader, offsetOf(field(48), field(44), 'memory map'), field(44)),
    }),
    ...(has('loaderName') && { loaderName: text(field(64), 'loader name') }),
    ...(has('apm') && { apm: parseApm(reader, offsetOf(field(68), 20, 'APM table')) }),
    ...(has('framebuffer') && {
      framebuffer: {
        address: reader.u64(at + 88),
        pitch: field(96),
        width: field(100),
        height: field(104),
        bitsPerPixel: reader.u8(at + 108),
        type: reader.u8(at + 109),
        colorInfo: reader.slice(at + 110, 6),
      },
    }),
  };
}

function parseModules(
  reader: ByteReader,
  count: number,
  at: number,
  text: (pointer: number, what: string) => string,
): Multiboot1Module[] {
  return Array.from({ length: count }, (_, i) => ({
    startAddress: reader.u32(at + 16 * i),
    endAddress: reader.u32(at + 16 * i + 4),
    commandLine: text(reader.u32(at + 16 * i + 8), 'module string'),
  }));
}

function parseMemoryMap(reader: ByteReader, start: number, lengthBytes: number): MemoryRange[] {
  const ranges: MemoryRange[] = [];
  const end = start + lengthBytes;
  for (let at = start; at + 24 <= end; at += reader.u32(at) + 4) {
    ranges.push({ baseAddress: reader.u64(at + 4), lengthBytes: reader.u64(at + 12), type: reader.u32(at + 20) });
  }
  return ranges;
}

function parseApm(reader: ByteReader, at: number): ApmTable {
  const { tag: _, ...table } = apmCodec.parse(new ByteReader(reader.slice(at, 20)));
  return table;
}
