/**
 * How a debugger gets at the machines of an element: the element hands every machine that it boots to its debugger host,
 * by way of a message to the worker that names the agent's file and carries one end of a channel.
 */

import type { Machine } from '@longmode/machine';
import type { RunControl } from './run-control.ts';

/** A panel, as the element sees it. */
export interface DebuggerHost {
  /** Absolute URL of the agent (`agent.ts`). */
  readonly agentUrl: string;
  /** Called for every machine with the page's end of its channel; whatever came before is over. */
  connect(port: MessagePort): AgentOptions;
}

/** How the machine is to begin. */
export interface AgentOptions {
  /** Addresses and symbols where the guest is to stop; those that its image does not have are passed over. */
  readonly breakpoints: readonly (string | bigint)[];
  /** Stop before the first instruction. */
  readonly stopAtEntry: boolean;
}

/** From the page to the worker: load the agent and give it the machine, before it runs if that is still possible. */
export interface AttachMessage {
  readonly kind: 'debugger';
  readonly agentUrl: string;
  readonly port: MessagePort;
  readonly options: AgentOptions;
}

/** The message for a host's agent, with the channel that the host is given the other end of. */
export function attachMessage(host: DebuggerHost): AttachMessage {
  const { port1, port2 } = new MessageChannel();
  return { kind: 'debugger', agentUrl: host.agentUrl, port: port2, options: host.connect(port1) };
}

/**
 * What the agent's file does for a machine.
 * @returns whether the machine, if it does not run yet, is to stand until the debugger lets it run
 */
export type Attach = (machine: Machine, control: RunControl, port: MessagePort, options: AgentOptions) => boolean;

/**
 * Where the agent's file leaves its function in the worker. An export would be the natural way, but the bundler builds
 * the file as the entry of a worker, and takes for granted that nobody reads the exports of those.
 */
interface AgentRealm {
  longmodeDebuggerAgent?: Attach;
}

/** For the agent: see `AgentRealm`. */
export function registerAgent(attach: Attach): void {
  (globalThis as AgentRealm).longmodeDebuggerAgent = attach;
}

/** In the worker: loads the agent. @returns whether the machine is to stand until the debugger lets it run */
export async function attachAgent(message: AttachMessage, machine: Machine, control: RunControl): Promise<boolean> {
  await import(/* @vite-ignore */ message.agentUrl);
  const attach = (globalThis as AgentRealm).longmodeDebuggerAgent;
  if (!attach) throw new Error(`${message.agentUrl} is no agent of the debugger`);
  return attach(machine, control, message.port, message.options);
}
