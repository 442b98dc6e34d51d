/**
 * Writes the C source of the guest `cold_code`: 600 functions, more than 20,000 lines, no two alike, each of which runs a few
 * times. A translator that spends time on what never becomes hot loses here. Loops have up to 40 turns, so that with the guest's
 * few passes some blocks stay below the threshold of any translator, some pass it at the very end, and some well before.
 */

const FUNCTIONS = 600;
/** Functions that call no others; the rest calls these only, so that a pass does not explode. */
const LEAVES = 200;
const GROUP = 50;

/** The source. The same text each time. */
export function coldCodeSource(): string {
  let state = 1;
  /** A number from 0 to `bound` - 1: a linear congruential generator modulo 2^31 (its low bits are left out). */
  const random = (bound: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % bound;
  };
  const variable = (): string => ['a', 'b', 'c', 'd'][random(4)]!;
  const constant = (): string => `${1 + random(1 << 20)}u`;

  const assignment = (): string => {
    const [to, from, other] = [variable(), variable(), variable()];
    const shift = 1 + random(30);
    const choices = [
      `${to} += ${from} ^ ${constant()};`,
      `${to} = ${from} * ${constant()} + ${other};`,
      `${to} ^= ${from} << ${shift} | ${from} >> ${32 - shift};`,
      `${to} -= memory[${from} % MEMORY_WORDS];`,
      `memory[${from} % MEMORY_WORDS] ^= ${to} + ${constant()};`,
      `${to} = ${from} < ${other} ? ${from} + ${constant()} : ${other} - ${constant()};`,
      `${to} = ~${from} & ${constant()} | ${other} >> ${shift};`,
      `${to} += (uint32_t)((uint64_t)${from} * ${constant()} >> 32);`,
    ];
    return choices[random(choices.length)]!;
  };

  const statement = (depth: number, isLeaf: boolean): string[] => {
    const inside = (count: number): string[] =>
      Array.from({ length: count }, () => statement(depth + 1, isLeaf)).flatMap((lines) =>
        lines.map((line) => `  ${line}`),
      );
    const kind = depth >= 2 ? 0 : random(12);
    if (kind === 9) {
      return [
        `if ((${variable()} ^ ${variable()}) & ${1 << random(16)}) {`,
        ...inside(2),
        '} else {',
        ...inside(2),
        '}',
      ];
    }
    if (kind === 10) {
      const index = `i${depth}`;
      const turns = depth === 0 ? 1 + random(40) : 1 + random(4);
      return [`for (uint32_t ${index} = 0; ${index} < ${turns}; ${index}++) {`, ...inside(2), '}'];
    }
    if (kind === 11) {
      const cases = [0, 1, 2, 3, 4].flatMap((value) => [`  case ${value}:`, `    ${assignment()}`, '    break;']);
      return [`switch (${variable()} % 6) {`, ...cases, `  default: ${assignment()}`, '}'];
    }
    if (kind === 8 && !isLeaf) return [`${variable()} += f${random(LEAVES)}(${variable()}, ${variable()});`];
    return [assignment()];
  };

  const functions = Array.from({ length: FUNCTIONS }, (_, number) => [
    `static __attribute__((noinline)) uint32_t f${number}(uint32_t a, uint32_t b) {`,
    `  uint32_t c = a ^ ${constant()}, d = b + ${constant()};`,
    ...Array.from({ length: 7 }, () => statement(0, number < LEAVES))
      .flat()
      .map((line) => `  ${line}`),
    '  return a ^ b ^ c ^ d;',
    '}',
  ]);
  const groups = Array.from({ length: FUNCTIONS / GROUP }, (_, group) => [
    `static __attribute__((noinline)) uint32_t group${group}(uint32_t a, uint32_t b) {`,
    ...Array.from({ length: GROUP }, (_, member) => `  a = f${group * GROUP + member}(a, b++);`),
    '  return a;',
    '}',
  ]);
  const calls = groups.map((_, group) => `    a = group${group}(a, (uint32_t)pass);`);
  return [
    '/* Written by cold-code.ts. */',
    '#include "guest.h"',
    '#define MEMORY_WORDS 4096',
    'static uint32_t memory[MEMORY_WORDS];',
    ...functions.flat(),
    ...groups.flat(),
    'uint64_t cold_code(uint64_t size) {',
    '  uint32_t a = 1;',
    '  for (uint64_t pass = 0; pass < size; pass++) {',
    ...calls,
    '  }',
    '  uint64_t checksum = a;',
    '  for (int i = 0; i < MEMORY_WORDS; i++) checksum = mix(checksum, memory[i]);',
    '  return checksum;',
    '}',
    '',
  ].join('\n');
}
