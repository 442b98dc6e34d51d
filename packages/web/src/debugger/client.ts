/** The panel's end of the channel to the agent: requests with answers, and word that the guest runs or stands. */

import type { DebugMessage, DebugRequest, DebugRequestName, DebugRequests } from './protocol.ts';

/** Requests whose parameters are `undefined` are asked without. */
type ParametersOf<Name extends DebugRequestName> = DebugRequests[Name]['parameters'] extends undefined
  ? []
  : [parameters: DebugRequests[Name]['parameters']];

/** Why an answer will not come: another machine has taken the place of the one that was asked. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

export class DebugClient {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #isClosed = false;

  /** @param onChange called when the guest starts to run, and when it stands again */
  constructor(port: MessagePort, onChange: () => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<DebugMessage>) => {
      if (data.kind === 'changed') {
        onChange();
        return;
      }
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.kind === 'answer') waiting?.resolve(data.value as never);
      else waiting?.reject(new Error(data.message));
    };
  }

  /** @throws Error (as rejection) with the agent's words if it refuses; ClosedError if nobody can answer any more */
  ask<Name extends DebugRequestName>(
    name: Name,
    ...[parameters]: ParametersOf<Name>
  ): Promise<DebugRequests[Name]['answer']> {
    if (this.#isClosed) return Promise.reject(new ClosedError());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      const request: DebugRequest = { id, name, parameters };
      this.#port.postMessage(request);
    });
  }

  /** Whoever waits for an answer is told that none will come. */
  close(): void {
    this.#isClosed = true;
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(new ClosedError());
    this.#waiting.clear();
  }
}
