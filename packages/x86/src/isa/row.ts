/**
 * The form of one row of the instruction table, and `insn()`, which reads and checks it.
 *
 * Notation: encodings as in the instruction pages of the manual (SDM Vol. 2A 3.1.1.1), operands in the letters of its
 * opcode maps (SDM Vol. 2D A.2). One row stands for every operand size of an opcode, so encodings carry no operand-size
 * decoration (`01 /r`, never `REX.W + 01 /r`) and `v`, `z`, `y` operands take the size that is in force.
 * A VEX opcode is #UD after LOCK, 66, F2, F3 or REX, and when VEX.vvvv is not 1111b although no operand uses it.
 * VEX encodings are `VEX.<L>[.<prefix>].<map>.<W>`: L is 128, 256, LZ (must be 0) or LIG (ignored), W is W0, W1, WIG (ignored)
 * or W0/W1 (chooses the size of `y` operands).
 * What an instruction *does* is not here: `body` names the semantic function of the core.
 *
 * When several rows match the same bytes, the most specific wins, in this order:
 *  1. a fixed ModRM byte (`0F 01 F8`) over `/digit` over `/r`;
 *  2. a row with a mandatory prefix (66, F2, F3) over a row without. F2 and F3 (the last of them counts) are looked at
 *     before 66, which then is the operand-size prefix again (`66 F3 0F B8` is POPCNT r16);
 *  3. an exact opcode (`REX.B=0 90`, NOP) over a register in the opcode (`90+r`, XCHG).
 */

/** Maps of opcodes (SDM Vol. 2D A.1): one byte, 0F, 0F 38, 0F 3A. */
export type OpcodeMap = '1' | '0F' | '0F38' | '0F3A';

/**
 * Rule for the prefixes 66, F2, F3 (SDM Vol. 2A 3.1.1.1).
 * `any`: 66 selects the operand size, F2/F3 repeat a string instruction or are ignored.
 * `NP`: none of them allowed (#UD). `NFx`: 66 selects the operand size, F2/F3 are not allowed.
 * `66` `F2` `F3`: mandatory, part of the opcode. With `F2` and `F3`, 66 still selects the operand size.
 */
export type PrefixRule = 'any' | 'NP' | 'NFx' | '66' | 'F2' | 'F3';

/**
 * Bytes after ModRM/SIB/displacement, in order. `ib iw id` 1, 2, 4 bytes; `iz` 2 or 4 by operand size; `iv` 2, 4 or 8;
 * `cb cw` 1, 2 byte relative offset; `cz` 2 or 4 (4 in 64-bit mode); `cp` far pointer, offset of size `z`, then selector;
 * `moffs` an offset as wide as the address size.
 */
export type ImmediateCode = 'ib' | 'iw' | 'id' | 'iz' | 'iv' | 'cb' | 'cw' | 'cz' | 'cp' | 'moffs';

/** What the ModRM byte is for: absent, register and r/m operands, an opcode extension in `reg`, or a third opcode byte. */
export type ModRmUse =
  | { readonly kind: 'none' }
  | { readonly kind: 'reg' }
  | { readonly kind: 'digit'; readonly digit: number }
  | { readonly kind: 'fixed'; readonly byte: number };

/** The encoding column, parsed. */
export interface Encoding {
  /** As written in the table. */
  readonly text: string;
  readonly space: 'legacy' | 'vex';
  readonly map: OpcodeMap;
  /** Last opcode byte; its low three bits are 0 when `plusRegister`. */
  readonly opcode: number;
  /** A register number sits in the low three bits of the opcode (`50+r`). */
  readonly plusRegister: boolean;
  readonly prefix: PrefixRule;
  /** Required value of REX.W or VEX.W; undefined when it is free (and, with operands of variable size, chooses the size). */
  readonly rexW: 0 | 1 | undefined;
  /** Required value of REX.B; undefined when free. */
  readonly rexB: 0 | 1 | undefined;
  /** Required value of VEX.L; undefined when ignored. 0 for legacy encodings. */
  readonly vexL: 0 | 1 | undefined;
  readonly modRm: ModRmUse;
  /** Which ModRM.mod is allowed. `any` with an `R` operand means: mod is ignored and r/m always names a register. */
  readonly mod: 'any' | 'register' | 'memory';
  readonly immediates: readonly ImmediateCode[];
}

