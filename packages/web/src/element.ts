/**
 * The entry of the package: importing it defines `<long-mode>`, unless the page has defined it already. On a server it
 * defines nothing and does no harm.
 */

import { define } from './define.ts';
import type { LongModeElement } from './long-mode.ts';
import { partsByUrl } from './parts-by-url.ts';

export { type Failure, LongModeError } from './failure.ts';
export { LongModeElement, type LongModeEvents } from './long-mode.ts';

define(partsByUrl);

declare global {
  interface HTMLElementTagNameMap {
    'long-mode': LongModeElement;
  }
}
