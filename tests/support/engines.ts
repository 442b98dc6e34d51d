/** Every test of guests runs on each of these. */
import type { Engine } from '@longmode/cpu-wasm';

export const ENGINES: readonly Engine[] = ['interpreter', 'jit', 'js'];
