/**
 * The PC: RAM and core, buses and devices, wired up. What runs it and what users see of it is machine.ts.
 *
 *   port         device                                         IRQ  device
 *   020, 0a0     8259A interrupt controllers, 4d0 their ELCR      0  8254 counter 0
 *   040          8254 timer                                       1  8042: keyboard
 *   060, 064     8042 keyboard controller                         2  the second 8259A
 *   061          system control port B: counter 2, speaker        3  COM2, COM4
 *   070          MC146818 clock and CMOS RAM                      4  COM1, COM3
 *   080          power-on self-test code                          8  MC146818
 *   092          system control port A: A20 gate, reset          12  8042: auxiliary port
 *   0e9          debug console
 *   0f0          numeric error: FERR#, IGNNE#                13  x87 exceptions with CR0.NE = 0
 *   0f4, 501     isa-debug-exit (four ports each)
 *   2e8 2f8 3e8 3f8   16550A serial ports COM4 COM2 COM3 COM1
 *   3b4, 3c0, 3d4     VGA
 *   cf9          reset control
 *   fd000000 (physical)   linear framebuffer, for a kernel that wishes for one
 *
 * The devices are in the state that SeaBIOS and GRUB leave, read back from QEMU. PCI, disks, DMA and the local APIC are
 * missing; their ports read as all ones.
 */

import type { FinalEnd } from './api.ts';
import { type InterruptLine, shareLine } from './bus/interrupt-line.ts';
import { MmioBus } from './bus/mmio-bus.ts';
import { PortBus, type PortDevice } from './bus/port-bus.ts';
import type { Clock } from './clock.ts';
import { A20Gate, SYSTEM_CONTROL_A_PORT } from './devices/a20-gate.ts';
import { DEBUG_CONSOLE_PORT, DebugConsole } from './devices/debug-console.ts';
import { DEBUG_EXIT_PORT_COUNT, DEBUG_EXIT_PORTS, DebugExit } from './devices/debug-exit.ts';
import {
  KEYBOARD_DATA_PORT,
  KEYBOARD_STATUS_PORT,
  KeyboardController8042,
} from './devices/keyboard-controller-8042.ts';
import { FRAMEBUFFER_ADDRESS, type LinearFramebuffer } from './devices/linear-framebuffer.ts';
import { NUMERIC_ERROR_PORT, NUMERIC_ERROR_PORT_COUNT, NumericError } from './devices/numeric-error.ts';
import {
  EdgeLevelControl,
  ELCR_PORT,
  ELCR_PORT_COUNT,
  PIC_MASTER_PORT,
  PIC_PORT_COUNT,
  PIC_SLAVE_PORT,
  PicPair,
} from './devices/pic-8259a.ts';
import { PIT_PORT, PIT_PORT_COUNT, Pit8254 } from './devices/pit-8254.ts';
import { POST_PORT, PostPort } from './devices/post-port.ts';
import { type KeySource, Ps2Keyboard } from './devices/ps2-keyboard.ts';
import { RESET_CONTROL_FIRST_PORT, RESET_CONTROL_PORT_COUNT, ResetControl } from './devices/reset-control.ts';
import { RTC_PORT, RTC_PORT_COUNT, RtcMc146818 } from './devices/rtc-mc146818.ts';
import { SYSTEM_CONTROL_B_PORT, SystemControlB } from './devices/system-control-b.ts';
import { COM_PORTS, type SerialPeer, UART_PORT_COUNT, Uart16550a } from './devices/uart-16550a.ts';
import { VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS, VGA_PORTS, Vga } from './devices/vga.ts';
import type { SleepOutlook } from './run-loop.ts';

const TIMER_IRQ = 0;
export const KEYBOARD_IRQ = 1;
const RTC_IRQ = 8;
const AUXILIARY_IRQ = 12;
const NUMERIC_ERROR_IRQ = 13;
/** Of COM1 to COM4. */
const COM_IRQS = [4, 3, 4, 3] as const;

