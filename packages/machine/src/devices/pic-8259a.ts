/**
 * 8259A programmable interrupt controller, and the pair of them that a PC has.
 * Datasheet: Intel 8259A (order 231468), https://pdos.csail.mit.edu/6.828/2018/readings/hardware/8259A.pdf
 * ELCR: Intel 82371AB (PIIX4) datasheet 4.2.5, "Edge/Level Control Registers".
 *
 *   A0=0 write   bit 4 = 1: ICW1;  bits 4:3 = 00: OCW2;  01: OCW3         read   IRR or ISR, or the poll byte
 *   A0=1 write   ICW2, ICW3, ICW4 after ICW1, otherwise OCW1 (mask)        read   mask
 *
 * A request must stay asserted until it is acknowledged, in both trigger modes (datasheet figure 9); if it goes away the
 * chip answers with its lowest priority, without an in-service bit: the spurious IRQ 7 or 15.
 * The processor is an 8086, so the CALL vectors of MCS-80/85 (ICW4 bit 0 clear) are not there and the bits that belong to
 * them are ignored; so are the buffered mode (wiring of the bus) and SINGL, because the wiring of a PC is fixed.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { PortDevice } from '../bus/port-bus.ts';

/** Ports of one chip. */
export const PIC_PORT_COUNT = 2;
export const PIC_MASTER_PORT = 0x20;
export const PIC_SLAVE_PORT = 0xa0;
/** Edge/level control: one port for each chip, the master's first. */
export const ELCR_PORT = 0x4d0;
export const ELCR_PORT_COUNT = 2;

const ICW1_SELECT = 1 << 4;
const ICW1_LTIM = 1 << 3; // level triggered
const ICW1_IC4 = 1 << 0; // ICW4 will come
const ICW4_SFNM = 1 << 4; // special fully nested mode
const ICW4_AEOI = 1 << 1; // automatic end of interrupt

const OCW3_SELECT = 1 << 3;
const OCW3_ESMM = 1 << 6; // the next bit counts
const OCW3_SMM = 1 << 5; // special mask mode
const OCW3_POLL = 1 << 2;
const OCW3_RR = 1 << 1; // the next bit counts
const OCW3_RIS = 1 << 0; // read ISR rather than IRR

const OCW2_ROTATE = 1 << 7;
const OCW2_SPECIFIC = 1 << 6;
const OCW2_EOI = 1 << 5;

const POLL_PENDING = 1 << 7;

/** The level that answers when there is no request any more. */
const SPURIOUS_LEVEL = 7;
/** Input of the master to which the slave is wired. */
const CASCADE_LEVEL = 2;

/** Inputs that the ELCR cannot make level triggered: 0 to 2 of the master (timer, keyboard, cascade), 8 and 13. */
const ALWAYS_EDGE = [0b0000_0111, 0b0010_0001] as const;

/** Everything the chip remembers. */
export interface Pic8259aState {
  /** IRR: requests not yet acknowledged. */
  requests: number;
  /** ISR. */
  inService: number;
  /** IMR. */
  mask: number;
  /** Levels of the inputs. */
  lines: number;
  /** Inputs whose rising edge has been acknowledged already. */
  servedEdges: number;
  elcr: number;
  levelTriggered: boolean;
  vectorBase: number;
  /** The level of lowest priority; the one after it has the highest. */
  lowestPriority: number;
  automaticEoi: boolean;
  rotateOnAutomaticEoi: boolean;
  specialMask: boolean;
  specialFullyNested: boolean;
  readInService: boolean;
  pollNext: boolean;
  /** The word that the next write to A0=1 is: ICW2, ICW3, ICW4, or 0 for OCW1. */
  expectedIcw: 0 | 2 | 3 | 4;
  icw4Announced: boolean;
}

export class Pic8259a implements PortDevice {
  readonly #output: InterruptLine;
  readonly #isMaster: boolean;
  readonly #state: Pic8259aState = powerOnState();

  /** @param output INT; a master's cascade input is `CASCADE_LEVEL` */
  constructor(output: InterruptLine, role: 'master' | 'slave') {
    this.#output = output;
    this.#isMaster = role === 'master';
  }

  /** Drives one of the inputs IR0 to IR7. */
  setInput(level: number, asserted: boolean): void {
    const s = this.#state;
    const bit = 1 << level;
    if (((s.lines & bit) !== 0) === asserted) return;
    s.lines ^= bit;
    if (!asserted) s.servedEdges &= ~bit;
    this.#update();
  }

