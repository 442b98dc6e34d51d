/**
 * Our kernel in its shell, as `npm start` shows it: on a terminal, typed into by a script, and the same keys at the same
 * points of guest time giving the same run to the byte on both engines. What the machine can be asked about it.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inspectGdt, inspectIdt, inspectPages, inspectTss } from '@longmode/machine/inspect';
import { boot, type InputEvent, type Machine } from 'longmode';
import { describe, expect, it } from 'vitest';
import { Terminal, tmuxIsHere } from '../../packages/cli/test/tmux.ts';
import { ENGINES } from '../support/engines.ts';

const kernel = createRequire(import.meta.url).resolve('@longmode/kernel/kernel.elf');
const pathOf = (fromRoot: string) => fileURLToPath(new URL(`../../${fromRoot}`, import.meta.url));
const tool = pathOf('packages/cli/bin/longmode.js');
const PROMPT = 'longmode> ';

async function typeCommands(machine: Machine): Promise<void> {
  for (const line of ['help\n', 'mem\n', 'ps\n', 'fault divide\n', 'echo x\bon\n', 'exit\n']) {
    await machine.serial.waitFor(PROMPT);
    await machine.run((m) => m.keyboard.isListening);
    await machine.keyboard.type(line).catch(() => undefined); // the release of the last Enter is never read
  }
  await machine.run();
}

function stateOf(machine: Machine) {
  const { instructions, timeNanos, ended, serial, screen, cpu } = machine;
  const memory = Buffer.from(machine.memory.physical.read(0, machine.memory.sizeBytes));
  return { instructions, timeNanos, ended, output: serial.output(), frame: screen.frame(), memory, ...cpu.registers };
}

describe('the same keys at the same points of guest time', () => {
  it.each(ENGINES)('give the same run to the byte, recorded by %s', async (engine) => {
    await using recording = await boot({ kernel, engine, memory: '32M' });
    await typeCommands(recording);
    const { memory, ...state } = stateOf(recording);
    expect(state.ended).toEqual({ kind: 'exit', code: 0x10, port: 0xf4 });
    expect(state.output).toContain('EXCEPTION: DIVIDE BY ZERO');
    const inputs: InputEvent[] = JSON.parse(JSON.stringify(recording.inputs));
    for (const other of ENGINES) {
      await using repeated = await boot({ kernel, engine: other, memory: '32M', inputs });
      await repeated.run();
      const { memory: repeatedMemory, ...repeatedState } = stateOf(repeated);
      expect(repeatedState).toEqual(state);
      expect(repeatedMemory.equals(memory)).toBe(true);
    }
  });
});

it('where nobody sits at a terminal, npm start types a script and prints the last screen', () => {
  const words = ['boot', kernel, '--serial', 'none', '--keys', pathOf('scripts/start.keys'), '--screen', 'final'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [tool, ...words], { encoding: 'utf8', input: '' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^longmode> mem$[\s\S]*^longmode> ps$[\s\S]*^longmode> exit$/m);
});

it('its tables can be inspected: no page is writable and executable, every gate leads somewhere', async () => {
  await using machine = await boot({ kernel });
  await machine.serial.waitFor(PROMPT);
  const { mode, ranges, root, isComplete } = inspectPages(machine);
  expect({ mode, isComplete }).toEqual({ mode: '4-level', isComplete: true });
  expect(ranges.filter(({ writable, executable, user }) => (writable && executable) || user)).toEqual([]);
  for (const { linearAddress, physicalAddress } of ranges) {
    expect(machine.memory.translate(linearAddress).physicalAddress).toBe(physicalAddress);
  }
  expect(root?.entries.filter((entry) => entry.kind === 'recursive').map((entry) => entry.index)).toEqual([511]);
  const { gates } = inspectIdt(machine);
  expect(gates.flatMap(({ vector, problems }) => problems.map((problem) => `${vector}: ${problem}`))).toEqual([]);
  const doubleFault = gates.find(({ vector }) => vector === 8);
  expect(doubleFault?.interruptStack).toBeGreaterThan(0);
  expect(inspectTss(machine)?.interruptStacks[(doubleFault?.interruptStack ?? 0) - 1]?.isMapped).toBe(true);
  expect(inspectGdt(machine).descriptors.find(({ usedBy }) => usedBy.includes('cs'))?.kind).toBe('code');
});

describe.skipIf(!tmuxIsHere)('on a terminal', () => {
  async function start(): Promise<Terminal> {
    const terminal = new Terminal();
    terminal.run(`${process.execPath} ${tool} boot ${kernel} --serial none`);
    await terminal.shows(/^longmode>$/m);
    return terminal;
  }

  it('takes commands, survives a fault, and leaves with Ctrl-A x', async () => {
    using terminal = await start();
    terminal.type('echo hello', 'BSpace', 'Enter');
    await terminal.shows(/^hell$/m);
    terminal.type('fault divide', 'Enter');
    await terminal.shows('EXCEPTION: DIVIDE BY ZERO');
    terminal.type('echo still here', 'Enter');
    await terminal.shows(/^still here$/m);
    await terminal.until('the cursor behind the prompt', () =>
      /^10,\d+ 1$/.test(terminal.format('#{cursor_x},#{cursor_y} #{cursor_flag}')),
    );
    terminal.type('C-a', 'x');
    await terminal.restored(0);
    expect(terminal.pane('-S', '-')).toMatch(/^still here$/m);
  });

  it('ends by the exit of the guest', async () => {
    using terminal = await start();
    terminal.type('exit', 'Enter');
    await terminal.restored(0);
  });

  it('gives the terminal back when it is killed', async () => {
    using terminal = await start();
    process.kill(terminal.child, 'SIGTERM');
    await terminal.restored(143);
  });

  it('shows the post mortem of a triple fault', async () => {
    using terminal = await start();
    terminal.type('fault triple', 'Enter');
    await terminal.restored(100);
    expect(terminal.pane('-S', '-')).toContain('TRIPLE FAULT');
  });
});