/** Vectors and masks of the interrupt controllers as SeaBIOS leaves them: the timer's IRQ 0 is not masked, as vector 8. */
const BIOS_MASTER = { vectorBase: 0x08, mask: 0xb8, elcr: 0x00 } as const;
const BIOS_SLAVE = { vectorBase: 0x70, mask: 0x8e, elcr: 0x0c } as const;

/** Counters 0 (18.2 Hz) and 1 (refresh of memory) as a BIOS sets them up: control word and count, byte by byte. */
const BIOS_TIMER: readonly (readonly [port: number, value: number])[] = [
  [0x43, 0x34],
  [0x40, 0x00],
  [0x40, 0x00],
  [0x43, 0x54],
  [0x41, 18],
];

/** What the devices tell the world outside the PC. */
export interface PcOutputs {
  /** INTR of the processor. */
  readonly interrupt: InterruptLine;
  /** IGNNE# of the processor is asserted. */
  ignoreNumericError(): void;
  /** The guest ends the run; called inside the instruction that does it. */
  end(end: FinalEnd): void;
  /** The guest asks for something that is missing; called inside the instruction that does it. */
  unimplemented(what: string): void;
  debugByte(byte: number): void;
  postCode(code: number): void;
  /** The guest has read a byte of a key's scan code. */
  scanCodeTaken(): void;
}

/** What a PC is made of. */
export interface PcParts {
  readonly clock: Clock;
  readonly memoryBytes: number;
  readonly startTime: Date | undefined;
  /** What is plugged into COM1 to COM4. */
  readonly serialPeers: readonly SerialPeer[];
  /** Who presses the keys. */
  readonly keySource: KeySource;
  /** What the boot loader has set up for the kernel. */
  readonly framebuffer: LinearFramebuffer | undefined;
  readonly outputs: PcOutputs;
}

/** The devices of a PC on their buses. */
export class Pc {
  readonly ports = new PortBus();
  readonly mmio = new MmioBus();
  readonly vga = new Vga();
  readonly pics: PicPair;
  readonly pit: Pit8254;
  readonly rtc: RtcMc146818;
  readonly keyboardController: KeyboardController8042;
  readonly uarts: readonly Uart16550a[];
  readonly numericError: NumericError;

