/**
 * The entry of the package: importing it defines `<long-mode>`, unless the page has defined it already. On a server it
 * defines nothing and does no harm.
 */

import { LongModeElement } from './long-mode.ts';

export { type Failure, LongModeError } from './failure.ts';
export { LongModeElement, type LongModeEvents } from './long-mode.ts';

if (typeof document !== 'undefined' && !customElements.get('long-mode')) {
  customElements.define('long-mode', LongModeElement);
}

declare global {
  interface HTMLElementTagNameMap {
    'long-mode': LongModeElement;
  }
}
