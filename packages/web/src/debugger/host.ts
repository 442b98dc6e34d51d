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

/** What the agent's file exports. */
interface AgentModule {
  attach(machine: Machine, control: RunControl, port: MessagePort, options: AgentOptions): boolean;
}

/** In the worker: loads the agent. @returns whether the machine is to stand until the debugger lets it run */
export async function attachAgent(message: AttachMessage, machine: Machine, control: RunControl): Promise<boolean> {
  const agent: AgentModule = await import(/* @vite-ignore */ message.agentUrl);
  return agent.attach(machine, control, message.port, message.options);
}
