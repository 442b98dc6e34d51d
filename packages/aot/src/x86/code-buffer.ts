/**
 * Growing machine code with labels and relocations. Jumps are recorded, not encoded, while code is written; `finish`
 * gives each the shortest form that reaches (SDM Vol. 2: `EB cb`/`E9 cd`, `70+cc cb`/`0F 80+cc cd`) and moves
 * everything behind it. All positions given out before `finish` are virtual: {@link FinishedCode.move} maps them.
 */
import type { Condition } from './registers.ts';

/** A place in the code that jumps can name before it is known. */
export type Label = number;

/** A field of the code that depends on the address of a symbol. */
export interface Relocation {
  readonly offset: number;
  readonly symbol: string;
  readonly addend: number;
  /**
   * `relative32`: symbol + addend - address behind the field. `absolute32`: sign- or zero-extended by the instruction;
   * `absolute64`: the full address.
   */
  readonly kind: 'relative32' | 'absolute32' | 'absolute64';
  /** `relative32`: bytes of immediate between the field and the end of the instruction. */
  readonly trailingBytes: number;
}

export interface FinishedCode {
  readonly bytes: Uint8Array;
  readonly relocations: readonly Relocation[];
  /** Final offset of a position that was current while the code was written. */
  move(position: number): number;
  /** Final offset of a label. */
  labelOffset(label: Label): number;
}

interface Jump {
  readonly position: number;
  readonly label: Label;
  readonly condition: Condition | undefined;
  long: boolean;
}

export class CodeBuffer {
  private bytes = new Uint8Array(256);
  private length = 0;
  private readonly labels: number[] = [];
  private readonly jumps: Jump[] = [];
  private readonly relocations: Relocation[] = [];
  private readonly labelReferences: { position: number; label: Label }[] = [];

  /** Virtual position of the next byte. */
  get position(): number {
    return this.length;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const grown = new Uint8Array(this.bytes.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.length++] = value;
  }

  /** Little-endian, low `count` (at most 4) bytes of `value`. */
  word(value: number, count: 1 | 2 | 4): void {
    for (let i = 0; i < count; i++) this.byte((value >> (8 * i)) & 0xff);
  }

  quad(value: bigint): void {
    this.word(Number(BigInt.asIntN(32, value)), 4);
    this.word(Number(BigInt.asIntN(32, value >> 32n)), 4);
  }

  /** A 4-byte field filled in by the linker. */
  field32(symbol: string, addend: number, kind: 'relative32' | 'absolute32', trailingBytes = 0): void {
    this.relocations.push({ offset: this.length, symbol, addend, kind, trailingBytes });
    this.word(0, 4);
  }

  /** A field with the address of a label of this buffer, whose own start has the address of symbol `base`. */
  labelAddress(label: Label, base: string, kind: 'absolute32' | 'absolute64'): void {
    this.labelReferences.push({ position: this.length, label });
    this.relocations.push({ offset: this.length, symbol: base, addend: 0, kind, trailingBytes: 0 });
    for (let i = kind === 'absolute32' ? 4 : 8; i > 0; i--) this.byte(0);
  }

  newLabel(): Label {
    return this.labels.push(-1) - 1;
  }

  bind(label: Label): void {
    this.labels[label] = this.length;
  }

  /** A jump, conditional if `condition` is given, of the size that will turn out to be needed. */
  jump(label: Label, condition?: Condition): void {
    this.jumps.push({ position: this.length, label, condition, long: false });
    this.byte(0); // keeps positions before and behind the jump apart
  }

  /** Chooses the jumps' sizes and gives everything its place. The buffer must not be used afterwards. */
  finish(): FinishedCode {
    const { jumps, labels } = this;
    const sizeOf = (jump: Jump) => (jump.long ? (jump.condition === undefined ? 5 : 6) : 2);
    /** growth[i]: by how much the first i jumps move what lies behind them. */
    const growth = new Uint32Array(jumps.length + 1);
    const move = (position: number) => {
      let low = 0;
      let high = jumps.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (jumps[middle]!.position < position) low = middle + 1;
        else high = middle;
      }
      return position + growth[low]!;
    };
    const distance = (jump: Jump, index: number) =>
      move(labels[jump.label]!) - (jump.position + growth[index]! + sizeOf(jump));
    // Start with all jumps short and lengthen; a jump never becomes short again, so this ends.
    for (let changed = true; changed; ) {
      changed = false;
      for (const [i, jump] of jumps.entries()) growth[i + 1] = growth[i]! + sizeOf(jump) - 1;
      for (const [i, jump] of jumps.entries()) {
        const reach = distance(jump, i);
        if (!jump.long && (reach < -128 || reach > 127)) changed = jump.long = true;
      }
    }

    const out = new Uint8Array(this.length + growth[jumps.length]!);
    const view = new DataView(out.buffer);
    let from = 0;
    for (const [i, jump] of jumps.entries()) {
      out.set(this.bytes.subarray(from, jump.position), from + growth[i]!);
      let at = jump.position + growth[i]!;
      const reach = distance(jump, i);
      if (!jump.long) {
        out[at++] = jump.condition === undefined ? 0xeb : 0x70 + jump.condition;
        view.setInt8(at, reach);
      } else {
        if (jump.condition === undefined) out[at++] = 0xe9;
        else {
          out[at++] = 0x0f;
          out[at++] = 0x80 + jump.condition;
        }
        view.setInt32(at, reach, true);
      }
      from = jump.position + 1;
    }
    out.set(this.bytes.subarray(from, this.length), from + growth[jumps.length]!);

    const labelOffset = (label: Label) => move(labels[label]!);
    const targets = new Map(this.labelReferences.map(({ position, label }) => [position, labelOffset(label)]));
    const relocations = this.relocations.map((relocation) => ({
      ...relocation,
      offset: move(relocation.offset),
      addend: targets.get(relocation.offset) ?? relocation.addend,
    }));
    return { bytes: out, relocations, move, labelOffset };
  }
}
