// The tables that the processor uses, and tables that it doesn't use yet.
//
// `withTable` works on inactive tables by bending one entry: while P4[511] of the active table points to the *other*
// level-4 table, every recursive address leads into the other tables, and the mapper works on them unchanged:
//
//         active P4                      other P4                  the temporary page shows the active P4 meanwhile,
//        +----------+                   +----------+               so that its entry can be put right again
//        | ...      |                   | ...      |
//        | 511: ----|-----------------> | 511: --. |
//        +----------+                   +--------|-+
//                                            ^---'
import { readCr3, writeCr3 } from '../../library/x86';
import { PhysicalAddress } from '../addresses';
import { Frame } from '../frame';
import { ADDRESS_MASK, EntryFlag, entryOf } from './entry';
import { Mapper } from './mapper';
import { flushAll, MapperFlush } from './mapper-flush';
import { P4, RECURSIVE_INDEX } from './table';
import { TemporaryPage } from './temporary-page';

const TABLE_FLAGS = EntryFlag.PRESENT | EntryFlag.WRITABLE;

/** Tables that are not in use. It *is* the frame of its level-4 table. */
@unmanaged
export class InactivePageTable {
  private readonly inactive!: u8;

  /** New tables in `frame` that map nothing but themselves. */
  static create(frame: Frame, temporaryPage: TemporaryPage): InactivePageTable {
    temporaryPage.map(frame);
    temporaryPage.zero();
    temporaryPage.setEntry(RECURSIVE_INDEX, entryOf(frame, TABLE_FLAGS));
    temporaryPage.unmap();
    return changetype<InactivePageTable>(changetype<usize>(frame));
  }

  /** The frame of the level-4 table. */
  get p4Frame(): Frame {
    return changetype<Frame>(changetype<usize>(this));
  }
}

/** The tables in CR3: everything that a mapper can, and two operations that only make sense on the active ones. */
@unmanaged
export class ActivePageTable extends Mapper {
  /** The frame of the level-4 table. */
  get p4Frame(): Frame {
    return Frame.containing(<PhysicalAddress>(readCr3() & ADDRESS_MASK));
  }

  /**
   * Lets `change` work on other tables. It gets a mapper, which has no `withTable`: nesting this would lose the way back.
   */
  withTable(table: InactivePageTable, temporaryPage: TemporaryPage, change: (mapper: Mapper) => void): void {
    MapperFlush.assertNonePending();
    const backup = this.p4Frame;
    temporaryPage.map(backup);
    P4.setEntry(RECURSIVE_INDEX, entryOf(table.p4Frame, TABLE_FLAGS));
    flushAll();
    change(changetype<Mapper>(changetype<usize>(this)));
    // P4 is the other table now; the way to our own leads through the temporary page.
    temporaryPage.setEntry(RECURSIVE_INDEX, entryOf(backup, TABLE_FLAGS));
    flushAll();
    temporaryPage.unmap();
  }

  /** Makes other tables the active ones, and returns the old ones. */
  switchTo(table: InactivePageTable): InactivePageTable {
    MapperFlush.assertNonePending();
    const old = this.p4Frame;
    writeCr3(table.p4Frame.startAddress);
    return changetype<InactivePageTable>(changetype<usize>(old));
  }
}

/** The active tables. */
export const ACTIVE_PAGE_TABLE = changetype<ActivePageTable>(memory.data(8));
