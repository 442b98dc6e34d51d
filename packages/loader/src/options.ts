/** Checks and completes the options of `loadImage`: every bad value has its own error before the image is looked at. */
import type { BootModule, GraphicsAdapter, LoadOptions } from './boot-plan.ts';
import { encodeUtf8 } from './bytes.ts';
import type { Protocol } from './header-search.ts';
import { hex, LoaderError } from './loader-error.ts';
import { EGA_TEXT, type Framebuffer } from './multiboot2/tags/framebuffer.ts';

/** Least RAM: the kernel's usual load address. */
export const MINIMUM_MEMORY_BYTES = 0x10_0000;
/** Most RAM: below the hole for PCI devices. */
export const MAXIMUM_MEMORY_BYTES = 0xc000_0000;
/** Longer command lines are a mistake (Linux takes 2047 bytes), and the boot information has to fit somewhere. */
export const MAXIMUM_STRING_BYTES = 4096;

/** Options with their defaults. */
export interface Settings {
  readonly memoryBytes: number;
  readonly commandLine: string;
  readonly modules: readonly (BootModule & { readonly commandLine: string; readonly title: string })[];
  readonly loaderName: string;
  readonly protocol: Protocol | undefined;
  readonly framebuffer: Framebuffer;
  readonly graphics: GraphicsAdapter | undefined;
  readonly firmware: NonNullable<LoadOptions['firmware']>;
}

/** @throws LoaderError memory-out-of-range, command-line-too-long, string-contains-nul, protocol-unknown */
export function checkOptions(options: LoadOptions): Settings {
  const { memoryBytes, protocol } = options;
  if (
    !Number.isInteger(memoryBytes) ||
    memoryBytes < MINIMUM_MEMORY_BYTES ||
    memoryBytes > MAXIMUM_MEMORY_BYTES ||
    memoryBytes % 4096 !== 0
  ) {
    throw new LoaderError('memory-out-of-range', 'the machine cannot have that much memory', {
      expected: '1 MiB to 3 GiB, in multiples of 4096 bytes',
      found: `${memoryBytes} bytes`,
      remedy: 'Give the memory a size such as 128 MiB.',
    });
  }
  if (protocol !== undefined && protocol !== 'multiboot1' && protocol !== 'multiboot2') {
    throw new LoaderError('protocol-unknown', 'the boot protocol is unknown', {
      expected: 'multiboot1 or multiboot2',
      found: String(protocol),
      remedy: 'Leave the protocol out; the loader finds it in the image.',
    });
  }
  return {
    memoryBytes,
    commandLine: checkString(options.commandLine ?? '', 'the command line'),
    modules: (options.modules ?? []).map((module, i) => {
      const title = module.name === undefined ? `module ${i}` : `module ${i} (${module.name})`;
      const commandLine = checkString(module.commandLine ?? module.name ?? '', `the command line of ${title}`);
      return { ...module, title, commandLine };
    }),
    loaderName: checkString(options.loaderName ?? 'longmode', 'the loader name'),
    protocol,
    framebuffer: options.framebuffer ?? EGA_TEXT,
    graphics: options.graphics,
    firmware: options.firmware ?? {},
  };
}

function checkString(text: string, what: string): string {
  const zero = text.indexOf('\0');
  if (zero >= 0) {
    throw new LoaderError('string-contains-nul', `${what} contains a NUL character`, {
      expected: 'text without U+0000',
      found: `U+0000 as character ${zero}`,
      remedy: 'Remove it; the kernel would take it for the end.',
    });
  }
  const lengthBytes = text.length > MAXIMUM_STRING_BYTES ? text.length : encodeUtf8(text).length;
  if (lengthBytes > MAXIMUM_STRING_BYTES) {
    throw new LoaderError('command-line-too-long', `${what} is too long`, {
      expected: `at most ${MAXIMUM_STRING_BYTES} (${hex(MAXIMUM_STRING_BYTES)}) bytes of UTF-8`,
      found: `${lengthBytes} bytes`,
      remedy: 'Pass long data as a module.',
    });
  }
  return text;
}