/**
 * Addressing method of an operand (SDM Vol. 2D A.2.1). `Z`, a register in the low opcode bits, is our addition;
 * `sI` is an immediate byte sign-extended to the operand size (plain `Ib` and `Iw` are zero-extended).
 *
 * | letter | operand | letter | operand |
 * |---|---|---|---|
 * | A | far pointer in the instruction | M | memory, ModRM.r/m |
 * | B | general register, VEX.vvvv | O | memory at an offset in the instruction |
 * | C | control register, ModRM.reg | R | general register, ModRM.r/m |
 * | D | debug register, ModRM.reg | S | segment register, ModRM.reg |
 * | E | general register or memory, ModRM.r/m | X | memory at DS:rSI (segment may be overridden) |
 * | G | general register, ModRM.reg | Y | memory at ES:rDI |
 * | I, sI | immediate | Z | general register, opcode bits 2:0 |
 * | J | relative branch target | H | vector register, VEX.vvvv |
 * | L | vector register, immediate bits 7:4 | V | vector register, ModRM.reg |
 * | P | MMX register, ModRM.reg | U | vector register, ModRM.r/m |
 * | N | MMX register, ModRM.r/m | W | vector register or memory, ModRM.r/m |
 * | Q | MMX register or memory, ModRM.r/m | | |
 */
export type OperandMethod =
  | 'A'
  | 'B'
  | 'C'
  | 'D'
  | 'E'
  | 'G'
  | 'H'
  | 'I'
  | 'sI'
  | 'J'
  | 'L'
  | 'M'
  | 'N'
  | 'O'
  | 'P'
  | 'Q'
  | 'R'
  | 'S'
  | 'U'
  | 'V'
  | 'W'
  | 'X'
  | 'Y'
  | 'Z';

/**
 * Operand type (SDM Vol. 2D A.2.2): `b` 8, `w` 16, `d` 32, `q` 64, `t` 80, `dq` 128 bits; `v` 16/32/64 by operand size; `z` 16 or
 * 32 (32 also for 64); `y` 32 or 64 (32 also for 16; 64 in 64-bit mode with `size: 'f64'`); `p` far pointer 16:16, 16:32,
 * 16:64; `s` pseudo-descriptor (limit and base, 6 or 10 bytes); `a` two words or doublewords (BOUND);
 * `qq` 256 bits; `x` 128 or 256 by VEX.L, as are `ps` and `pd` (packed single and double precision); `ss` `sd` one single or
 * double precision value;
 * empty: no access of its own size (INVLPG, LEA, prefetches).
 * A `z` immediate is sign-extended to 64 bits when the operand size is 64.
 */
export type OperandSize =
  | 'b'
  | 'w'
  | 'd'
  | 'q'
  | 't'
  | 'dq'
  | 'qq'
  | 'x'
  | 'ps'
  | 'pd'
  | 'ss'
  | 'sd'
  | 'v'
  | 'z'
  | 'y'
  | 'p'
  | 's'
  | 'a'
  | '';

/**
 * Registers that an opcode implies; `eAX` is AX or EAX, `rAX` AX, EAX or RAX by operand size. `STi` is ST(i) of the x87 stack,
 * i in ModRM.r/m; its opcodes need mod = 3.
 */
export type FixedOperand =
  | 'AL'
  | 'AX'
  | 'CL'
  | 'DX'
  | 'eAX'
  | 'rAX'
  | 'ES'
  | 'CS'
  | 'SS'
  | 'DS'
  | 'FS'
  | 'GS'
  | 'XMM0'
  | 'ST0'
  | 'STi'
  | '1';

/** One operand, destination first. */
export type Operand =
  | { readonly kind: 'encoded'; readonly text: string; readonly method: OperandMethod; readonly size: OperandSize }
  | { readonly kind: 'fixed'; readonly text: string; readonly register: FixedOperand };

/** Status and control flags as bits of RFLAGS; the five sets are disjoint except that `read` may overlap any. */
export interface FlagEffects {
  /** Written with a computed value. */
  readonly written: number;
  readonly read: number;
  readonly undefined: number;
  readonly cleared: number;
  readonly set: number;
}