  /**
   * The INTA cycles: takes the request of highest priority into service and gives its vector.
   * @param slaveVector asks the slave, when the request is its own
   */
  acknowledge(slaveVector?: () => number): number {
    const s = this.#state;
    const level = this.#pendingLevel();
    if (level < 0) return s.vectorBase | SPURIOUS_LEVEL;
    this.#take(level);
    const vector = this.#isMaster && level === CASCADE_LEVEL && slaveVector ? slaveVector() : s.vectorBase | level;
    this.#output.set(false); // INT falls with the INTA cycles, so that the next request is an edge of its own
    this.#update();
    return vector;
  }

  /** Whether INT would rise if this input were asserted now, seen from a processor that does nothing meanwhile. */
  wouldInterrupt(level: number): boolean {
    return this.isUnmasked(level) && this.#passes(level);
  }

  /** Whether the mask lets this input through. */
  isUnmasked(level: number): boolean {
    return (this.#state.mask & (1 << level)) === 0;
  }

  /** Puts the chip into the state that a firmware leaves. */
  preset(state: Pick<Pic8259aState, 'vectorBase' | 'mask' | 'elcr'>): void {
    Object.assign(this.#state, state);
    this.#update();
  }

  get elcr(): number {
    return this.#state.elcr;
  }

  set elcr(value: number) {
    this.#state.elcr = value & ~(ALWAYS_EDGE[this.#isMaster ? 0 : 1] ?? 0) & 0xff;
    this.#update();
  }

  portRead(port: number): number {
    const s = this.#state;
    if (s.pollNext) return this.#poll();
    if (port & 1) return s.mask;
    return s.readInService ? s.inService : s.requests;
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    if (port & 1) this.#writeData(value);
    else if (value & ICW1_SELECT) this.#initialize(value);
    else if (value & OCW3_SELECT) this.#writeOcw3(value);
    else this.#writeOcw2(value);
    this.#update();
  }

  /** ICW1: the datasheet lists what it clears; the mask goes too, and the vector base stays until ICW2. */
  #initialize(icw1: number): void {
    const s = this.#state;
    const { lines, elcr, vectorBase } = s;
    Object.assign(s, powerOnState(), {
      lines,
      elcr,
      vectorBase,
      // "The edge sense circuit is reset": an input must fall and rise again to be seen.
      servedEdges: lines,
      levelTriggered: (icw1 & ICW1_LTIM) !== 0,
      icw4Announced: (icw1 & ICW1_IC4) !== 0,
      expectedIcw: 2,
    });
  }

  #writeData(value: number): void {
    const s = this.#state;
    switch (s.expectedIcw) {
      case 2:
        s.vectorBase = value & 0xf8;
        s.expectedIcw = 3;
        break;
      case 3: // the wiring of the cascade, which is what it is
        s.expectedIcw = s.icw4Announced ? 4 : 0;
        break;
      case 4:
        s.automaticEoi = (value & ICW4_AEOI) !== 0;
        s.specialFullyNested = (value & ICW4_SFNM) !== 0;
        s.expectedIcw = 0;
        break;
      default:
        s.mask = value;
    }
  }

