/**
 * `longmode info`: what a kernel image contains, what would be loaded where, and what boot loaders say to it. It
 * describes any file; the exit code is 65 if this one cannot be booted.
 */
import { describeImage, hex, type ImageDescription, PT_LOAD, segmentRights } from '@longmode/loader';
import { printable } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import { readImage } from '../files.ts';
import type { Host } from '../host.ts';
import { toJson } from '../json-report.ts';

/** More segments than that are no longer of interest to people. */
const mostSegments = 24;

const formats = { elf32: 'ELF32', elf64: 'ELF64', flat: 'flat binary' } as const;

function address(value: bigint | number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function headerLines({ headers }: ImageDescription['image']): string[] {
  return headers.map((header) => {
    const place = `at file offset ${hex(header.offset)}`;
    if (header.protocol === 'multiboot1') return `Multiboot 1 ${place}, flags ${hex(header.flags)}`;
    const tags = header.tags.map((tag) => tag.tag).join(', ');
    return `Multiboot 2 ${place}, ${header.lengthBytes} bytes${tags ? `: ${tags}` : ''}`;
  });
}

function segmentLines({ segments }: ImageDescription['image']): string[] {
  const loaded = segments.filter((segment) => segment.type === PT_LOAD);
  const lines = loaded.slice(0, mostSegments).map((segment) => {
    const end = segment.physicalAddress + segment.memoryBytes;
    const linked =
      segment.virtualAddress === segment.physicalAddress ? '' : `, linked for ${address(segment.virtualAddress)}`;
    const range = `${address(segment.physicalAddress)}..${address(end)}`;
    return `${segmentRights(segment)}  ${range}  ${segment.fileBytes} bytes from ${hex(segment.offset)}${linked}`;
  });
  if (loaded.length > mostSegments) lines.push(`and ${loaded.length - mostSegments} more`);
  return lines;
}

/** The description for people: a line for each fact, facts of one kind under one heading. */
function formatDescription(name: string, description: ImageDescription): string {
  const { image, boot, problem, qemu } = description;
  const symbols = `${description.functionCount} functions in ${description.symbolCount} symbols`;
  const facts: [heading: string, lines: string[]][] = [
    ['file', [`${name}: ${description.file.what}, ${image.sizeBytes} bytes`]],
    ['format', [`${formats[image.format]}${image.machine ? ` for ${image.machine}` : ''}`]],
    ['entry', image.entry === undefined ? [] : [hex(image.entry)]],
    ['headers', headerLines(image)],
    ['segments', segmentLines(image)],
    ['symbols', [`${symbols}, ${description.hasSourceLines ? 'with' : 'no'} source lines`]],
    ['longmode', boot ? [`boots it by ${boot.protocol}, entry ${hex(boot.entry)}`] : ['cannot boot it:']],
    ['', problem ? [problem.message, problem.remedy] : []],
    ['qemu', [`-kernel ${qemu.says.startsWith('"') ? 'says ' : ''}${qemu.says}`]],
    ['warnings', [...description.warnings]],
  ];
  return facts
    .flatMap(([heading, lines]) => lines.map((line, i) => `${(i === 0 ? heading : '').padEnd(10)}${printable(line)}\n`))
    .join('');
}

/**
 * Describes the image in `kernel`.
 * @returns the exit code
 * @throws UserError if the file cannot be read
 */
export async function infoCommand(kernel: string, json: boolean, host: Host): Promise<number> {
  const description = describeImage(await readImage(kernel, 'kernel'));
  host.stdout.write(json ? toJson(description) : formatDescription(kernel, description));
  return description.bootable ? ExitCode.success : ExitCode.badImage;
}