/**
 * `plain`: runs to the next instruction and touches only registers, memory and flags. `flow`: may set RIP.
 * `system`: touches machine state (control registers, descriptor tables, ports, interrupt flag). `string`: REP-able.
 */
export type InstructionKind = 'plain' | 'flow' | 'system' | 'string';

/**
 * The extended state that an instruction works on; it decides which control bits make it unusable (SDM Vol. 2A 2.4, Vol. 3A
 * 13.1, 2.5). `x87`: #NM with CR0.EM or CR0.TS. `mmx`: #UD with CR0.EM, #NM with CR0.TS. `sse`: also #UD without CR4.OSFXSR.
 * `avx`: #UD unless CR4.OSXSAVE and XCR0 enable SSE and AVX state, #NM with CR0.TS.
 */
export type ExtendedState = 'none' | 'x87' | 'mmx' | 'sse' | 'avx';

/** CPUID features that rows may ask for; the bits are in `arch/cpuid.ts`. */
export type CpuidFeature =
  | 'ADX'
  | 'AESNI'
  | 'AVX'
  | 'AVX2'
  | 'BMI1'
  | 'BMI2'
  | 'CLFSH'
  | 'CLFLUSHOPT'
  | 'CLWB'
  | 'CMOV'
  | 'CMPXCHG16B'
  | 'CX8'
  | 'F16C'
  | 'FMA'
  | 'FPU'
  | 'FSGSBASE'
  | 'FXSR'
  | 'GFNI'
  | 'INVPCID'
  | 'LAHF64'
  | 'LZCNT'
  | 'MMX'
  | 'MONITOR'
  | 'MOVBE'
  | 'MSR'
  | 'PCLMULQDQ'
  | 'POPCNT'
  | 'PREFETCHW'
  | 'RDPID'
  | 'RDRAND'
  | 'RDSEED'
  | 'RDTSCP'
  | 'SEP'
  | 'SERIALIZE'
  | 'SHA'
  | 'SMAP'
  | 'SSE'
  | 'SSE2'
  | 'SSE3'
  | 'SSE41'
  | 'SSE42'
  | 'SSSE3'
  | 'SYSCALL'
  | 'TSC'
  | 'XSAVE'
  | 'XSAVEC'
  | 'XSAVEOPT';

/** The optional columns of a row. */
export interface RowOptions {
  /** Semantic function of the core. Default: the (first) mnemonic. */
  readonly body?: string;
  /**
   * Effect on RFLAGS: `w=oszapc r=c u=a c=o s=c` for written, read, undefined, cleared, set. Letters: o s z a p c for the
   * status flags, d i for DF and IF, A for AC.
   */
  readonly flags?: string;
  /** The CPUID feature without which the opcode is #UD. */
  readonly cpuid?: CpuidFeature;
  /** A second feature that the encoding needs too: AVX for the VEX forms of AESNI. */
  readonly cpuidToo?: CpuidFeature;
  /** Default: what the operands say (`avx` for vector registers in VEX, `sse` outside, `mmx`), else `none`. */
  readonly state?: ExtendedState;
  /**
   * Whether a vector operand in memory must be aligned to its size, else #GP(0). Default: 16-byte operands of legacy
   * encodings must (SDM Vol. 2A 2.4 exception types 2 and 4), others need not.
   */
  readonly aligned?: boolean;
  /** The memory operand is a set of addresses: its index register is a vector register of this size (SDM Vol. 2A 2.3.12). */
  readonly vsib?: 'dq' | 'qq';
  /** `i64`: invalid in 64-bit mode. `o64`: only in 64-bit mode. Default: everywhere. */
  readonly mode?: 'i64' | 'o64';
  /** #UD in real and virtual-8086 mode. */
  readonly protectedOnly?: true;
  /** In 64-bit mode the operand size is 64 by default (`d64`, 66 makes it 16) or always (`f64`). */
  readonly size?: 'd64' | 'f64';
  /** The operand size changes what the instruction does although no operand and no mnemonic shows it (RETF). */
  readonly sized?: true;
  /** LOCK is legal when the first operand is memory. */
  readonly lock?: true;
  /** Privilege: 0 = a fault unless CPL is 0; `iopl` = checked against IOPL (or the I/O permission bitmap). */
  readonly cpl?: 0 | 'iopl';
  /** The exception when `cpl` is violated. Default #GP(0); `body`: the body checks, because another fault comes first. */
  readonly privilegeFault?: 'UD' | 'body';
  /** No following instruction may be in the same decoded block. Always set for `flow`. */
  readonly endsBlock?: true;
  readonly kind?: InstructionKind;
  /** What F3/F2 mean: `rep` both repeat, `repe` F3 repeats while equal, F2 while not equal. Only for `string`. */
  readonly repMeaning?: 'rep' | 'repe';
  /** Condition code (SDM Vol. 1 B.1) of CMOVcc, Jcc, SETcc: 0 = O ... 15 = G. */
  readonly condition?: number;
  /** Which size picks among several mnemonics (`cbw/cwde/cdqe`: 16/32/64). Default: the operand size. */
  readonly namedBy?: 'operand' | 'address';
  /** `false`: known, but the core raises its host error "unimplemented instruction". */
  readonly implemented?: false;
  /** Accepted by the hardware but missing in the manual, or a second encoding: assemblers never choose it. */
  readonly alias?: true;
  /** Where the manual describes it, if not on the page of its mnemonic in Vol. 2. */
  readonly sdm?: string;
}

