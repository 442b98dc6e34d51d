/** `<long-mode>` for Vue's templates: `import type {} from 'longmode/element/vue'`. */

import type { DefineComponent } from 'vue';
import type { LongModeProperties } from '../src/framework-types.js';
import type { LongModeEvents } from '../src/long-mode.js';

/** `@booted` and its like. */
type Listeners = {
  [E in keyof LongModeEvents as `on${Capitalize<E>}`]?: (event: LongModeEvents[E]) => void;
};

declare module 'vue' {
  interface GlobalComponents {
    'long-mode': DefineComponent<LongModeProperties & Listeners>;
  }
}
