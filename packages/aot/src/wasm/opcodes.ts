/**
 * The WebAssembly instructions that have a native counterpart here (WebAssembly Core Specification 2.0, 5.4): all of
 * i32 and i64, memory, control, bulk copy and fill. Floating point, vectors, references and atomics are left out: the
 * decoder names them when it meets one.
 */

/** What follows the opcode in the binary format. */
type ImmediateKind =
  | 'none'
  | 'blocktype'
  | 'label'
  | 'labels'
  | 'function'
  | 'signature-table'
  | 'local'
  | 'global'
  | 'memory-argument'
  | 'memory-index'
  | 'two-memory-indices'
  | 'i32'
  | 'i64'
  | 'valtypes';

/** `i` = i32, `l` = i64; operands before the colon, deepest first; result after it. Control and variables: empty. */
type OperandSignature = string;

export interface Opcode {
  readonly code: number;
  readonly name: string;
  readonly immediate: ImmediateKind;
  readonly signature: OperandSignature;
}

/** Opcodes behind the prefix byte 0xfc get this offset, so that one number names every instruction. */
export const PREFIX_FC = 0xfc00;

/** Codes that the compiler dispatches on by name; the numeric families are reached through {@link OPCODES}. */
export const Op = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  select_t: 0x1c,
  local_get: 0x20,
  local_set: 0x21,
  local_tee: 0x22,
  global_get: 0x23,
  global_set: 0x24,
  memory_size: 0x3f,
  memory_grow: 0x40,
  i32_const: 0x41,
  i64_const: 0x42,
  i32_eqz: 0x45,
  memory_copy: PREFIX_FC + 10,
  memory_fill: PREFIX_FC + 11,
} as const;

/** First code, then the instructions in the order of their codes: `name immediate? signature`. */
const families: readonly (readonly [number, ImmediateKind, string])[] = [
  [0x00, 'none', 'unreachable nop'],
  [0x02, 'blocktype', 'block loop if'],
  [0x05, 'none', 'else'],
  [0x0b, 'none', 'end'],
  [0x0c, 'label', 'br br_if'],
  [0x0e, 'labels', 'br_table'],
  [0x0f, 'none', 'return'],
  [0x10, 'function', 'call'],
  [0x11, 'signature-table', 'call_indirect'],
  [0x1a, 'none', 'drop select'],
  [0x1c, 'valtypes', 'select_t'],
  [0x20, 'local', 'local.get local.set local.tee'],
  [0x23, 'global', 'global.get global.set'],
  [0x28, 'memory-argument', 'i32.load/i:i i64.load/i:l'],
  [0x2c, 'memory-argument', 'i32.load8_s/i:i i32.load8_u/i:i i32.load16_s/i:i i32.load16_u/i:i'],
  [
    0x30,
    'memory-argument',
    'i64.load8_s/i:l i64.load8_u/i:l i64.load16_s/i:l i64.load16_u/i:l i64.load32_s/i:l i64.load32_u/i:l',
  ],
  [0x36, 'memory-argument', 'i32.store/ii: i64.store/il:'],
  [0x3a, 'memory-argument', 'i32.store8/ii: i32.store16/ii: i64.store8/il: i64.store16/il: i64.store32/il:'],
  [0x3f, 'memory-index', 'memory.size/:i memory.grow/i:i'],
  [0x41, 'i32', 'i32.const/:i'],
  [0x42, 'i64', 'i64.const/:l'],
  [0x45, 'none', 'i32.eqz/i:i'],
  [
    0x46,
    'none',
    'i32.eq/ii:i i32.ne/ii:i i32.lt_s/ii:i i32.lt_u/ii:i i32.gt_s/ii:i i32.gt_u/ii:i i32.le_s/ii:i i32.le_u/ii:i i32.ge_s/ii:i i32.ge_u/ii:i',
  ],
  [0x50, 'none', 'i64.eqz/l:i'],
  [
    0x51,
    'none',
    'i64.eq/ll:i i64.ne/ll:i i64.lt_s/ll:i i64.lt_u/ll:i i64.gt_s/ll:i i64.gt_u/ll:i i64.le_s/ll:i i64.le_u/ll:i i64.ge_s/ll:i i64.ge_u/ll:i',
  ],
  [0x67, 'none', 'i32.clz/i:i i32.ctz/i:i i32.popcnt/i:i'],
  [
    0x6a,
    'none',
    'i32.add/ii:i i32.sub/ii:i i32.mul/ii:i i32.div_s/ii:i i32.div_u/ii:i i32.rem_s/ii:i i32.rem_u/ii:i i32.and/ii:i i32.or/ii:i i32.xor/ii:i i32.shl/ii:i i32.shr_s/ii:i i32.shr_u/ii:i i32.rotl/ii:i i32.rotr/ii:i',
  ],
  [0x79, 'none', 'i64.clz/l:l i64.ctz/l:l i64.popcnt/l:l'],
  [
    0x7c,
    'none',
    'i64.add/ll:l i64.sub/ll:l i64.mul/ll:l i64.div_s/ll:l i64.div_u/ll:l i64.rem_s/ll:l i64.rem_u/ll:l i64.and/ll:l i64.or/ll:l i64.xor/ll:l i64.shl/ll:l i64.shr_s/ll:l i64.shr_u/ll:l i64.rotl/ll:l i64.rotr/ll:l',
  ],
  [0xa7, 'none', 'i32.wrap_i64/l:i'],
  [0xac, 'none', 'i64.extend_i32_s/i:l i64.extend_i32_u/i:l'],
  [0xc0, 'none', 'i32.extend8_s/i:i i32.extend16_s/i:i i64.extend8_s/l:l i64.extend16_s/l:l i64.extend32_s/l:l'],
  [PREFIX_FC + 10, 'two-memory-indices', 'memory.copy/iii:'],
  [PREFIX_FC + 11, 'memory-index', 'memory.fill/iii:'],
];

/** Every supported instruction by its code. */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map(
  families.flatMap(([first, immediate, text]) =>
    text.split(' ').map((item, index): [number, Opcode] => {
      const [name, signature = ''] = item.split('/');
      return [first + index, { code: first + index, name: name!, immediate, signature }];
    }),
  ),
);

/** What an unsupported opcode belongs to, for the error message. */
export function describeUnsupportedOpcode(code: number): string {
  if (code === 0x2a || code === 0x2b || code === 0x38 || code === 0x39 || code === 0x43 || code === 0x44)
    return 'floating point';
  if ((code >= 0x5b && code <= 0x66) || (code >= 0x8b && code <= 0xa6)) return 'floating point';
  if ((code >= 0xa8 && code <= 0xab) || (code >= 0xae && code <= 0xbf)) return 'floating point';
  if (code >= PREFIX_FC && code <= PREFIX_FC + 7) return 'floating point';
  if (code >= PREFIX_FC && code < PREFIX_FC + 0x100) return 'passive data segments and tables';
  if (code >= 0x06 && code <= 0x0a) return 'exceptions';
  if (code >= 0xd0 && code <= 0xd6) return 'references';
  if (code === 0x25 || code === 0x26) return 'tables';
  if (code === 0x12 || code === 0x13) return 'tail calls';
  if (code === 0xfd) return 'SIMD';
  if (code === 0xfe) return 'atomics';
  return 'an extension';
}
