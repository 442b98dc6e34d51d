/**
 * Reports what the guest does to whoever wants to know, and costs nothing while nobody does: the port bus asks one
 * flag per access, and the run loop one per slice step.
 */

import type { TraceCategory, TraceEvent } from './api.ts';

export class Tracer {
  readonly #listeners: Readonly<Record<TraceCategory, Set<(event: TraceEvent) => void>>> = {
    instruction: new Set(),
    exception: new Set(),
    port: new Set(),
    msr: new Set(),
  };

  subscribe(categories: readonly TraceCategory[], listener: (event: TraceEvent) => void): Disposable {
    // One registration of its own, so that the same function can be subscribed twice.
    const registered = (event: TraceEvent): void => listener(event);
    for (const category of categories) this.#listeners[category].add(registered);
    return {
      [Symbol.dispose]: () => {
        for (const category of categories) this.#listeners[category].delete(registered);
      },
    };
  }

  /** Whether anybody listens to something that takes the run instruction by instruction. */
  get isActive(): boolean {
    return this.isWanted('instruction') || this.isWanted('exception') || this.isWanted('port');
  }

  isWanted(category: TraceCategory): boolean {
    return this.#listeners[category].size > 0;
  }

  emit(event: TraceEvent): void {
    for (const listener of this.#listeners[event.kind]) listener(event);
  }
}
