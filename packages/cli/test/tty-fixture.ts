/**
 * The command line tool as a process of its own on the real terminal, with a fake machine: run by terminal.test.ts in
 * tmux, and by process.test.ts. The first argument names what the guest does.
 */
import '../src/process-guard.ts';
import { runCli } from '../src/cli.ts';
import { processHost } from '../src/host.ts';
import { FakeMachine, type Script, samplePostMortem } from './fake-machine.ts';

const show = (machine: FakeMachine) => machine.show(['', '    *** GUEST SCREEN ***'], 0x1f);
const scripts: Record<string, Script> = {
  'run-on': { steps: [show, (machine) => machine.send('serial line\n')], end: 'run-on' },
  success: { steps: [show], end: { kind: 'exit', code: 0x10, port: 0xf4 } },
  flood: { steps: Array(5000).fill((machine: FakeMachine) => machine.send(`${'x'.repeat(99)}\n`)), end: 'run-on' },
  'send-much': {
    steps: Array(3000).fill((machine: FakeMachine) => machine.send(`${'x'.repeat(99)}\n`)),
    end: { kind: 'exit', code: 0x10, port: 0xf4 },
  },
  crash: { steps: [show], end: { kind: 'triple-fault', report: samplePostMortem('TRIPLE FAULT') } },
  throw: {
    steps: [
      show,
      () => {
        setTimeout(() => {
          throw new Error('a bug outside of any promise');
        }, 50);
      },
    ],
    end: 'run-on',
  },
};

process.exitCode = await runCli(process.argv.slice(3), {
  ...processHost,
  boot: async () => new FakeMachine(scripts[process.argv[2]!]!),
});
