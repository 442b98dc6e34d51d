/**
 * What is left (SDM Vol. 1 7.3.14, 7.3.18): flag control, NOP and its hint space, prefetches, fences, table lookup,
 * BOUND, random numbers, undefined instructions. A hint that this machine does not know is a NOP, as on hardware.
 */

import { type InstructionRow, insn } from '../row.ts';

const UD = { kind: 'flow', body: 'undefinedInstruction', sdm: 'SDM Vol. 2 UD' } as const;
const hint = { body: 'nop', alias: true } as const;

// biome-ignore format: one row, one line
export const misc: readonly InstructionRow[] = [
  insn('lahf',  '9F',          '',      { flags: 'r=szapc', cpuid: 'LAHF64' }),
  insn('sahf',  '9E',          '',      { flags: 'w=szapc', cpuid: 'LAHF64' }),
  insn('cmc',   'F5',          '',      { flags: 'r=c w=c' }),
  insn('clc',   'F8',          '',      { flags: 'c=c' }),
  insn('stc',   'F9',          '',      { flags: 's=c' }),
  insn('cld',   'FC',          '',      { flags: 'c=d' }),
  insn('std',   'FD',          '',      { flags: 's=d' }),

  insn('nop',   'REX.B=0 90',  ''),
  insn('pause', 'F3 90',       '',      { body: 'nop' }),
  insn('nop',   '0F 1F /0',    'Ev',    { body: 'nop' }),
  insn('nop',   '0F 1F /r',    'Ev',    hint),
  insn('nop',   '0F 0D /r',    'Ev',    hint),
  insn('nop',   '0F 18 /r',    'Ev',    hint),
  insn('nop',   '0F 19 /r',    'Ev',    hint),
  insn('nop',   '0F 1A /r',    'Ev',    hint),
  insn('nop',   '0F 1B /r',    'Ev',    hint),
  insn('nop',   '0F 1C /r',    'Ev',    hint),
  insn('nop',   '0F 1D /r',    'Ev',    hint),
  insn('nop',   '0F 1E /r',    'Ev',    hint),
  insn('endbr64', 'F3 0F 1E FA', '',    { body: 'nop' }),
  insn('endbr32', 'F3 0F 1E FB', '',    { body: 'nop' }),

  insn('prefetch',    '0F 0D /0', 'M',  { body: 'nop', cpuid: 'PREFETCHW' }),
  insn('prefetchw',   '0F 0D /1', 'M',  { body: 'nop', cpuid: 'PREFETCHW' }),
  insn('prefetchnta', '0F 18 /0', 'M',  { body: 'nop', cpuid: 'SSE', sdm: 'SDM Vol. 2 PREFETCHh' }),
  insn('prefetcht0',  '0F 18 /1', 'M',  { body: 'nop', cpuid: 'SSE', sdm: 'SDM Vol. 2 PREFETCHh' }),
  insn('prefetcht1',  '0F 18 /2', 'M',  { body: 'nop', cpuid: 'SSE', sdm: 'SDM Vol. 2 PREFETCHh' }),
  insn('prefetcht2',  '0F 18 /3', 'M',  { body: 'nop', cpuid: 'SSE', sdm: 'SDM Vol. 2 PREFETCHh' }),
  insn('lfence', 'NP 0F AE /5 mod=3', '', { body: 'nop', cpuid: 'SSE2' }),
  insn('mfence', 'NP 0F AE /6 mod=3', '', { body: 'nop', cpuid: 'SSE2' }),
  insn('sfence', 'NP 0F AE /7 mod=3', '', { body: 'nop', cpuid: 'SSE' }),

  insn('salc',  'D6',          '',      { flags: 'r=c', mode: 'i64', sdm: 'AMD64 APM Vol. 3 (undocumented by Intel)' }),
  insn('xlatb', 'D7',          ''),
  insn('bound', '62 /r',       'Gv,Ma', { mode: 'i64' }),
  insn('rdrand', 'NFx 0F C7 /6', 'Rv',  { flags: 'w=c c=oszap', cpuid: 'RDRAND', body: 'readRandom' }),
  insn('rdseed', 'NFx 0F C7 /7', 'Rv',  { flags: 'w=c c=oszap', cpuid: 'RDSEED', body: 'readRandom' }),
  insn('ud2',   '0F 0B',       '',      UD),
  insn('ud1',   '0F B9 /r',    'Gv,Ev', UD),
  insn('ud0',   '0F FF /r',    'Gv,Ev', UD),
];
