/**
 * The PC: RAM and core, buses and devices, wired up. What runs it and what users see of it is machine.ts.
 *
 *   port         device
 *   080          power-on self-test code
 *   0e9          debug console
 *   0f4, 501     isa-debug-exit (four ports each)
 *   2e8 2f8 3e8 3f8   16550A serial ports COM4 COM2 COM3 COM1
 *   3b4, 3c0, 3d4     VGA
 *   cf9          reset control
 *
 * Interrupt controllers, timers, keyboard controller, CMOS clock, PCI and disks are missing; their ports read as all
 * ones.
 */

import type { FinalEnd } from './api.ts';
import { UNCONNECTED_LINE } from './bus/interrupt-line.ts';
import { MmioBus } from './bus/mmio-bus.ts';
import { PortBus } from './bus/port-bus.ts';
import type { Clock } from './clock.ts';
import { DEBUG_CONSOLE_PORT, DebugConsole } from './devices/debug-console.ts';
import { DEBUG_EXIT_PORT_COUNT, DEBUG_EXIT_PORTS, DebugExit } from './devices/debug-exit.ts';
import { POST_PORT, PostPort } from './devices/post-port.ts';
import { RESET_CONTROL_FIRST_PORT, RESET_CONTROL_PORT_COUNT, ResetControl } from './devices/reset-control.ts';
import { COM_PORTS, type SerialPeer, UART_PORT_COUNT, Uart16550a } from './devices/uart-16550a.ts';
import { VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS, VGA_PORTS, Vga } from './devices/vga.ts';

/** What the devices tell the world outside the PC. */
export interface PcOutputs {
  /** The guest ends the run; called inside the instruction that does it. */
  end(end: FinalEnd): void;
  debugByte(byte: number): void;
  postCode(code: number): void;
}

/** The devices of a PC on their buses. */
export class Pc {
  readonly ports = new PortBus();
  readonly mmio = new MmioBus();
  readonly vga = new Vga();
  readonly uarts: readonly Uart16550a[];

  /** @param serialPeers what is plugged into COM1 to COM4 */
  constructor(clock: Clock, serialPeers: readonly SerialPeer[], outputs: PcOutputs) {
    const { ports, vga } = this;
    this.uarts = serialPeers.map((peer) => new Uart16550a(clock, UNCONNECTED_LINE, peer));
    this.uarts.forEach((device, i) => {
      const firstPort = COM_PORTS[i as 0 | 1 | 2 | 3];
      ports.claim({ owner: `COM${i + 1}`, firstPort, portCount: UART_PORT_COUNT, device });
    });
    for (const range of [VGA_PORTS, VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS]) {
      ports.claim({ owner: 'VGA', ...range, device: vga });
    }
    const debugExit = new DebugExit((code, port) => outputs.end({ kind: 'exit', code, port }));
    for (const firstPort of DEBUG_EXIT_PORTS) {
      const portCount = DEBUG_EXIT_PORT_COUNT;
      ports.claim({ owner: 'isa-debug-exit', firstPort, portCount, device: debugExit, wide: true });
    }
    const debugConsole = new DebugConsole((byte) => outputs.debugByte(byte));
    ports.claim({ owner: 'debug console', firstPort: DEBUG_CONSOLE_PORT, portCount: 1, device: debugConsole });
    const postPort = new PostPort((code) => outputs.postCode(code));
    ports.claim({ owner: 'POST', firstPort: POST_PORT, portCount: 1, device: postPort });
    ports.claim({
      owner: 'reset control',
      firstPort: RESET_CONTROL_FIRST_PORT,
      portCount: RESET_CONTROL_PORT_COUNT,
      device: new ResetControl((port) => outputs.end({ kind: 'reset', port })),
      wide: true,
    });
  }
}
