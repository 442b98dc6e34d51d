/** Teaches vitest the matchers; importing this is enough. */

import { expect } from 'vitest';
import { toExit, toHalt, toTripleFault } from './ends.ts';
import { toHaveMemory } from './memory.ts';
import { toMap } from './paging.ts';
import { toHaveRegister } from './registers.ts';
import { toMatchScreen } from './screen-golden.ts';
import { toPrint, toShow } from './text.ts';

expect.extend({
  toShow,
  toPrint,
  toExit,
  toHalt,
  toTripleFault,
  toMap,
  toHaveRegister,
  toHaveMemory,
  toMatchScreen,
} as unknown as Parameters<typeof expect.extend>[0]);
