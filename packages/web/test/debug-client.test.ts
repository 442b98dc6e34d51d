/** The panel's end of the channel to the agent, without a page. */
import { expect, test } from 'vitest';
import { ClosedError, DebugClient } from '../src/debugger/client.ts';

test('who waits for an answer is told when none will come, and who asks later, too', async () => {
  const { port1, port2 } = new MessageChannel();
  const client = new DebugClient(port1, () => {});
  const answer = client.ask('state');
  client.close();
  await expect(answer).rejects.toBeInstanceOf(ClosedError);
  await expect(client.ask('state')).rejects.toBeInstanceOf(ClosedError);
  port2.close();
});
