/**
 * The outside oracle for boot tests: QEMU, either by its own Multiboot 1 loader (`-kernel`) or by GRUB from an ISO. A
 * run ends when the guest sleeps for good (`hlt` or `jmp $` with interrupts off, or no timer), leaves or triple-faults; then the
 * screen is read from guest memory through QEMU's monitor protocol (QMP).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCREEN_ADDRESS, SCREEN_BYTES } from './screen-text.ts';

const QEMU = 'qemu-system-x86_64';
/** A boot takes 1-3 s; the rest is for a busy machine. */
const RUN_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 60;
/** Bit of the timer in the registers of the first interrupt controller. */
const TIMER_LINE = 1;
/** A key is down for 10 ms; the next one comes behind that. */
const KEY_INTERVAL_MS = 25;

/** What `runInQemu` takes. */
export interface QemuRun {
  /** ELF file to boot. */
  readonly elf: string;
  /** `grub`: from an ISO by GRUB's `multiboot2` command; `kernel`: by QEMU's own Multiboot 1 loader. */
  readonly loader: 'grub' | 'kernel';
  readonly commandLine?: string;
  /** Whether the machine has a debug exit port at 0xf4. Default: yes. */
  readonly hasDebugExit?: boolean;
  /** Lines to type on the keyboard, one each time that the guest is idle. */
  readonly lines?: readonly string[];
  /** Looks at the stopped machine before it goes away. */
  readonly inspect?: (machine: StoppedMachine) => Promise<void>;
  /** Further QEMU arguments, e.g. `['-cpu', 'pentium3']`. */
  readonly qemuArguments?: readonly string[];
}

/** A machine that has stopped and can be looked at. */
export interface StoppedMachine {
  /** Output of the monitor's `info registers`. */
  readonly registers: string;
  /** Reads guest memory by physical address. */
  readMemory(physicalAddress: number, sizeBytes: number): Promise<Buffer>;
}

/** How the guest ended. */
export interface QemuResult {
  /**
   * `halted`: sleeps or loops for good; `idle`: sleeps until a key wakes it; `triple fault`: the machine was about to
   * reset; `exited`: by the debug exit port.
   */
  readonly end: 'halted' | 'idle' | 'triple fault' | 'exited';
  /** Exit status if `exited`. */
  readonly exitCode: number | null;
  /** The 4000 bytes at 0xb8000; empty if QEMU was gone before they could be read. */
  readonly screen: Uint8Array;
  /** Output of the monitor's `info registers` at the end. */
  readonly registers: string;
  /** What the guest sent to COM1. */
  readonly serial: string;
  /** Vectors of the exceptions that QEMU raised, in order, with those that failed to be delivered. */
  readonly exceptions: readonly number[];
  /** The last page fault whose delivery began. */
  readonly pageFault: QemuPageFault | undefined;
}

/** A page fault in QEMU's log. */
export interface QemuPageFault {
  readonly errorCode: number;
  /** Linear address of the instruction. */
  readonly rip: bigint;
  readonly cr2: bigint;
}

/** The first of the tools a loader needs that is missing here, or undefined: the reason for which a test skips. */
export function missingTool(loader: QemuRun['loader']): string | undefined {
  const tools = loader === 'grub' ? [QEMU, 'grub-mkrescue', 'xorriso', 'mformat'] : [QEMU];
  return tools.find((tool) => spawnSync(tool, ['--version']).error !== undefined);
}

