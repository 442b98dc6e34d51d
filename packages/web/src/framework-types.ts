/** What `types/` tells frameworks about the tag: its properties and its event handlers, taken from the class. */

import type { LongModeElement, LongModeEvents } from './long-mode.ts';

/** Properties that a page sets. */
export type LongModeProperties = Partial<
  Pick<
    LongModeElement,
    | 'src'
    | 'cmdline'
    | 'memory'
    | 'cpu'
    | 'engine'
    | 'autostart'
    | 'loading'
    | 'poster'
    | 'controls'
    | 'readOnly'
    | 'keyboard'
    | 'serial'
    | 'theme'
    | 'label'
    | 'workerSrc'
  >
>;

/** `onbooted` and its like. */
export type LongModeHandlers = {
  [E in keyof LongModeEvents as `on${E}`]?: (event: LongModeEvents[E]) => void;
};