/** One checked row of the instruction table. */
export interface InstructionRow {
  /** Stable name, unique in the table, usable as an identifier: `ADD_01_Ev_Gv`. */
  readonly key: string;
  /** Canonical lower-case mnemonic; for rows with several, the one of the smallest size. */
  readonly mnemonic: string;
  /** Mnemonics by size 16, 32, 64 (two or three entries), or just `[mnemonic]`. */
  readonly mnemonics: readonly string[];
  readonly namedBy: 'operand' | 'address';
  readonly encoding: Encoding;
  readonly operands: readonly Operand[];
  readonly body: string;
  readonly flags: FlagEffects;
  readonly cpuid: CpuidFeature | undefined;
  readonly cpuidToo: CpuidFeature | undefined;
  readonly state: ExtendedState;
  readonly aligned: boolean;
  readonly vsib: 'dq' | 'qq' | undefined;
  readonly mode: 'i64' | 'o64' | 'any';
  readonly protectedOnly: boolean;
  readonly size: 'd64' | 'f64' | 'normal';
  /** Whether the operand size (66, REX.W, code segment) changes the instruction. */
  readonly usesOperandSize: boolean;
  readonly lock: boolean;
  readonly cpl: 0 | 'iopl' | 3;
  readonly privilegeFault: 'GP' | 'UD' | 'body';
  readonly endsBlock: boolean;
  readonly kind: InstructionKind;
  readonly repMeaning: 'rep' | 'repe' | 'none';
  readonly condition: number | undefined;
  readonly implemented: boolean;
  readonly alias: boolean;
  readonly sdm: string;
}

/** RFLAGS bit of each letter of the `flags` column (SDM Vol. 1 3.4.3). */
export const FLAG_LETTERS = {
  c: 1 << 0,
  p: 1 << 2,
  a: 1 << 4,
  z: 1 << 6,
  s: 1 << 7,
  i: 1 << 9,
  d: 1 << 10,
  o: 1 << 11,
  A: 1 << 18,
} as const;

const FIXED: ReadonlySet<string> = new Set('AL AX CL DX eAX rAX ES CS SS DS FS GS XMM0 ST0 STi 1'.split(' '));
const SIZES: ReadonlySet<string> = new Set([...'b w d q t dq qq x ps pd ss sd v z y p s a'.split(' '), '']);
const IMMEDIATES: ReadonlySet<string> = new Set('ib iw id iz iv cb cw cz cp moffs'.split(' '));
/** Operand sizes that follow the operand size in force. */
const VARIABLE_SIZES: ReadonlySet<string> = new Set(['v', 'z', 'y', 'p', 'a']);
/** Methods that need a ModRM byte. */
const MODRM_METHODS: ReadonlySet<string> = new Set([...'CDEGMNPQRSUVW']);
/** Words that cannot name a function in TypeScript. */
const RESERVED_WORDS: ReadonlySet<string> = new Set('in do if for new try var let void with case enum this'.split(' '));

