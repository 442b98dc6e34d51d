/**
 * The Multiboot 2 boot information: parser and builder. Multiboot2 Specification 2.0, section 3.6.
 *
 *    0 total size   4 reserved (0)   8 tags, each at a multiple of 8, ended by (0, 8)
 *
 * One file per tag in `tags/`. Tags of EFI, VBE, SMBIOS and network are read as `unknown` with their bytes: the machine has
 * nothing to put there. The total size counts the padding between tags; padding is zero (GRUB leaves garbage there).
 */
import { ByteReader, ByteWriter } from '../bytes.ts';
import { LoaderError } from '../loader-error.ts';
import { type AcpiNewTag, type AcpiOldTag, acpiNewCodec, acpiOldCodec } from './tags/acpi.ts';
import { type ApmTag, apmCodec } from './tags/apm.ts';
import { type BasicMemoryTag, basicMemoryCodec } from './tags/basic-memory.ts';
import { type BootDeviceTag, bootDeviceCodec } from './tags/boot-device.ts';
import type { TagCodec } from './tags/codec.ts';
import { type CommandLineTag, commandLineCodec } from './tags/command-line.ts';
import { type ElfSectionsTag, elfSectionsCodec } from './tags/elf-sections.ts';
import { type FramebufferTag, framebufferCodec } from './tags/framebuffer.ts';
import { type LoadBaseTag, loadBaseCodec } from './tags/load-base.ts';
import { type LoaderNameTag, loaderNameCodec } from './tags/loader-name.ts';
import { type MemoryMapTag, memoryMapCodec } from './tags/memory-map.ts';
import { type ModuleTag, moduleCodec } from './tags/module.ts';

type KnownTag =
  | CommandLineTag
  | LoaderNameTag
  | ModuleTag
  | BasicMemoryTag
  | BootDeviceTag
  | MemoryMapTag
  | FramebufferTag
  | ElfSectionsTag
  | ApmTag
  | AcpiOldTag
  | AcpiNewTag
  | LoadBaseTag;

/** One tag of the boot information. */
export type InformationTag =
  | KnownTag
  | { readonly tag: 'unknown'; readonly tagType: number; readonly bytes: Uint8Array };

type Codecs = { readonly [Tag in KnownTag as Tag['tag']]: TagCodec<Tag> };

const CODECS: Codecs = {
  'command-line': commandLineCodec,
  'loader-name': loaderNameCodec,
  module: moduleCodec,
  'basic-memory': basicMemoryCodec,
  'boot-device': bootDeviceCodec,
  'memory-map': memoryMapCodec,
  framebuffer: framebufferCodec,
  'elf-sections': elfSectionsCodec,
  apm: apmCodec,
  'acpi-1.0': acpiOldCodec,
  'acpi-2.0': acpiNewCodec,
  'load-base': loadBaseCodec,
};

/** The boot information as bytes, end tag included; the tags in the order given. */
export function buildInformation(tags: readonly InformationTag[]): Uint8Array {
  const writer = new ByteWriter().u32(0).u32(0);
  for (const tag of tags) {
    const at = writer.length;
    if (tag.tag === 'unknown') {
      writer.u32(tag.tagType).u32(0).raw(tag.bytes);
    } else {
      // The codec under a tag's name takes exactly that tag; TypeScript cannot follow the correlation.
      const codec = CODECS[tag.tag] as TagCodec<KnownTag>;
      writer.u32(codec.type).u32(0);
      codec.build(writer, tag);
    }
    writer.patchU32(at + 4, writer.length - at).align(8);
  }
  writer.u32(0).u32(8);
  return writer.patchU32(0, writer.length).finish();
}

/**
 * The tags of a boot information, end tag excluded.
 * @throws LoaderError multiboot-tag-malformed
 */
export function parseInformation(bytes: Uint8Array): InformationTag[] {
  const malformed = (offset: number, expected: string, found: string) =>
    new LoaderError('multiboot-tag-malformed', 'the Multiboot 2 boot information is malformed', {
      offset,
      expected,
      found,
      remedy: 'The guest or the loader overwrote it; read it before the kernel allocates memory.',
    });
  if (bytes.length < 8) throw malformed(0, 'at least 8 bytes', `${bytes.length}`);
  const whole = new ByteReader(bytes);
  const totalBytes = whole.u32(0);
  if (totalBytes > bytes.length) throw malformed(0, `a total size of at most ${bytes.length}`, `${totalBytes}`);
  const reader = new ByteReader(whole.slice(0, totalBytes));
  const tags: InformationTag[] = [];
  let at = 8;
  while (reader.has(at, 8)) {
    const type = reader.u32(at);
    const sizeBytes = reader.u32(at + 4);
    if (type === 0) return tags;
    const codec = Object.values(CODECS).find((candidate) => candidate.type === type) as TagCodec<KnownTag> | undefined;
    const minimumBytes = 8 + (codec?.minimumBytes ?? 0);
    if (sizeBytes < minimumBytes || !reader.has(at, sizeBytes)) {
      throw malformed(at + 4, `a tag size of ${minimumBytes} to ${totalBytes - at}`, `${sizeBytes}`);
    }
    const fields = new ByteReader(reader.slice(at + 8, sizeBytes - 8));
    tags.push(codec?.parse(fields) ?? { tag: 'unknown', tagType: type, bytes: fields.bytes });
    at += Math.ceil(sizeBytes / 8) * 8;
  }
  throw malformed(Math.min(at, totalBytes), 'an end tag', 'the end of the boot information');
}