  constructor({ clock, memoryBytes, startTime, serialPeers, keySource, framebuffer, outputs }: PcParts) {
    const { ports, vga } = this;
    const byte = (owner: string, firstPort: number, device: PortDevice, portCount = 1) =>
      ports.claim({ owner, firstPort, portCount, device });

    this.pics = new PicPair(outputs.interrupt);
    const { master, slave } = this.pics;
    master.preset(BIOS_MASTER);
    slave.preset(BIOS_SLAVE);
    byte('8259A master', PIC_MASTER_PORT, master, PIC_PORT_COUNT);
    byte('8259A slave', PIC_SLAVE_PORT, slave, PIC_PORT_COUNT);
    byte('ELCR', ELCR_PORT, new EdgeLevelControl(this.pics), ELCR_PORT_COUNT);

    this.pit = new Pit8254(clock, this.pics.line(TIMER_IRQ));
    byte('8254', PIT_PORT, this.pit, PIT_PORT_COUNT);
    byte('system control B', SYSTEM_CONTROL_B_PORT, new SystemControlB(clock, this.pit.counters[2]));
    for (const [port, value] of BIOS_TIMER) this.pit.portWrite(port, 1, value);
    this.rtc = new RtcMc146818(clock, this.pics.line(RTC_IRQ), memoryBytes, startTime);
    byte('MC146818', RTC_PORT, this.rtc, RTC_PORT_COUNT);

    const reset = (port: number) => outputs.end({ kind: 'reset', port });
    const a20Gate = new A20Gate(reset, () => outputs.unimplemented('closing the A20 gate'));
    byte('system control A', SYSTEM_CONTROL_A_PORT, a20Gate);
    this.keyboardController = new KeyboardController8042(
      clock,
      new Ps2Keyboard(keySource),
      { keyboard: this.pics.line(KEYBOARD_IRQ), auxiliary: this.pics.line(AUXILIARY_IRQ) },
      {
        reset: () => reset(KEYBOARD_STATUS_PORT),
        a20Gate,
        scanCodeTaken: () => outputs.scanCodeTaken(),
      },
    );
    byte('8042', KEYBOARD_DATA_PORT, this.keyboardController);
    byte('8042', KEYBOARD_STATUS_PORT, this.keyboardController);

    const [com1, com3] = shareLine(this.pics.line(COM_IRQS[0]), 2);
    const [com2, com4] = shareLine(this.pics.line(COM_IRQS[1]), 2);
    const comLines = [com1, com2, com3, com4] as InterruptLine[];
    this.uarts = serialPeers.map((peer, i) => new Uart16550a(clock, comLines[i] as InterruptLine, peer));
    this.uarts.forEach((device, i) => {
      byte(`COM${i + 1}`, COM_PORTS[i as 0 | 1 | 2 | 3], device, UART_PORT_COUNT);
    });

    for (const range of [VGA_PORTS, VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS]) {
      ports.claim({ owner: 'VGA', ...range, device: vga });
    }
    if (framebuffer) {
      const lengthBytes = framebuffer.pixels.length;
      this.mmio.claim({ owner: 'framebuffer', firstAddress: FRAMEBUFFER_ADDRESS, lengthBytes, device: framebuffer });
    }
    const debugExit = new DebugExit((code, port) => outputs.end({ kind: 'exit', code, port }));
    for (const firstPort of DEBUG_EXIT_PORTS) {
      const portCount = DEBUG_EXIT_PORT_COUNT;
      ports.claim({ owner: 'isa-debug-exit', firstPort, portCount, device: debugExit, wide: true });
    }
    this.numericError = new NumericError(this.pics.line(NUMERIC_ERROR_IRQ), () => outputs.ignoreNumericError());
    byte('numeric error', NUMERIC_ERROR_PORT, this.numericError, NUMERIC_ERROR_PORT_COUNT);
    byte('debug console', DEBUG_CONSOLE_PORT, new DebugConsole((value) => outputs.debugByte(value)));
    byte('POST', POST_PORT, new PostPort((code) => outputs.postCode(code)));
    ports.claim({
      owner: 'reset control',
      firstPort: RESET_CONTROL_FIRST_PORT,
      portCount: RESET_CONTROL_PORT_COUNT,
      device: new ResetControl(reset),
      wide: true,
    });
  }

  /** What can end the sleep of a processor with interrupts on: a device that will assert its line, or only input. */
  get sleepOutlook(): SleepOutlook {
    const { pics, pit, rtc, keyboardController, uarts } = this;
    const comIrq = (i: number) => COM_IRQS[i as 0 | 1 | 2 | 3];
    if (
      (pit.counters[0].willRise && pics.wouldInterrupt(TIMER_IRQ)) ||
      (rtc.willRaiseInterrupt && pics.wouldInterrupt(RTC_IRQ)) ||
      (keyboardController.willRaiseInterrupt && pics.wouldInterrupt(KEYBOARD_IRQ)) ||
      uarts.some((uart, i) => uart.willRaiseInterrupt && pics.wouldInterrupt(comIrq(i)))
    ) {
      return 'alarm';
    }
    const takesInput =
      (keyboardController.canRaiseInterrupt && pics.wouldInterrupt(KEYBOARD_IRQ)) ||
      uarts.some((uart, i) => uart.canRaiseInterrupt && pics.wouldInterrupt(comIrq(i)));
    return takesInput ? 'input' : 'never';
  }
}
