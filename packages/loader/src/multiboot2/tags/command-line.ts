/** Boot command line, tag 1. Multiboot2 Specification 2.0, 3.6.4. Without the kernel's file name, as GRUB passes it. */
import type { TagCodec } from './codec.ts';

export interface CommandLineTag {
  readonly tag: 'command-line';
  readonly text: string;
}

export const commandLineCodec: TagCodec<CommandLineTag> = {
  type: 1,
  minimumBytes: 0,
  parse: (fields) => ({ tag: 'command-line', text: fields.zeroTerminated(0) }),
  build: (writer, { text }) => writer.zeroTerminated(text),
};
