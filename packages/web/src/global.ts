/** The entry of the single-file build: one classic script that defines `<long-mode>`, on pages from `file://` too. */

import { define } from './define.ts';
import { partsInline } from './parts-inline.ts';

define(partsInline);