/** Encoded bytes that each operand of the instruction stream needs. */
const IMMEDIATE_OF: Readonly<Record<string, ImmediateCode>> = {
  Ib: 'ib',
  Lx: 'ib',
  sIb: 'ib',
  Iw: 'iw',
  Id: 'id',
  Iz: 'iz',
  Iv: 'iv',
  Jb: 'cb',
  Jz: 'cz',
  Ap: 'cp',
  Ob: 'moffs',
  Ov: 'moffs',
};

/**
 * Reads one row of the table.
 * @param mnemonics lower case; several joined by `/` when the operand (or address) size picks the name.
 * @param encoding the manual's notation, see {@link Encoding}.
 * @param operands comma separated, see {@link OperandMethod}; empty when there are none.
 * @throws Error naming the row and the contradiction, when the columns do not fit together.
 */
export function insn(mnemonics: string, encoding: string, operands: string, options: RowOptions = {}): InstructionRow {
  const fail = (problem: string): never => {
    throw new Error(`instruction row "${mnemonics} | ${encoding} | ${operands}": ${problem}`);
  };
  const names = mnemonics.split('/');
  for (const name of names) if (!/^[a-z][a-z0-9]*$/.test(name)) fail(`"${name}" is no lower-case mnemonic`);
  const parsedOperands = operands === '' ? [] : operands.split(',').map((text) => parseOperand(text, fail));
  const parsedEncoding = parseEncoding(encoding, parsedOperands, fail);
  checkAgreement(parsedEncoding, parsedOperands, fail);

  const kind = options.kind ?? 'plain';
  if (options.repMeaning !== undefined && kind !== 'string') fail('repMeaning needs kind "string"');
  const body = options.body ?? names[0] ?? '';
  if (!/^[a-z][A-Za-z0-9]*$/.test(body) || RESERVED_WORDS.has(body)) fail(`body "${body}" cannot name a function`);
  if (options.lock && !parsedOperands[0]?.text.match(/^[EM]/)) fail('lock needs a memory destination');
  if (options.condition !== undefined && !(options.condition >= 0 && options.condition <= 15))
    fail('condition is 0..15');

  const state = options.state ?? stateOf(parsedEncoding, parsedOperands);
  const namedBy = options.namedBy ?? 'operand';
  const usesOperandSize =
    options.sized === true ||
    options.size !== undefined ||
    (names.length > 1 && namedBy === 'operand') ||
    parsedOperands.some((operand) =>
      operand.kind === 'fixed'
        ? operand.register.endsWith('AX') && operand.register.length === 3
        : VARIABLE_SIZES.has(operand.size),
    );
  return {
    key: [names[0]?.toUpperCase(), encoding, ...parsedOperands.map((operand) => operand.text)]
      .join('_')
      .replaceAll('!=', 'Not')
      .replace(/[^A-Za-z0-9]+/g, '_'),
    mnemonic: names[0] ?? '',
    mnemonics: names,
    namedBy,
    encoding: parsedEncoding,
    operands: parsedOperands,
    body,
    flags: parseFlags(options.flags ?? '', fail),
    cpuid: options.cpuid,
    cpuidToo: options.cpuidToo,
    state,
    aligned: options.aligned ?? (state === 'sse' && parsedOperands.some(isVectorInMemory)),
    vsib: options.vsib,
    mode: options.mode ?? 'any',
    // Real and virtual-8086 mode know no VEX (SDM Vol. 2A 2.8).
    protectedOnly: options.protectedOnly ?? parsedEncoding.space === 'vex',
    size: options.size ?? 'normal',
    usesOperandSize,
    lock: options.lock ?? false,
    cpl: options.cpl ?? 3,
    privilegeFault: options.privilegeFault ?? 'GP',
    endsBlock: options.endsBlock ?? kind === 'flow',
    kind,
    repMeaning: options.repMeaning ?? 'none',
    condition: options.condition,
    implemented: options.implemented ?? true,
    alias: options.alias ?? false,
    sdm: options.sdm ?? `SDM Vol. 2 ${(names[0] ?? '').toUpperCase()}`,
  };
}

type Fail = (problem: string) => never;

