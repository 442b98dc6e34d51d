/** What the core does not have yet ends the run and names itself; it is never skipped and never mistaken for #UD. */
import { describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { flatGuest, ORIGIN } from './flat-guest.ts';

/** Instruction and its bytes, which the assembler does not know either. */
const MISSING = [
  ['fninit', [0xdb, 0xe3]],
  ['fld qword [eax]', [0xdd, 0x00]],
  ['movaps xmm0, xmm1', [0x0f, 0x28, 0xc1]],
  ['movdqa xmm0, [eax]', [0x66, 0x0f, 0x6f, 0x00]],
  ['addsd xmm0, xmm1', [0xf2, 0x0f, 0x58, 0xc1]],
  ['fxsave [eax]', [0x0f, 0xae, 0x00]],
  ['ldmxcsr [eax]', [0x0f, 0xae, 0x10]],
  ['pshufb xmm0, xmm1', [0x66, 0x0f, 0x38, 0x00, 0xc1]],
  ['pclmulqdq xmm0, xmm1, 0', [0x66, 0x0f, 0x3a, 0x44, 0xc1, 0x00]],
  ['vaddps ymm0, ymm1, ymm2', [0xc5, 0xf4, 0x58, 0xc2]],
] as const;

describe.each(engines)('not implemented on $engine', (engine) => {
  it.each(MISSING)('%s names its bytes', (_, bytes) => {
    const { core } = flatGuest(engine, `nop\ndb ${bytes.join(', ')}`);
    expect(core.run(10)).toBe('unimplemented');
    expect(core.unimplemented.rip).toBe(BigInt(ORIGIN + 1));
    expect([...core.unimplemented.bytes.subarray(0, bytes.length)]).toEqual([...bytes]);
    expect(core.instructions).toBe(1n);
  });
});
