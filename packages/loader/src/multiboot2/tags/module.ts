/** A boot module, tag 3, once per module. Multiboot2 Specification 2.0, 3.6.5. */
import type { TagCodec } from './codec.ts';

export interface ModuleTag {
  readonly tag: 'module';
  readonly startAddress: number;
  /** First address behind the module. */
  readonly endAddress: number;
  readonly commandLine: string;
}

export const moduleCodec: TagCodec<ModuleTag> = {
  type: 3,
  minimumBytes: 8,
  parse: (fields) => ({
    tag: 'module',
    startAddress: fields.u32(0),
    endAddress: fields.u32(4),
    commandLine: fields.zeroTerminated(8),
  }),
  build: (writer, tag) => writer.u32(tag.startAddress).u32(tag.endAddress).zeroTerminated(tag.commandLine),
};