/** Whether an operand has one of these addressing methods. */
const usesMethod =
  (letters: string) =>
  (operand: Operand): boolean =>
    operand.kind === 'encoded' && letters.includes(operand.method);

/** Whether an operand may be 16 or more bytes in memory. */
const isVectorInMemory = (operand: Operand): boolean =>
  usesMethod('WM')(operand) && operand.kind === 'encoded' && ['dq', 'qq', 'x', 'ps', 'pd'].includes(operand.size);

function stateOf(encoding: Encoding, operands: readonly Operand[]): ExtendedState {
  const isVector = operands.some((operand) => usesMethod('HLUVW')(operand) || operand.text === 'XMM0');
  if (isVector) return encoding.space === 'vex' ? 'avx' : 'sse';
  return operands.some(usesMethod('NPQ')) ? 'mmx' : 'none';
}

function parseOperand(text: string, fail: Fail): Operand {
  if (FIXED.has(text)) return { kind: 'fixed', text, register: text as FixedOperand };
  const match = /^(sI|[A-EG-JL-SU-Z])([a-z]*)$/.exec(text);
  if (!match || !SIZES.has(match[2] ?? '')) return fail(`"${text}" is no operand`);
  return { kind: 'encoded', text, method: match[1] as OperandMethod, size: (match[2] ?? '') as OperandSize };
}

function parseEncoding(text: string, operands: readonly Operand[], fail: Fail): Encoding {
  const tokens = text.split(' ');
  let space: 'legacy' | 'vex' = 'legacy';
  let prefix: PrefixRule = 'any';
  let map: OpcodeMap = '1';
  let rexW: 0 | 1 | undefined;
  let rexB: 0 | 1 | undefined;
  let vexL: 0 | 1 | undefined = 0;
  const hasMethod = (letters: string) =>
    operands.some((operand) => operand.kind === 'encoded' && letters.includes(operand.method));
  let mod: Encoding['mod'] = hasMethod('M') ? 'memory' : hasMethod('NRU') ? 'register' : 'any';
  let modRm: ModRmUse = { kind: 'none' };
  let plusRegister = false;
  const immediates: ImmediateCode[] = [];
  const bytes: number[] = [];

  for (const token of tokens) {
    if (token.startsWith('VEX.')) {
      space = 'vex';
      prefix = 'NP';
      const parts = token.split('.').slice(1);
      const length = parts.shift() ?? '';
      if (!['LZ', '128', '256', 'LIG'].includes(length)) fail(`VEX.${length}`);
      vexL = length === 'LIG' ? undefined : length === '256' ? 1 : 0;
      if (parts[0] === '66' || parts[0] === 'F2' || parts[0] === 'F3') prefix = parts.shift() as PrefixRule;
      const vexMap = parts.shift();
      if (vexMap !== '0F' && vexMap !== '0F38' && vexMap !== '0F3A') return fail(`VEX map "${vexMap}"`);
      map = vexMap;
      const w = parts.join();
      if (!['W0', 'W1', 'WIG', 'W0/W1'].includes(w)) fail(`VEX.W is "${w}"`);
      if (w === 'W0' || w === 'W1') rexW = w === 'W1' ? 1 : 0;
    } else if (bytes.length === 0 && (token === 'NP' || token === 'NFx')) {
      prefix = token;
    } else if (bytes.length === 0 && prefix === 'any' && /^(66|F2|F3)$/.test(token) && tokens.length > 1) {
      prefix = token as PrefixRule;
    } else if (/^REX\.[WB]=[01]$/.test(token)) {
      const bit = token.endsWith('1') ? 1 : 0;
      if (token[4] === 'W') rexW = bit;
      else rexB = bit;
    } else if (/^[0-9A-F]{2}(\+r)?$/.test(token) && modRm.kind === 'none' && immediates.length === 0) {
      bytes.push(Number.parseInt(token.slice(0, 2), 16));
      plusRegister = token.endsWith('+r');
    } else if (token === '/r') {
      modRm = { kind: 'reg' };
    } else if (/^\/[0-7]$/.test(token)) {
      modRm = { kind: 'digit', digit: Number(token[1]) };
    } else if (token === 'mod=3') {
      mod = 'register';
    } else if (token === 'mod!=3') {
      mod = 'memory';
    } else if (token === 'mod=any') {
      mod = 'any';
    } else if (IMMEDIATES.has(token)) {
      immediates.push(token as ImmediateCode);
    } else {
      fail(`"${token}" is not understood in an encoding`);
    }
  }

  if (space === 'legacy' && bytes.length > 1 && bytes[0] === 0x0f) {
    bytes.shift();
    const second: number | undefined = bytes.length > 1 ? bytes.at(0) : undefined;
    map = second === 0x38 ? '0F38' : second === 0x3a ? '0F3A' : '0F';
    if (map !== '0F') bytes.shift();
  }
  const [opcode, fixedModRm, ...rest] = bytes;
  if (opcode === undefined || rest.length > 0) return fail('needs one opcode byte in its map');
  if (fixedModRm !== undefined) {
    if (modRm.kind !== 'none' || fixedModRm < 0xc0) fail('a fixed ModRM byte stands alone and has mod = 3');
    modRm = { kind: 'fixed', byte: fixedModRm };
    mod = 'register';
  }
  if (plusRegister && (opcode & 7) !== 0) fail('+r needs an opcode whose low three bits are 0');
  if (mod !== 'any' && modRm.kind === 'none') fail('a mod restriction needs a ModRM byte');
  return { text, space, map, opcode, plusRegister, prefix, rexW, rexB, vexL, modRm, mod, immediates };
}

