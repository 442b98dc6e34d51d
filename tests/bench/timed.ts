/** Runs a program of the host and takes its CPU time, as bash's `time` reports it. */
import { spawnSync } from 'node:child_process';

const SECONDS_AT_MOST = 120;

/** What a program printed, how it ended, and its CPU time: user and system, all threads. */
export interface TimedRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cpuSeconds: number;
}

/** Whether programs can be timed here: whether there is a bash. */
export const canTime = (): boolean => spawnSync('bash', ['-c', 'true']).status === 0;

/** Runs a command to its end. @throws if it could not be started or took longer than two minutes */
export function runTimed(command: readonly string[]): TimedRun {
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SECONDS_AT_MOST * 1000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const times = stderr.match(/^cpu (\S+) (\S+)$/m);
  if (times === null) throw new Error(`${command[0]}: no time, status ${status}, ${stderr.trim()}`);
  return { status, stdout, stderr, cpuSeconds: Number(times[1]) + Number(times[2]) };
}
