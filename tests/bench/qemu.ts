/**
 * Runs a guest in QEMU TCG from the same image: `-kernel` loads Multiboot 1 itself. Virtual time is off (no `-icount`), the
 * machine is as bare as QEMU allows, and its cost is CPU time of the whole process, as bash's `time` reports it.
 */
import { spawnSync } from 'node:child_process';
import { GUEST_MEBIBYTES } from './engine.ts';
import { imagePath } from './guests/build.ts';

const QEMU = 'qemu-system-x86_64';
/** What QEMU exits with when the guest writes 0 to isa-debug-exit. */
const GUEST_DONE = 1;

/** QEMU's version, or undefined where it (or bash, which takes the time) is not installed. */
export function qemuVersion(): string | undefined {
  if (spawnSync('bash', ['-c', 'true']).status !== 0) return undefined;
  return spawnSync(QEMU, ['--version'], { encoding: 'utf8' }).stdout?.match(/version (\S+)/)?.[1];
}

/** Runs one guest from process start to process end. @throws if it does not end by isa-debug-exit */
export function runOnQemu(name: string, size: number): { readonly checksum: string; readonly cpuSeconds: number } {
  const options = `-accel tcg -nodefaults -display none -no-reboot -m ${GUEST_MEBIBYTES} -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4`;
  const command = [QEMU, ...options.split(' '), '-kernel', imagePath, '-append', `${name} ${size}`];
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const times = stderr.match(/^cpu (\S+) (\S+)$/m);
  if (status !== GUEST_DONE || times === null) {
    throw new Error(`${name} on QEMU: status ${status}, output ${JSON.stringify(stdout)}, ${stderr.trim()}`);
  }
  return { checksum: stdout.trim(), cpuSeconds: Number(times[1]) + Number(times[2]) };
}
