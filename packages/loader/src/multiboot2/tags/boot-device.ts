/** BIOS drive the kernel came from, tag 5. Multiboot2 Specification 2.0, 3.6.7. 0xffffffff: no (sub)partition. */
import type { TagCodec } from './codec.ts';

export interface BootDeviceTag {
  readonly tag: 'boot-device';
  readonly biosDevice: number;
  readonly partition: number;
  readonly subPartition: number;
}

export const bootDeviceCodec: TagCodec<BootDeviceTag> = {
  type: 5,
  minimumBytes: 12,
  parse: (fields) => ({
    tag: 'boot-device',
    biosDevice: fields.u32(0),
    partition: fields.u32(4),
    subPartition: fields.u32(8),
  }),
  build: (writer, tag) => writer.u32(tag.biosDevice).u32(tag.partition).u32(tag.subPartition),
};
