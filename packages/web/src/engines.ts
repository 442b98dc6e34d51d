/** The engines that a page can ask for: the one list for the element's attribute and whoever compares them. */

import type { Engine } from '@longmode/machine';

export const ENGINES: readonly Engine[] = ['interpreter', 'js'];