/** Boots and waits for the end. @throws Error with the registers if the guest still runs after a minute */
export async function runInQemu(run: QemuRun): Promise<QemuResult> {
  const { elf, loader, commandLine = '', hasDebugExit = true, lines = [], inspect, qemuArguments = [] } = run;
  const directory = mkdtempSync(join(tmpdir(), 'longmode-qemu-'));
  const boot =
    loader === 'kernel'
      ? ['-kernel', elf, ...(commandLine === '' ? [] : ['-append', commandLine])]
      : ['-cdrom', makeIso(directory, elf, commandLine)];
  const monitor = join(directory, 'qmp');
  const serialLog = join(directory, 'serial');
  const interruptLog = join(directory, 'interrupts');
  const debugExit = hasDebugExit ? ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'] : [];
  const qemu = spawn(
    QEMU,
    // biome-ignore format: one option per line says more
    [
      ...boot,
      '-m',
      '128',
      '-display',
      'none',
      '-no-reboot',
      '-no-shutdown',
      '-nodefaults',
      '-vga',
      'std',
      '-net',
      'none',
      '-d',
      'int',
      '-D',
      interruptLog,
      '-qmp',
      `unix:${monitor},server=on,wait=off`,
      '-serial',
      `file:${serialLog}`,
      ...debugExit,
      ...qemuArguments,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  qemu.stderr.on('data', (text) => (complaint += text));
  const exit = new Promise<number | null>((resolve, reject) => {
    qemu.on('error', reject);
    qemu.on('exit', resolve);
  });
  try {
    const qmp = await connect(monitor, exit);
    let stopped = await waitForEnd(qmp);
    for (const line of lines) {
      if (stopped?.end !== 'idle') break;
      // The line's last key may end QEMU before the monitor has answered.
      stopped = await typeLine(qmp, line).then(
        () => waitForEnd(qmp),
        (error: unknown) => {
          if (error instanceof QemuGone) return undefined;
          throw error;
        },
      );
    }
    const log = () => logOfExceptions(existsSync(interruptLog) ? readFileSync(interruptLog, 'utf8') : '');
    const serial = () => (existsSync(serialLog) ? readFileSync(serialLog, 'utf8') : '');
    if (stopped === undefined) {
      const exitCode = await exit;
      if (complaint !== '') throw new Error(`QEMU: ${complaint}`);
      return { end: 'exited', exitCode, screen: new Uint8Array(), registers: '', serial: serial(), ...log() };
    }
    const readMemory = async (physicalAddress: number, sizeBytes: number) => {
      const dump = join(directory, 'memory');
      await qmp.monitor(`pmemsave ${physicalAddress} ${sizeBytes} "${dump}"`);
      return readFileSync(dump);
    };
    await inspect?.({ registers: stopped.registers, readMemory });
    const screen = await readMemory(SCREEN_ADDRESS, SCREEN_BYTES);
    return { ...stopped, exitCode: null, screen, serial: serial(), ...log() };
  } finally {
    qemu.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * A bootable ISO with GRUB, without a menu. `clear` wipes what SeaBIOS and GRUB have written: the kernel finds 80 x 25
 * blanks (0x20, attribute 0x07) and the cursor in the upper left corner, as in the emulator.
 */
function makeIso(directory: string, elf: string, commandLine: string): string {
  const root = join(directory, 'iso');
  mkdirSync(join(root, 'boot/grub'), { recursive: true });
  writeFileSync(join(root, 'boot/kernel.elf'), readFileSync(elf));
  writeFileSync(join(root, 'boot/grub/grub.cfg'), `clear\nmultiboot2 /boot/kernel.elf ${commandLine}\nboot\n`);
  const iso = join(directory, 'kernel.iso');
  const { status, stderr } = spawnSync('grub-mkrescue', ['-o', iso, root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`grub-mkrescue failed: ${stderr}`);
  return iso;
}

/** QEMU ended while something was asked of it. */
class QemuGone extends Error {
  override readonly name = 'QemuGone';
}

/** A QMP connection: JSON lines, one command at a time. */
interface Qmp {
  /** Runs a command of the human monitor and returns its output. */
  monitor(command: string): Promise<string>;
}

async function connect(path: string, exit: Promise<unknown>): Promise<Qmp> {
  let isGone = false;
  void exit.then(
    () => (isGone = true),
    () => (isGone = true),
  );
  let socket: Socket | undefined;
  while (socket === undefined) {
    if (isGone) throw new QemuGone('QEMU ended before its monitor was there');
    socket = await new Promise<Socket | undefined>((resolve) => {
      const candidate = createConnection(path, () => resolve(candidate));
      candidate.on('error', () => resolve(undefined));
    });
    if (socket === undefined) await sleep(20);
  }
  let received = '';
  const waiting: { resolve(answer: string): void; reject(error: Error): void }[] = [];
  socket.on('data', (data) => {
    received += data;
    for (let end = received.indexOf('\n'); end >= 0; end = received.indexOf('\n')) {
      const message = JSON.parse(received.slice(0, end));
      received = received.slice(end + 1);
      if ('return' in message) waiting.shift()?.resolve(typeof message.return === 'string' ? message.return : '');
      if ('error' in message) waiting.shift()?.reject(new Error(message.error.desc));
    }
  });
  const gone = () => {
    for (const { reject } of waiting.splice(0)) reject(new QemuGone());
    isGone = true;
  };
  socket.on('close', gone);
  socket.on('error', gone);
  const command = (execute: string, argumentsObject: object = {}) =>
    new Promise<string>((resolve, reject) => {
      if (isGone) return reject(new QemuGone());
      waiting.push({ resolve, reject });
      socket.write(`${JSON.stringify({ execute, arguments: argumentsObject })}\n`);
    });
  await command('qmp_capabilities');
  return { monitor: (line) => command('human-monitor-command', { 'command-line': line }) };
}

/**
 * QEMU's log (`-d int`): a line `check_exception old: 0xe new 0xb` for each exception, and one `v=0e e=0002 ... pc=...
 * CR2=...` for each whose delivery begins.
 */
function logOfExceptions(log: string): Pick<QemuResult, 'exceptions' | 'pageFault'> {
  const exceptions = [...log.matchAll(/^check_exception old: \S+ new 0x([0-9a-f]+)/gm)].map(([, vector]) =>
    Number.parseInt(vector!, 16),
  );
  const [, errorCode, rip, cr2] =
    [...log.matchAll(/^ *\d+: v=0e e=([0-9a-f]+) .*pc=([0-9a-f]+) .*CR2=([0-9a-f]+)/gm)].at(-1) ?? [];
  if (errorCode === undefined) return { exceptions, pageFault: undefined };
  const number = (digits: string) => BigInt(`0x${digits}`);
  return { exceptions, pageFault: { errorCode: Number(number(errorCode)), rip: number(rip!), cr2: number(cr2!) } };
}

/** Names of keys in QEMU's monitor that aren't the character itself. */
const KEY_NAMES: Readonly<Record<string, string>> = { ' ': 'spc', '-': 'minus', '.': 'dot', '/': 'slash' };

/** Presses and releases the keys of a line, and Enter. Lower case letters, digits and a few others. */
async function typeLine(qmp: Qmp, line: string): Promise<void> {
  for (const key of [...[...line].map((character) => KEY_NAMES[character] ?? character), 'ret'])
    await qmp.monitor(`sendkey ${key} 10`).then(() => sleep(KEY_INTERVAL_MS));
}

/**
 * Polls the machine until the guest has nothing to do any more: a triple fault has stopped it, it sleeps or loops in `jmp $`
 * with interrupts off, or it sleeps and only a key could wake it. Looks at what the guest waits for, never at how long it has
 * been waiting: on a busy host it may not get the processor for a second. Returns undefined if QEMU ended by itself.
 */
async function waitForEnd(qmp: Qmp): Promise<Pick<QemuResult, 'end' | 'registers'> | undefined> {
  let registers = '';
  let wasIdle = false;
  for (const deadline = Date.now() + RUN_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_INTERVAL_MS)) {
    try {
      if ((await qmp.monitor('info status')).includes('paused (shutdown)'))
        return { end: 'triple fault', registers: await qmp.monitor('info registers') };
      registers = await qmp.monitor('info registers');
      const rip = Number.parseInt(/[RE]IP=([0-9a-f]+)/.exec(registers)?.[1] ?? '0', 16);
      // Below 1 MiB it is the BIOS that waits, for a disk on a busy host.
      if (rip < 0x10_0000) continue;
      const flags = Number.parseInt(/FL=([0-9a-f]+)/.exec(registers)?.[1] ?? '200', 16);
      const areInterruptsOff = (flags & 0x200) === 0;
      const isAsleep = registers.includes('HLT=1');
      if (areInterruptsOff && (isAsleep || (await isAtEndlessLoop(qmp, rip)))) return { end: 'halted', registers };
      // Twice, because it runs on between the two questions.
      const isIdle = !areInterruptsOff && isAsleep && !(await isTimerAwaited(qmp));
      if (isIdle && wasIdle) return { end: 'idle', registers };
      wasIdle = isIdle;
    } catch (error) {
      if (error instanceof QemuGone) return undefined;
      throw error;
    }
  }
  throw new Error(`the guest still runs after ${RUN_TIMEOUT_MS / 1000} s:\n${registers}`);
}

/** Whether the instruction at an address is `jmp $`. */
async function isAtEndlessLoop(qmp: Qmp, address: number): Promise<boolean> {
  return (await qmp.monitor(`x/2xb 0x${address.toString(16)}`)).includes('0xeb 0xfe');
}

/** Whether the interrupt controller lets the timer through, or has an interrupt that the guest is about to take. */
async function isTimerAwaited(qmp: Qmp): Promise<boolean> {
  const [, requested, masked] = /pic0: irr=(..) imr=(..)/.exec(await qmp.monitor('info pic')) ?? [];
  const [requests, mask] = [Number.parseInt(requested!, 16), Number.parseInt(masked!, 16)];
  return (mask & TIMER_LINE) === 0 || (requests & ~mask) !== 0;
}
