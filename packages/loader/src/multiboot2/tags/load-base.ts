/** Physical address where the image begins in memory, tag 21. Multiboot2 Specification 2.0, 3.6.22. */
import type { TagCodec } from './codec.ts';

export interface LoadBaseTag {
  readonly tag: 'load-base';
  readonly address: number;
}

export const loadBaseCodec: TagCodec<LoadBaseTag> = {
  type: 21,
  minimumBytes: 4,
  parse: (fields) => ({ tag: 'load-base', address: fields.u32(0) }),
  build: (writer, { address }) => writer.u32(address),
};
