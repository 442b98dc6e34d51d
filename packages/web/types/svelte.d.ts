/** `<long-mode>` for Svelte 5: `import type {} from 'longmode/element/svelte'`. */

import type { HTMLAttributes } from 'svelte/elements';
import type { LongModeHandlers, LongModeProperties } from '../src/framework-types.js';
import type { LongModeElement } from '../src/long-mode.js';

type Own = LongModeProperties & LongModeHandlers;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'long-mode': Omit<HTMLAttributes<LongModeElement>, keyof Own> & Own;
  }
}
