/**
 * Runs a guest in QEMU TCG from the same image: `-kernel` loads Multiboot 1 itself. Virtual time is off (no `-icount`), the
 * machine is as bare as QEMU allows, and its cost is CPU time of the whole process, as bash's `time` reports it.
 */
import { spawnSync } from 'node:child_process';
import type { Task } from './engine.ts';
import { commandLine, GUEST_MEBIBYTES } from './guest-machine.ts';
import { IMAGE_PATHS } from './guests/build.ts';
import { canTime, runTimed } from './timed.ts';

const QEMU = 'qemu-system-x86_64';
/** What QEMU exits with when the guest writes 0 to isa-debug-exit. */
const GUEST_DONE = 1;

/** QEMU's version, or undefined where it (or bash, which takes the time) is not installed. */
export function qemuVersion(): string | undefined {
  if (!canTime()) return undefined;
  return spawnSync(QEMU, ['--version'], { encoding: 'utf8' }).stdout?.match(/version (\S+)/)?.[1];
}

/** Runs one guest from process start to process end. @throws if it does not end by isa-debug-exit */
export function runOnQemu(task: Task): { readonly checksum: string; readonly cpuSeconds: number } {
  const options = `-accel tcg -nodefaults${task.name === 'screen' ? ' -vga std' : ''} -display none -no-reboot -m ${GUEST_MEBIBYTES} -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4`;
  const command = [QEMU, ...options.split(' '), '-kernel', IMAGE_PATHS['x86-64'], '-append', commandLine(task)];
  const { status, stdout, stderr, cpuSeconds } = runTimed(command);
  if (status !== GUEST_DONE) {
    throw new Error(`${task.name} on QEMU: status ${status}, output ${JSON.stringify(stdout)}, ${stderr.trim()}`);
  }
  return { checksum: stdout.trim(), cpuSeconds };
}
