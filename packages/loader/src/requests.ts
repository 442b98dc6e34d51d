/**
 * What the kernel's header asks of the loader, beyond being loaded: what cannot be ignored is an error, what a kernel should
 * know it does not get is a warning. Decisions as in GRUB 2.06 on a BIOS machine: a graphics mode is a wish, tags for EFI
 * do not concern it, boot information that the machine does not have is simply absent.
 */
import { wishedGraphics } from './graphics.ts';
import { hex, LoaderError } from './loader-error.ts';
import type { Multiboot1Header } from './multiboot1/header.ts';
import type { Multiboot2Header } from './multiboot2/header.ts';
import type { HeaderTag } from './multiboot2/header-tags.ts';
import { FRAMEBUFFER_EGA_TEXT, type Framebuffer } from './multiboot2/tags/framebuffer.ts';
import type { Settings } from './options.ts';

const CONSOLE_REQUIRED = 1;
const CONSOLE_EGA_TEXT = 2;
/** Highest boot information tag that the specification defines. */
const LAST_INFORMATION_TAG = 21;

/** Warnings about a Multiboot 1 header's wishes. */
export function checkMultiboot1Requests(header: Multiboot1Header, framebuffer: Framebuffer): string[] {
  const wish = wishedGraphics(header);
  if (!wish || framebuffer.type !== FRAMEBUFFER_EGA_TEXT) return [];
  const { width, height, depth } = wish;
  return [`the kernel prefers graphics of ${width}x${height}x${depth}; it gets the 80x25 text screen`];
}

/**
 * Warnings about a Multiboot 2 header's wishes.
 * @throws LoaderError multiboot-tag-unsupported, multiboot-console-unsupported
 */
export function checkMultiboot2Requests(header: Multiboot2Header, settings: Settings): string[] {
  return header.tags.flatMap((tag, i) => checkTag(tag, header.tagOffsets[i] ?? header.offset, settings));
}

function checkTag(tag: HeaderTag, offset: number, settings: Settings): string[] {
  const isText = settings.framebuffer.type === FRAMEBUFFER_EGA_TEXT;
  switch (tag.tag) {
    case 'unknown':
      if (tag.optional) return [];
      throw new LoaderError('multiboot-tag-unsupported', `the kernel requires header tag ${tag.tagType}`, {
        offset,
        expected: 'tags 1 to 10',
        found: `tag ${tag.tagType} without the optional flag`,
        remedy: 'Set bit 0 of the tag\'s flags if the kernel can do without; or "align 8" is missing before the tag.',
      });
    case 'information-request':
      return checkInformationRequest(offset, tag.requests, tag.optional, settings);
    case 'console-flags': {
      const needsGraphics = (tag.consoleFlags & CONSOLE_REQUIRED) !== 0 && (tag.consoleFlags & CONSOLE_EGA_TEXT) === 0;
      if (!needsGraphics || !isText || tag.optional) return [];
      throw new LoaderError('multiboot-console-unsupported', 'the kernel requires a console, but not EGA text', {
        offset,
        expected: 'console flags with bit 1 (EGA text supported)',
        found: hex(tag.consoleFlags),
        remedy: 'Set bit 1 of the console flags (tag 4) if the kernel can write to 0xb8000.',
      });
    }
    case 'framebuffer':
      if (!isText) return [];
      return [`the kernel prefers graphics of ${tag.width}x${tag.height}x${tag.depth}; it gets the 80x25 text screen`];
    default:
      return [];
  }
}

function checkInformationRequest(
  offset: number,
  requests: readonly number[],
  optional: boolean,
  { firmware }: Settings,
): string[] {
  if (optional) return [];
  const unknown = requests.find((request) => request > LAST_INFORMATION_TAG);
  if (unknown !== undefined) {
    throw new LoaderError('multiboot-tag-unsupported', `the kernel requires boot information tag ${unknown}`, {
      offset,
      expected: `tags up to ${LAST_INFORMATION_TAG}`,
      found: `${unknown} in the information request`,
      remedy: 'Take it out of the information request (header tag 1), or set the optional flag of that tag.',
    });
  }
  const given = new Set([0, 1, 2, 3, 4, 6, 8, 9, 21]);
  if (firmware.apm !== undefined) given.add(10);
  if (firmware.bootDevice !== undefined) given.add(5);
  if (firmware.rsdp !== undefined) given.add(firmware.rsdp.length > 20 ? 15 : 14);
  const missing = requests.filter((request) => !given.has(request)).slice(0, 22);
  if (missing.length === 0) return [];
  return [`the kernel asks for boot information that the machine does not have: tag ${missing.join(', ')}`];
}
