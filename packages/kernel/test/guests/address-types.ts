// Checked by `npm run typecheck`, never compiled: mistakes that the types of addresses and tables make impossible. Each
// line that must not compile is marked; a mark without an error is an error.
import { Page, PhysicalAddress, VirtualAddress } from '../../memory/addresses';
import { Frame } from '../../memory/frame';
import { pageContaining, virtualAddress } from '../../memory/page';
import { InactivePageTable } from '../../memory/paging/active-page-table';
import { MAPPER, Mapper } from '../../memory/paging/mapper';
import { Level1Table, P4 } from '../../memory/paging/table';

const physical: PhysicalAddress = Frame.of(1).startAddress;
const virtual: VirtualAddress = virtualAddress(0x1000);
const page: Page = pageContaining(virtual);

// @ts-expect-error: a physical address is no virtual one
MAPPER.translate(physical);
// @ts-expect-error: an address is no page
MAPPER.unmap(virtual).flush();
// @ts-expect-error: a number is no page
MAPPER.unmap(3).flush();
// @ts-expect-error: a page is no frame
const frame: Frame = page;
// @ts-expect-error: a page is no address
virtualAddress(page) === page + virtual ? pageContaining(page) : page;

export function tables(level1: Level1Table, mapper: Mapper, inactive: InactivePageTable): void {
  const level2 = P4.nextTable(0)!.nextTable(0)!;
  const last: Level1Table = level2.nextTable(0)!;
  // @ts-expect-error: PAGE-13, a level-1 table has no next table
  last.nextTable(0);
  // @ts-expect-error: a level-2 table is no level-1 table
  const wrong: Level1Table = level2;
  // @ts-expect-error: what works on other tables cannot go on to further ones
  mapper.withTable(inactive);
  // @ts-expect-error: inactive tables cannot be changed
  inactive.unmap(page);
}
