/**
 * The guests of the bench and how much work each runner gets. A size is the number of rounds. QEMU and translated code do the
 * same work, which takes QEMU some 0.4 s beyond its start-up; the interpreter and the JS engine get what they can do in about
 * one second: with them rates are compared, not times of equal work.
 */

/**
 * Who executes a guest; `jit` is the Wasm engine with its translator on, `native` a program of the host. `v86` gets the 32-bit
 * image, and so do `jit_i386` and `interpreter_i386`. The cold ones get little work in a fresh process, `node24` and `chromium`
 * are translated code on other hosts.
 */
export type Runner =
  | 'jit'
  | 'interpreter'
  | 'js'
  | 'qemu'
  | 'native'
  | 'v86'
  | 'jit_i386'
  | 'interpreter_i386'
  | 'jit_cold'
  | 'qemu_cold'
  | 'node24'
  | 'chromium';

/** Which sizes exist; `test` is a tiny one for the deterministic test, `cold` takes QEMU some 0.1 s beyond its start-up. */
export type SizeName = 'test' | 'js' | 'interpreter' | 'cold' | 'long';

/** How much work each runner gets. */
export const SIZE_OF: Readonly<Record<Runner, SizeName>> = {
  jit: 'long',
  interpreter: 'interpreter',
  js: 'js',
  qemu: 'long',
  native: 'long',
  v86: 'long',
  jit_i386: 'long',
  interpreter_i386: 'interpreter',
  jit_cold: 'cold',
  qemu_cold: 'cold',
  node24: 'long',
  chromium: 'long',
};

/**
 * `compute`: registers, memory, branches, calls; the geometric mean that goals are set for. `strings`: REP instructions, kept
 * apart because a bulk copy beats QEMU by so much that it would flatter the mean. `float`: floating point and packed integers.
 * `x87`: the same on the x87 stack. `system`: faults, interrupts, page tables. `devices`: the text screen and ports. `code`: what is hard for translators: loops
 * across page boundaries, code that changes, much code that runs a few times.
 */
export type GuestGroup = 'compute' | 'strings' | 'float' | 'x87' | 'system' | 'devices' | 'code';

/** One guest; `name` is what its C file is called. */
export interface Guest {
  readonly name: string;
  readonly group: GuestGroup;
  readonly sizes: Readonly<Record<SizeName, number>>;
}

/** The long size takes QEMU about half a second. */
const COLD_DIVISOR = 5;

const guest = (
  name: string,
  group: GuestGroup,
  test: number,
  js: number,
  interpreter: number,
  long: number,
): Guest => ({
  name,
  group,
  sizes: { test, js, interpreter, cold: Math.ceil(long / COLD_DIVISOR), long },
});

// biome-ignore format: a table
export const guests: readonly Guest[] = [
  //    name              group      test        js  interpreter         long
  guest('alu32',          'compute',  500,   500_000,  10_000_000, 100_000_000),
  guest('alu64',          'compute',  500,   500_000,  10_000_000, 100_000_000),
  guest('divide',         'compute',  200,   200_000,   2_000_000,  10_000_000),
  guest('collatz',        'compute',  100,    20_000,     200_000,     600_000),
  guest('fib',            'compute',    1,       200,       1_000,       4_000),
  guest('sieve',          'compute',    1,         4,          25,         100),
  guest('crc32',          'compute',    5,     2_000,      10_000,      60_000),
  guest('sha256',         'compute',    5,     2_000,      20_000,     250_000),
  guest('sort',           'compute',    1,        10,          60,         250),
  guest('copy_loop',      'compute',    2,     2_000,      15_000,      50_000),
  guest('bytecode',       'compute',   20,     2_000,      10_000,      50_000),
  guest('bits',           'compute',   50,    80_000,     800_000,   6_000_000),
  guest('text',           'compute',   50,   100_000,   1_000_000,   4_000_000),
  guest('hash',           'compute',  400,   100_000,     150_000,   1_500_000),
  guest('chase',          'compute',  100,    50_000,     500_000,   1_200_000),
  guest('matrix',         'compute',     1,         4,          32,         480),
  guest('queens',         'compute',    2,        10,         150,       2_500),
  guest('dispatch',       'compute',    2,        50,         500,       8_000),
  guest('coroutine',      'compute',  200,    40_000,     500_000,  10_000_000),
  guest('bignum',         'compute',    5,     2_000,      50_000,     500_000),
  guest('atomic',         'compute',  200,   100_000,     500_000,   5_000_000),
  guest('rep_movs',       'strings',    2,       200,       4_000,      10_000),
  guest('short_strings',  'strings',  100,    20_000,     200_000,   1_500_000),
  guest('nbody',          'float',     20,     1_000,      15_000,      60_000),
  guest('mandelbrot',     'float',      2,        20,         400,       2_000),
  guest('matrix_double',  'float',       1,         4,          32,         100),
  guest('filter',         'float',      1,        30,         800,       3_000),
  guest('pixels',         'float',      1,        20,       1_000,       4_000),
  guest('packed',         'float',      1,        50,       1_000,      20_000),
  guest('nbody_x87',      'x87',       20,       500,      10_000,      60_000),
  guest('page_fault',     'system',     2,        60,         200,         500),
  guest('soft_interrupt', 'system',   200,    50_000,     300_000,     800_000),
  guest('breakpoint',     'system',   200,    50_000,     300_000,     800_000),
  guest('address_space',  'system',    50,     5_000,      30_000,      50_000),
  guest('screen',         'devices',    2,        20,       2_000,      20_000),
  guest('ports',          'devices',  200,    50_000,     500_000,   1_000_000),
  // The same work for the three, whose times are compared: what translation costs weighs the same.
  guest('page_inside',    'code',       2,       600,      15_000,      60_000),
  guest('page_across',    'code',        2,       600,      15_000,      60_000),
  guest('page_split',     'code',        2,       600,      15_000,      60_000),
  guest('patch',          'code',     100,    10_000,     100_000,      40_000),
  guest('generate',       'code',       5,       100,       2_000,       1_000),
  guest('cold_code',      'code',       1,        10,          10,          10),
];
