/** `<long-mode>` for JSX of React 19, which sets properties and adds listeners: `import type {} from 'longmode/element/react'`. */

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { LongModeHandlers, LongModeProperties } from '../src/framework-types.js';
import type { LongModeElement } from '../src/long-mode.js';

/** React has handlers of its own under some of these names. */
type Own = LongModeProperties & LongModeHandlers;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'long-mode': Omit<DetailedHTMLProps<HTMLAttributes<LongModeElement>, LongModeElement>, keyof Own> & Own;
    }
  }
}
