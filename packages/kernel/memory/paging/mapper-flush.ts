// The processor remembers translations (the TLB). After a change of an entry the old one may still be in force, and
// forgetting to say so is the classic mistake: everything seems to work, until it doesn't. So each change of a mapping
// returns a token, and the token must be spent: by `flush()` (INVLPG, SDM Vol. 3A, 4.10.4) or by `ignore()`, with a
// reason.
//
// Two guards stand behind that. The build refuses a statement that drops the token (`library/build/must-use.ts`). And
// there is only one token: who keeps it in a variable and forgets it panics at the next change.
import { Page } from '../addresses';
import { invlpg, readCr3, writeCr3 } from '../../library/x86';
import { Frame } from '../frame';
import { pageStart } from '../page';

/** The duty to forget the old translation of one page. */
@unmanaged
export class MapperFlush {
  private page: Page;
  private previous: Frame | null;
  private isPending: bool;

  /** The token for a changed page. @throws if the one before wasn't spent */
  static of(page: Page, previousFrame: Frame | null): MapperFlush {
    MapperFlush.assertNonePending();
    TOKEN.page = page;
    TOKEN.previous = previousFrame;
    TOKEN.isPending = true;
    return TOKEN;
  }

  /** @throws if a token wasn't spent */
  static assertNonePending(): void {
    assert(!TOKEN.isPending, 'a changed mapping was neither flushed nor ignored');
  }

  /** Makes the processor forget the old translation. Returns the frame that the page was mapped to before, if any. */
  flush(): Frame | null {
    invlpg(pageStart(this.page));
    return this.ignore();
  }

  /**
   * Leaves the old translation in force: right if there cannot be one (the page was not mapped, and absent entries are
   * not remembered), or if the tables are not the active ones. Returns the frame of before, if any.
   */
  ignore(): Frame | null {
    assert(this.isPending, 'this flush was spent already');
    this.isPending = false;
    return this.previous;
  }
}

const TOKEN = changetype<MapperFlush>(memory.data(offsetof<MapperFlush>(), 8));

/** Makes the processor forget all translations, by writing CR3 with what it holds. */
export function flushAll(): void {
  writeCr3(readCr3());
}
