/** QEMU as the outside judge of system guests: boots an image under TCG and collects what it prints through port 0xE9. */
import { execFile, spawnSync } from 'node:child_process';

const QEMU = 'qemu-system-x86_64';

/** Whether QEMU is installed; said once where it is not. */
export const hasQemu = spawnSync(QEMU, ['--version']).status === 0;
if (!hasQemu) console.log(`skipped: the comparison with QEMU, because ${QEMU} is not installed`);

/** Boots the Multiboot image at `path` and returns what it printed by the time it ended. */
export function runInQemu(path: string): Promise<string> {
  const options = ['-cpu', 'max', '-m', '16', '-display', 'none', '-no-reboot', '-monitor', 'none', '-serial', 'none'];
  const devices = ['-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'];
  return new Promise((resolve) => {
    // The exit code is that of isa-debug-exit; only the output counts.
    execFile(QEMU, [...options, ...devices, '-kernel', path], { timeout: 20_000 }, (_error, output) => resolve(output));
  });
}
