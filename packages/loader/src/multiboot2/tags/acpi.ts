/**
 * A copy of the ACPI root pointer: tag 14 with the 20-byte RSDP of ACPI 1.0, tag 15 with the one of 2.0 and later.
 * Multiboot2 Specification 2.0, 3.6.15 and 3.6.16.
 */
import type { TagCodec } from './codec.ts';

export interface AcpiOldTag {
  readonly tag: 'acpi-1.0';
  readonly rsdp: Uint8Array;
}

export interface AcpiNewTag {
  readonly tag: 'acpi-2.0';
  readonly rsdp: Uint8Array;
}

export const acpiOldCodec: TagCodec<AcpiOldTag> = {
  type: 14,
  minimumBytes: 0,
  parse: (fields) => ({ tag: 'acpi-1.0', rsdp: fields.bytes }),
  build: (writer, { rsdp }) => writer.raw(rsdp),
};

export const acpiNewCodec: TagCodec<AcpiNewTag> = {
  type: 15,
  minimumBytes: 0,
  parse: (fields) => ({ tag: 'acpi-2.0', rsdp: fields.bytes }),
  build: (writer, { rsdp }) => writer.raw(rsdp),
};
