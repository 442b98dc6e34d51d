/**
 * Paging for guest code on the host: the four levels of tables of SDM Vol. 3A, 4.5, walked in the module's memory, which
 * plays the physical memory. Enough for code that reads and changes tables through their recursive entry: no rights, no
 * TLB, no accessed and dirty bits.
 */

const PRESENT = 1n;
const HUGE = 0x80n;
const ADDRESS = 0x000f_ffff_ffff_f000n;

/** The instructions that have to do with paging, on the memory behind `view`. */
export class GuestPaging {
  cr3 = 0n;
  /** Pages that were invalidated, in order. */
  readonly invalidated: bigint[] = [];
  private readonly view: () => DataView;

  constructor(view: () => DataView) {
    this.view = view;
  }

  /** The physical address behind a linear one. @throws Error where the processor would raise #PF or #GP */
  translate(address: bigint): number {
    const linear = BigInt.asUintN(64, address); // as an i64 it comes signed
    if (this.cr3 === 0n) return Number(linear);
    if (BigInt.asUintN(64, BigInt.asIntN(48, linear)) !== linear) throw new Error(`#GP: 0x${linear.toString(16)}`);
    let table = this.cr3 & ADDRESS;
    for (const shift of [39n, 30n, 21n, 12n]) {
      const entry = this.view().getBigUint64(Number(table + ((linear >> shift) & 511n) * 8n), true);
      if ((entry & PRESENT) === 0n) throw new Error(`#PF: 0x${linear.toString(16)}`);
      table = entry & ADDRESS;
      const isPage = shift === 12n || (shift < 39n && (entry & HUGE) !== 0n);
      if (isPage) return Number(table + (linear & ((1n << shift) - 1n)));
    }
    throw new Error('not reached: the last level is a page');
  }

  /** Tables as the boot code makes them: the first GiB in pages of 2 MiB, and the recursive entry. */
  identityMap(p4: number): void {
    const view = this.view();
    const entry = (table: number, index: number, value: number) =>
      view.setBigUint64(table + index * 8, BigInt(value), true);
    entry(p4, 0, (p4 + 0x1000) | 3);
    entry(p4, 511, p4 | 3);
    entry(p4 + 0x1000, 0, (p4 + 0x2000) | 3);
    for (let index = 0; index < 512; index++) entry(p4 + 0x2000, index, (index * 0x20_0000) | 0x83);
    this.cr3 = BigInt(p4);
  }
}
