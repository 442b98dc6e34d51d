/**
 * Shorthands for vector instructions that exist in several encodings: legacy SSE with two operands, VEX.128 and VEX.256 with a
 * separate first source, MMX. One call is one instruction; the rows it makes share a body (SDM Vol. 1 14.1 to 14.2).
 */

import { type CpuidFeature, type InstructionRow, insn, type RowOptions } from '../row.ts';

/** Operands of the legacy form, to which VEX adds a first source after the destination. */
export interface PackedForm {
  readonly legacy: string;
  readonly vex: string;
}

/** Destination is also the first source. */
export const BINARY: PackedForm = { legacy: 'Vx,Wx', vex: 'Vx,Hx,Wx' };
export const BINARY_IMMEDIATE: PackedForm = { legacy: 'Vx,Wx,Ib', vex: 'Vx,Hx,Wx,Ib' };
export const UNARY: PackedForm = { legacy: 'Vx,Wx', vex: 'Vx,Wx' };
export const UNARY_IMMEDIATE: PackedForm = { legacy: 'Vx,Wx,Ib', vex: 'Vx,Wx,Ib' };
/** Shifts by the low quadword of 128 bits, in all lengths. */
export const SHIFT: PackedForm = { legacy: 'Vx,Wdq', vex: 'Vx,Hx,Wdq' };
/** Shifts by an immediate: the destination is VEX.vvvv. */
export const SHIFT_IMMEDIATE: PackedForm = { legacy: 'Ux,Ib', vex: 'Hx,Ux,Ib' };

/** What an instruction needs: for its legacy and VEX.128 form, and for VEX.256; `none`: no such form. */
interface Needs {
  readonly legacy: CpuidFeature;
  readonly wide: 'AVX' | 'AVX2' | 'none';
  readonly options?: RowOptions;
}

/** Splits `66 0F 38 00 /r ib` into prefix, map and the rest. */
function split(code: string): { prefix: string; map: string; rest: string } {
  const match = /^(?:(NP|66|F2|F3) )?0F (?:(38|3A) )?([0-9A-F]{2}.*)$/.exec(code);
  if (!match) throw new Error(`"${code}" is no encoding of a packed instruction`);
  return { prefix: match[1] ?? 'NP', map: `0F${match[2] ?? ''}`, rest: match[3] ?? '' };
}

/** VEX notation of a legacy encoding. */
export function vexOf(code: string, length: string, w = 'WIG'): string {
  const { prefix, map, rest } = split(code);
  return `VEX.${length}.${prefix === 'NP' ? '' : `${prefix}.`}${map}.${w} ${rest}`;
}

/** The SSE instruction, its VEX.128 form and, unless `wide` is `none`, its VEX.256 form. */
export function packed(
  name: string,
  code: string,
  form: PackedForm,
  { legacy, wide, options }: Needs,
): InstructionRow[] {
  const body = options?.body ?? bodyName(name, form);
  return [
    insn(name, code, form.legacy, { ...options, cpuid: legacy, body }),
    ...vexOnly(name, code, form, { wide, ...(options && { options }) }),
  ];
}

/** The VEX.128 and VEX.256 forms alone. */
export function vexOnly(
  name: string,
  code: string,
  form: PackedForm,
  { wide, options }: { wide: Needs['wide']; options?: RowOptions },
): InstructionRow[] {
  const body = options?.body ?? bodyName(name, form);
  const narrow = insn(`v${name}`, vexOf(code, '128'), form.vex, { ...options, cpuid: 'AVX', body });
  if (wide === 'none') return [narrow];
  return [narrow, insn(`v${name}`, vexOf(code, '256'), form.vex, { ...options, cpuid: wide, body })];
}

const bodyName = (name: string, form: PackedForm): string => (form === SHIFT_IMMEDIATE ? `${name}Immediate` : name);

/** An instruction that exists only in VEX encoding, in both lengths. `operands` may use sizes that follow the length. */
export function vexBoth(
  name: string,
  prefixMapW: string,
  rest: string,
  operands: string,
  options: RowOptions & { readonly cpuid: CpuidFeature },
): InstructionRow[] {
  return ['128', '256'].map((length) => insn(name, `VEX.${length}.${prefixMapW} ${rest}`, operands, options));
}