/** Every operand must find its bits in the encoding, and every bit of the encoding its operand. */
function checkAgreement(encoding: Encoding, operands: readonly Operand[], fail: Fail): void {
  const encoded = operands.flatMap((operand) => (operand.kind === 'encoded' ? [operand] : []));
  const count = (letters: string) => encoded.filter((operand) => letters.includes(operand.method)).length;
  const { modRm } = encoding;
  if (encoded.some((operand) => MODRM_METHODS.has(operand.method)) && modRm.kind !== 'reg' && modRm.kind !== 'digit')
    fail('an operand needs ModRM, the encoding has none');
  if (count('EMNQRUW') > 1 || count('CDGPSV') > 1) fail('two operands share one ModRM field');
  if (count('CDGPSV') > 0 && modRm.kind !== 'reg') fail('an operand in ModRM.reg needs /r');
  if (operands.some(({ text }) => text === 'STi') && (modRm.kind !== 'digit' || encoding.mod !== 'register'))
    fail('STi needs a digit and mod=3');
  if (count('Z') !== (encoding.plusRegister ? 1 : 0)) fail('+r and a Z operand belong together');
  if (count('BHL') > 0 && encoding.space !== 'vex') fail('B, H and L operands need VEX');
  if (count('BH') > 1) fail('two operands share VEX.vvvv');
  const needed = encoded.flatMap((operand) => IMMEDIATE_OF[operand.text] ?? []);
  if (needed.join() !== encoding.immediates.join())
    fail(`operands need the immediates [${needed.join()}], the encoding has [${encoding.immediates.join()}]`);
  for (const operand of encoded)
    if (['I', 'sI', 'J', 'A', 'O'].includes(operand.method) && IMMEDIATE_OF[operand.text] === undefined)
      fail(`no encoding is known for operand ${operand.text}`);
}

function parseFlags(text: string, fail: Fail): FlagEffects {
  const sets = { w: 0, r: 0, u: 0, c: 0, s: 0 };
  for (const part of text.split(' ').filter((token) => token !== '')) {
    const match = /^([wrucs])=([a-zA-Z]+)$/.exec(part);
    if (!match) return fail(`flags "${part}"`);
    for (const letter of match[2] ?? '') {
      const bit = FLAG_LETTERS[letter as keyof typeof FLAG_LETTERS];
      if (bit === undefined) return fail(`flag letter "${letter}"`);
      sets[match[1] as keyof typeof sets] |= bit;
    }
  }
  if (
    (sets.w & sets.u) |
    (sets.w & sets.c) |
    (sets.w & sets.s) |
    (sets.u & sets.c) |
    (sets.u & sets.s) |
    (sets.c & sets.s)
  )
    fail('a flag is in two of w, u, c, s');
  return { written: sets.w, read: sets.r, undefined: sets.u, cleared: sets.c, set: sets.s };
}
