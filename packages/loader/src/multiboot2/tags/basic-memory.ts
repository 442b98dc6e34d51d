/** Amount of memory in KiB from 0 and from 1 MiB, tag 4. Multiboot2 Specification 2.0, 3.6.3. */
import type { TagCodec } from './codec.ts';

export interface BasicMemoryTag {
  readonly tag: 'basic-memory';
  readonly lowerKib: number;
  readonly upperKib: number;
}

export const basicMemoryCodec: TagCodec<BasicMemoryTag> = {
  type: 4,
  minimumBytes: 8,
  parse: (fields) => ({ tag: 'basic-memory', lowerKib: fields.u32(0), upperKib: fields.u32(4) }),
  build: (writer, { lowerKib, upperKib }) => writer.u32(lowerKib).u32(upperKib),
};
