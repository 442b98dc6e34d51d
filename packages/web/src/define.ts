/** Defines the tag, with the parts of the build at hand. On a server it does nothing. */

import { LongModeElement } from './long-mode.ts';
import type { Parts } from './parts.ts';

/** Defines `<long-mode>`, unless the page has one already. */
export function define(parts: Parts): void {
  LongModeElement.parts ??= parts;
  if (typeof document !== 'undefined' && !customElements.get('long-mode')) {
    customElements.define('long-mode', LongModeElement);
  }
}
