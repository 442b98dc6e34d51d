/** Triple faults of real guests: the chain, the walk, the place and the hints are those of the crash. */

import { describe, expect, test } from 'vitest';
import { boot, type CoreCode, formatPostMortem, type PostMortem, type TraceEvent } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { ENTER_LONG_MODE, guest } from './guest.ts';

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  const start = (source: string) => boot({ kernel: guest(source), engine, code });

  async function crash(source: string): Promise<PostMortem> {
    const end = await (await start(source)).run();
    if (end.kind !== 'triple-fault') throw new Error(`ended by ${JSON.stringify(end.kind)}`);
    return end.report;
  }

  test('an unmapped write without IDT', async () => {
    const report = await crash(`start: ${ENTER_LONG_MODE}
        call crash
        hlt
crash:  push rbp
        mov rbp, rsp
        mov rax, 0x10000001a70
        mov [rax], rax
        hlt`);
    expect(formatPostMortem(report)).toMatchInlineSnapshot();
  });
});
