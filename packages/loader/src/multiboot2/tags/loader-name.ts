/** Name of the boot loader, tag 2. Multiboot2 Specification 2.0, 3.6.6. */
import type { TagCodec } from './codec.ts';

export interface LoaderNameTag {
  readonly tag: 'loader-name';
  readonly text: string;
}

export const loaderNameCodec: TagCodec<LoaderNameTag> = {
  type: 2,
  minimumBytes: 0,
  parse: (fields) => ({ tag: 'loader-name', text: fields.zeroTerminated(0) }),
  build: (writer, { text }) => writer.zeroTerminated(text),
};
