/**
 * When instructions of the extended states are #UD and when #NM, in the manual's order (SDM Vol. 2A 2.4, Vol. 3A 2.5, 13.1), in every
 * mode; alignment; and what XSAVE, XRSTOR, XGETBV and XSETBV check and do (Vol. 1 chapter 13).
 */
import { VECTOR } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { CpuCore } from '../src/index.ts';
import { engines } from './engines.ts';
import { silentHost } from './flat-guest.ts';
import { bytesOf, LONG_MODE_CR0 as CR0, LONG_MODE_CR4 as CR4, enterLongMode, firstFault } from './long-mode.ts';

const { UD, NM, GP, MF } = VECTOR;

const EM = 4n;
const TS = 8n;
const OSFXSR = 0x200n;
const OSXSAVE = 0x40000n;

describe.each(engines)('extended states, $engine', ({ engine, code }) => {
  const make = (cpu?: string): CpuCore =>
    CpuCore.create({ engine, code, memoryBytes: 2 ** 20, host: silentHost, ...(cpu !== undefined && { cpu }) });
  const core = make();

  const on = { cr0: CR0, cr4: CR4, xcr0: 7n };
  test.each<[string, string, Partial<typeof on>, number | undefined]>([
    ['SSE', 'paddb xmm1, xmm2', {}, undefined],
    ['SSE with CR0.EM', 'paddb xmm1, xmm2', { cr0: CR0 | EM }, UD],
    ['SSE with CR0.TS', 'paddb xmm1, xmm2', { cr0: CR0 | TS }, NM],
    ['SSE with both: #UD comes first', 'paddb xmm1, xmm2', { cr0: CR0 | EM | TS }, UD],
    ['SSE without CR4.OSFXSR', 'paddb xmm1, xmm2', { cr4: CR4 & ~OSFXSR }, UD],
    ['SSE without CR4.OSXSAVE', 'paddb xmm1, xmm2', { cr4: CR4 & ~OSXSAVE }, undefined],
    ['MMX', 'paddb mm1, mm2', {}, undefined],
    ['MMX with CR0.EM', 'paddb mm1, mm2', { cr0: CR0 | EM }, UD],
    ['MMX with CR0.TS', 'paddb mm1, mm2', { cr0: CR0 | TS }, NM],
    ['MMX without CR4.OSFXSR', 'paddb mm1, mm2', { cr4: CR4 & ~OSFXSR }, undefined],
    ['x87 with CR0.EM', 'fadd st1', { cr0: CR0 | EM }, NM],
    ['x87 with CR0.TS', 'fadd st1', { cr0: CR0 | TS }, NM],
    ['AVX', 'vpaddb ymm1, ymm2, ymm3', {}, undefined],
    ['AVX with CR0.EM, which does not count', 'vpaddb ymm1, ymm2, ymm3', { cr0: CR0 | EM }, undefined],
    ['AVX with CR0.TS', 'vpaddb ymm1, ymm2, ymm3', { cr0: CR0 | TS }, NM],
    ['AVX without CR4.OSXSAVE', 'vpaddb xmm1, xmm2, xmm3', { cr4: CR4 & ~OSXSAVE, cr0: CR0 | TS }, UD],
    ['AVX without AVX state in XCR0', 'vpaddb xmm1, xmm2, xmm3', { xcr0: 3n }, UD],
    ['AVX without CR4.OSFXSR, which does not count', 'vpaddb xmm1, xmm2, xmm3', { cr4: CR4 & ~OSFXSR }, undefined],
    ['BMI in VEX needs no state', 'andn eax, ebx, ecx', { xcr0: 1n, cr0: CR0 | TS | EM }, undefined],
    ['MOVNTI needs no state', 'movnti [rax], ebx', { cr4: CR4 & ~OSFXSR, cr0: CR0 | EM | TS }, undefined],
    ['PREFETCH needs no state', 'prefetcht0 [rax]', { cr4: CR4 & ~OSFXSR, cr0: CR0 | EM | TS }, undefined],
    ['CRC32 needs no state', 'crc32 eax, bl', { cr4: CR4 & ~OSFXSR, cr0: CR0 | EM | TS }, undefined],
    ['FXSAVE with CR0.EM', 'fxsave [rax]', { cr0: CR0 | EM }, NM],
    ['FXSAVE with CR0.TS', 'fxsave [rax+1]', { cr0: CR0 | TS }, NM],
    ['LDMXCSR with CR0.EM', 'ldmxcsr [rax]', { cr0: CR0 | EM }, UD],
    ['LDMXCSR without CR4.OSFXSR', 'ldmxcsr [rax]', { cr4: CR4 & ~OSFXSR }, UD],
    ['XSAVE without CR4.OSXSAVE', 'xsave [rax+1]', { cr4: CR4 & ~OSXSAVE, cr0: CR0 | TS }, UD],
    ['XSAVE with CR0.TS', 'xsave [rax+1]', { cr0: CR0 | TS }, NM],
    ['XSAVE unaligned', 'xsave [rax+16]', {}, GP],
    ['FXSAVE unaligned', 'fxsave [rax+8]', {}, GP],
    ['MOVAPS unaligned', 'movaps xmm0, [rax+8]', {}, GP],
    ['MOVUPS unaligned', 'movups xmm0, [rax+8]', {}, undefined],
    ['VMOVAPS unaligned', 'vmovaps ymm0, [rax+16]', {}, GP],
    ['VPADDB unaligned', 'vpaddb ymm0, ymm1, [rax+1]', {}, undefined],
    ['PADDB unaligned', 'paddb xmm0, [rax+1]', {}, GP],
    ['PCMPISTRI unaligned', 'pcmpistri xmm0, [rax+1], 0', {}, undefined],
    ['a gather whose mask is its destination', 'vpgatherdd xmm1, [rax+xmm2], xmm1', {}, UD],
    ['a gather whose index is its mask', 'vpgatherdd xmm1, [rax+xmm2], xmm2', {}, UD],
  ])('%s', (_, source, { cr0 = on.cr0, cr4 = on.cr4, xcr0 = on.xcr0 }, vector) => {
    enterLongMode(core, { cr0, cr4 });
    core.registers.setField('xcr0', xcr0);
    core.registers.setField('x87Status', 0n);
    core.registers.set('cr4', cr4);
    expect(firstFault(core, bytesOf(source))).toBe(vector);
  });

  test.each([
    ['LOCK before SSE', [0xf0, 0x66, 0x0f, 0xfc, 0x00]],
    ['LOCK before #NM', [0xf0, 0x66, 0x0f, 0xfc, 0x00]],
    ['LOCK before VEX', [0xf0, 0xc5, 0xf1, 0xfc, 0x00]],
    ['66 before VEX', [0x66, 0xc5, 0xf1, 0xfc, 0x00]],
    ['REX before VEX', [0x40, 0xc5, 0xf1, 0xfc, 0x00]],
    ['VEX.vvvv of an instruction with two operands', [0xc5, 0xf1, 0x70, 0xc0, 0]],
    ['VEX.L of an instruction for 128 bits', [0xc5, 0xfd, 0x6e, 0xc0]],
    ['VEX.W of VPERMQ', [0xc4, 0xe3, 0x7d, 0x00, 0xc0, 0]],
    ['F2 before PADDB', [0xf2, 0x0f, 0xfc, 0xc0]],
    ['MOVNTDQ between registers', [0x66, 0x0f, 0xe7, 0xc0]],
    ['EVEX', [0x62, 0xf1, 0x7c, 0x48, 0x28, 0xc0]],
    ['VPGATHERDD without SIB', [0xc4, 0xe2, 0x71, 0x90, 0x00]],
  ])('%s: #UD', (_, bytes) => {
    enterLongMode(core, { cr0: CR0 | TS, cr4: CR4 });
    expect(firstFault(core, bytes)).toBe(UD);
  });

  test('a pending x87 exception comes before the fault of an MMX operand, and MOVQ2DQ is MMX too', () => {
    enterLongMode(core);
    core.registers.setField('x87Status', 0x8081n);
    core.registers.setField('x87Control', 0x37en);
    expect(firstFault(core, bytesOf('paddb mm0, [abs 0x7fffffff]'))).toBe(MF);
    expect(firstFault(core, bytesOf('movq2dq xmm0, mm0'))).toBe(MF);
    expect(firstFault(core, bytesOf('paddb xmm0, xmm1'))).toBe(undefined);
    core.registers.setField('x87Status', 0n);
  });

  test('the bytes of VEX are LES and LDS in real mode', () => {
    core.reset();
    core.ram.set([0xc5, 0xf1, 0xfc, 0xc0, 0xf4], 0x1000);
    core.invalidate(0x1000, 5);
    core.registers.setSegment('cs', { selector: 0, base: 0n, limit: 0xffff, rights: 0x9b });
    core.registers.set('rip', 0x1000n);
    core.run(1);
    expect(core.registers.field('faultVector')).toBe(BigInt(UD));
  });

  /** Sets registers, runs one instruction, and expects it not to fault. */
  function step(source: string, registers: Partial<Record<'rcx' | 'rdx', bigint>> = {}, rax = 0x40000n): void {
    const bytes = bytesOf(
      `mov rax, ${rax}\nmov rcx, ${registers.rcx ?? 0n}\nmov rdx, ${registers.rdx ?? 0n}\n${source}`,
    );
    core.ram.set(bytes, 0x10000);
    core.invalidate(0x10000, bytes.length);
    core.registers.set('rip', 0x10000n);
    core.run(4);
    expect(core.registers.field('faultPending'), source).toBe(0n);
  }
  const fault = (source: string, registers: Partial<Record<'rcx' | 'rdx', bigint>>, rax: bigint): number => {
    const bytes = bytesOf(
      `mov rax, ${rax}\nmov rcx, ${registers.rcx ?? 0n}\nmov rdx, ${registers.rdx ?? 0n}\n${source}`,
    );
    core.ram.set(bytes, 0x10000);
    core.invalidate(0x10000, bytes.length);
    core.registers.setField('faultPending', 0n);
    core.registers.setField('deliveringVector', 256n);
    core.registers.setField('chainCount', 0n);
    core.registers.set('rip', 0x10000n);
    core.run(4);
    const [first] = core.shutdownChain;
    const pending = core.registers.field('faultPending') === 0n ? -1 : Number(core.registers.field('faultVector'));
    core.registers.setField('faultPending', 0n);
    return first?.vector ?? pending;
  };

  test('XSETBV: x87 always, AVX only with SSE, nothing that does not exist', () => {
    enterLongMode(core);
    expect(fault('xsetbv', {}, 0n)).toBe(GP);
    expect(fault('xsetbv', {}, 5n)).toBe(GP);
    expect(fault('xsetbv', {}, 15n)).toBe(GP);
    expect(fault('xsetbv', { rdx: 1n }, 7n)).toBe(GP);
    expect(fault('xsetbv', { rcx: 1n }, 7n)).toBe(GP);
    expect(fault('xsetbv', {}, 3n)).toBe(-1);
    expect(core.registers.field('xcr0')).toBe(3n);
    expect(fault('vpaddb xmm0, xmm1, xmm2', {}, 0n)).toBe(UD);
    expect(fault('xsetbv', {}, 7n)).toBe(-1);
    expect(fault('vpaddb xmm0, xmm1, xmm2', {}, 0n)).toBe(-1);
    step('xgetbv');
    expect(core.registers.get('rax')).toBe(7n);
    expect(fault('xgetbv', { rcx: 2n }, 0n)).toBe(GP);
  });

  const AREA = 0x40000;
  const quad = (offset: number): bigint =>
    new DataView(core.ram.buffer, core.ram.byteOffset).getBigUint64(AREA + offset, true);
  const setQuad = (offset: number, value: bigint): void =>
    new DataView(core.ram.buffer, core.ram.byteOffset).setBigUint64(AREA + offset, value, true);

  /** XSAVE takes its area from RBX: RAX is half of the mask. */
  function save(instruction: string, mask: bigint): number {
    core.registers.setField('rbx', BigInt(AREA));
    return fault(instruction, {}, mask);
  }

  test('XSAVE writes the states that are asked for, and says in the header which are in use', () => {
    enterLongMode(core);
    const { registers, ram } = core;
    ram.fill(0xee, AREA, AREA + 1024);
    setQuad(512, 0xf0n);
    registers.setField('xmm3Low', 0x1122n);
    registers.setField('ymm3High', 0x3344n);
    registers.setField('mxcsr', 0x1f80n);
    expect(save('xsave [rbx]', 6n)).toBe(-1);
    expect(quad(512)).toBe(0xf6n);
    expect(quad(160 + 48)).toBe(0x1122n);
    expect(quad(576 + 48 + 8)).toBe(0x3344n);
    expect(quad(0), 'x87 was not asked for').toBe(0xeeeeeeeeeeeeeeeen);
    expect(quad(24)).toBe(0xffff00001f80n);
    expect(quad(520), 'XCOMP_BV is not touched').toBe(0xeeeeeeeeeeeeeeeen);
  });

  test('XSAVEC and XSAVEOPT leave out what holds its initial values', () => {
    enterLongMode(core);
    const { registers, ram } = core;
    for (let n = 0; n < 16; n++) {
      for (const name of [`xmm${n}Low`, `xmm${n}High`, `ymm${n}Low`, `ymm${n}High`] as const)
        registers.setField(name as 'xmm0Low', 0n);
    }
    registers.setField('ymm1Low', 5n);
    ram.fill(0xee, AREA, AREA + 1024);
    expect(save('xsavec [rbx]', 6n)).toBe(-1);
    expect(quad(512)).toBe(4n);
    expect(quad(520)).toBe(0x8000000000000006n);
    expect(quad(160)).toBe(0xeeeeeeeeeeeeeeeen);
    expect(quad(576 + 16)).toBe(5n);
    ram.fill(0xee, AREA, AREA + 1024);
    setQuad(512, 1n);
    expect(save('xsaveopt [rbx]', 6n)).toBe(-1);
    expect(quad(512)).toBe(5n);
    expect(quad(160)).toBe(0xeeeeeeeeeeeeeeeen);
  });

  test('XRSTOR loads what the header has and initializes the rest', () => {
    enterLongMode(core);
    const { registers, ram } = core;
    ram.fill(0, AREA, AREA + 1024);
    setQuad(24, 0x1f80n);
    setQuad(512, 4n);
    setQuad(576, 0x77n);
    registers.setField('xmm0Low', 9n);
    registers.setField('ymm0Low', 9n);
    expect(save('xrstor [rbx]', 6n)).toBe(-1);
    expect(registers.field('xmm0Low')).toBe(0n);
    expect(registers.field('ymm0Low')).toBe(0x77n);
    expect(save('xsavec [rbx]', 7n)).toBe(-1);
    registers.setField('ymm0Low', 1n);
    expect(save('xrstor [rbx]', 7n)).toBe(-1);
    expect(registers.field('ymm0Low')).toBe(0x77n);
  });

  test.each<[string, number, bigint]>([
    ['a state that XCR0 does not have', 512, 8n],
    ['XCOMP_BV without its top bit', 520, 2n],
    ['a reserved word of the header', 528, 1n],
    ['a state that XCOMP_BV does not have', 520, 0x8000000000000001n],
    ['a reserved bit of MXCSR', 24, 0x11f80n],
  ])('XRSTOR refuses %s', (_, offset, value) => {
    enterLongMode(core);
    core.ram.fill(0, AREA, AREA + 1024);
    setQuad(24, 0x1f80n);
    setQuad(512, 2n);
    setQuad(offset, value);
    expect(save('xrstor [rbx]', 6n)).toBe(GP);
  });

  test('a model without XSAVE has no CR4.OSXSAVE; CPUID tells sizes by XCR0', () => {
    const old = make('x86-64-v2');
    enterLongMode(old, { cr4: CR4 & ~OSXSAVE });
    expect(firstFault(old, bytesOf('mov rax, cr4'))).toBe(undefined);
    const bytes = bytesOf('mov rax, 0x40620\nmov cr4, rax');
    old.ram.set(bytes, 0x10000);
    old.invalidate(0x10000, bytes.length);
    old.registers.set('rip', 0x10000n);
    old.run(2);
    expect(old.registers.field('faultVector')).toBe(BigInt(GP));
    enterLongMode(core);
    step('cpuid', {}, 0xdn);
    expect(core.registers.get('rbx')).toBe(832n);
    core.registers.setField('xcr0', 3n);
    step('cpuid', {}, 0xdn);
    expect(core.registers.get('rbx')).toBe(576n);
    core.registers.setField('xcr0', 7n);
  });
});
