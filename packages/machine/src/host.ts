/**
 * The seam to the host: the few things beyond the language that Node and browsers share. Nothing here can influence
 * what a guest computes, but the seed of its random numbers when a machine is told to take the host's, and that is told to its
 * user (`Machine.randomSeed`); only when the host gets a turn, how long it waits, and how text is decoded.
 */

/** The host's globals that are used, as far as they exist. */
interface HostGlobals {
  readonly performance: { now(): number };
  /** Node: the next turn of the event loop. */
  readonly setImmediate?: (callback: () => void) => unknown;
  /** Browsers: a turn of the event loop without the 4 ms that nested timers cost. */
  readonly MessageChannel: new () => {
    port1: { onmessage: (() => void) | null; close(): void };
    port2: { postMessage(message: unknown): void };
  };
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  readonly crypto: { getRandomValues(array: Uint32Array): Uint32Array };
  readonly TextDecoder: new () => { decode(bytes?: Uint8Array, options?: { stream?: boolean }): string };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
}

const host = globalThis as unknown as HostGlobals;

/** Lets the host do whatever else it has to do: events, drawing, signals. */
export function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate) {
      host.setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new host.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** A wait for the host's clock. */
export interface HostSleep {
  /** Resolves when the time has passed, or after `wake`. */
  readonly done: Promise<void>;
  wake(): void;
}

/** Longest delay that the hosts' timers take. */
const MAXIMUM_TIMER_MILLISECONDS = 0x7fffffff;

/** Lets time pass on the host; with Infinity until `wake` is called. */
export function sleepOnHost(milliseconds: number): HostSleep {
  let wake = () => {};
  const done = new Promise<void>((resolve) => {
    const timer =
      milliseconds === Infinity
        ? undefined
        : host.setTimeout(resolve, Math.min(Math.ceil(milliseconds), MAXIMUM_TIMER_MILLISECONDS));
    wake = () => {
      if (timer !== undefined) host.clearTimeout(timer);
      resolve();
    };
  });
  return { done, wake };
}

/** Milliseconds of the host's clock: to choose how long a slice may be, and for `pace: 'host'`. */
export function hostMilliseconds(): number {
  return host.performance.now();
}

/** A seed from the host's source of randomness, for a machine that is told to have one: a whole number below 2^32. */
export function hostRandomSeed(): number {
  return host.crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** A decoder of UTF-8 that carries incomplete sequences from call to call. */
export function createUtf8Decoder(): (bytes: Uint8Array) => string {
  const decoder = new host.TextDecoder();
  return (bytes) => decoder.decode(bytes, { stream: true });
}

/** Decodes UTF-8; malformed sequences become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new host.TextDecoder().decode(bytes);
}

/** Encodes text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return new host.TextEncoder().encode(text);
}
