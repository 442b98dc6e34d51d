/** Typed listeners of a machine. */

import type { MachineEvents } from './api.ts';

type Listener<E extends keyof MachineEvents> = (detail: MachineEvents[E]) => void;

export class EventHub {
  readonly #listeners = new Map<keyof MachineEvents, Set<Listener<never>>>();

  on<E extends keyof MachineEvents>(event: E, listener: Listener<E>): Disposable {
    const registered: Listener<E> = (detail) => listener(detail);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(registered));
    return { [Symbol.dispose]: () => void listeners.delete(registered) };
  }

  isWanted(event: keyof MachineEvents): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof MachineEvents>(event: E, detail: MachineEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as Listener<E>)(detail);
  }
}