  #writeOcw2(value: number): void {
    const s = this.#state;
    const level = value & 7;
    const rotate = (value & OCW2_ROTATE) !== 0;
    if (value & OCW2_EOI) {
      const ended = value & OCW2_SPECIFIC ? level : this.#highestOf(s.inService & this.#endable);
      if (ended < 0) return;
      s.inService &= ~(1 << ended);
      if (rotate) s.lowestPriority = ended;
    } else if (value & OCW2_SPECIFIC) {
      if (rotate) s.lowestPriority = level; // set priority; without R it is "no operation"
    } else {
      s.rotateOnAutomaticEoi = rotate;
    }
  }

  #writeOcw3(value: number): void {
    const s = this.#state;
    if (value & OCW3_ESMM) s.specialMask = (value & OCW3_SMM) !== 0;
    if (value & OCW3_POLL) s.pollNext = true;
    if (value & OCW3_RR) s.readInService = (value & OCW3_RIS) !== 0;
  }

  /** The read after a poll command is an acknowledge whose answer is the level rather than a vector. */
  #poll(): number {
    this.#state.pollNext = false;
    const level = this.#pendingLevel();
    if (level < 0) return 0;
    this.#take(level);
    this.#update();
    return POLL_PENDING | level;
  }

  #take(level: number): void {
    const s = this.#state;
    const bit = 1 << level;
    if (!this.#isLevelTriggered(bit)) s.servedEdges |= bit;
    if (!s.automaticEoi) s.inService |= bit;
    else if (s.rotateOnAutomaticEoi) s.lowestPriority = level;
  }

  #isLevelTriggered(bit: number): boolean {
    return this.#state.levelTriggered || (this.#state.elcr & bit) !== 0;
  }

  /** In special mask mode a non-specific EOI does not end a level that is masked (datasheet, "Special Mask Mode"). */
  get #endable(): number {
    return this.#state.specialMask ? ~this.#state.mask : 0xff;
  }

  /** The level to serve next, -1 for none. */
  #pendingLevel(): number {
    const s = this.#state;
    let candidates = s.requests & ~s.mask;
    while (candidates !== 0) {
      const level = this.#highestOf(candidates);
      if (this.#passes(level)) return level;
      if (!s.specialMask) return -1;
      candidates &= ~(1 << level);
    }
    return -1;
  }

  /** Whether what is in service lets a level through. */
  #passes(level: number): boolean {
    const s = this.#state;
    // In special mask mode only the level itself is inhibited while in service.
    if (s.specialMask) return (s.inService & (1 << level)) === 0;
    const serving = this.#highestOf(s.inService);
    if (serving < 0) return true;
    // In special fully nested mode the slave may interrupt its own routine with a higher request.
    if (s.specialFullyNested && this.#isMaster && level === CASCADE_LEVEL && serving === level) return true;
    return this.#rank(level) < this.#rank(serving);
  }

  /** The level of highest priority among those set, -1 for none. */
  #highestOf(levels: number): number {
    for (let rank = 1; rank <= 8; rank++) {
      const level = (this.#state.lowestPriority + rank) & 7;
      if (levels & (1 << level)) return level;
    }
    return -1;
  }

  /** 0 for the highest priority. */
  #rank(level: number): number {
    return (level - this.#state.lowestPriority - 1) & 7;
  }

  #update(): void {
    const s = this.#state;
    const levelInputs = s.levelTriggered ? 0xff : s.elcr;
    s.requests = s.lines & (levelInputs | ~s.servedEdges) & 0xff;
    this.#output.set(s.expectedIcw === 0 && this.#pendingLevel() >= 0);
  }
}

/** Master and slave as a PC wires them: INT of the slave to IR2 of the master. */
export class PicPair {
  readonly master: Pic8259a;
  readonly slave: Pic8259a;

  /** @param output INTR of the processor */
  constructor(output: InterruptLine) {
    const master = new Pic8259a(output, 'master');
    this.master = master;
    this.slave = new Pic8259a({ set: (asserted) => master.setInput(CASCADE_LEVEL, asserted) }, 'slave');
  }

  /** The wire of IRQ 0 to 15. */
  line(irq: number): InterruptLine {
    const chip = this.#chip(irq);
    return { set: (asserted) => chip.setInput(irq & 7, asserted) };
  }

  /** The interrupt acknowledge of the processor: the vector to serve. */
  acknowledge(): number {
    return this.master.acknowledge(() => this.slave.acknowledge());
  }

  /** Whether the processor would be interrupted if this IRQ were asserted now. */
  wouldInterrupt(irq: number): boolean {
    if (!this.#chip(irq).wouldInterrupt(irq & 7)) return false;
    return irq < 8 || this.master.wouldInterrupt(CASCADE_LEVEL);
  }

  /** Whether the masks let this IRQ through. */
  isUnmasked(irq: number): boolean {
    return this.#chip(irq).isUnmasked(irq & 7) && (irq < 8 || this.master.isUnmasked(CASCADE_LEVEL));
  }

  #chip(irq: number): Pic8259a {
    return irq < 8 ? this.master : this.slave;
  }
}

/** The ELCR ports of both chips. */
export class EdgeLevelControl implements PortDevice {
  readonly #chips: readonly [Pic8259a, Pic8259a];

  constructor({ master, slave }: PicPair) {
    this.#chips = [master, slave];
  }

  portRead(port: number): number {
    return this.#chips[(port & 1) as 0 | 1].elcr;
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    this.#chips[(port & 1) as 0 | 1].elcr = value;
  }
}

function powerOnState(): Pic8259aState {
  return {
    requests: 0,
    inService: 0,
    mask: 0,
    lines: 0,
    servedEdges: 0,
    elcr: 0,
    levelTriggered: false,
    vectorBase: 0,
    lowestPriority: 7,
    automaticEoi: false,
    rotateOnAutomaticEoi: false,
    specialMask: false,
    specialFullyNested: false,
    readInService: false,
    pollNext: false,
    expectedIcw: 0,
    icw4Announced: false,
  };
}
