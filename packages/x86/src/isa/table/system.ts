/**
 * System instructions (SDM Vol. 3A 2.8): control and debug registers, descriptor tables, MSRs, TLB and cache control,
 * fast system calls, time stamps. Left out: virtualization (VMX), SMX, SGX, CET and system-management mode (RSM).
 */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const system: readonly InstructionRow[] = [
  insn('mov',      '0F 20 /r mod=any',   'Ry,Cy', { body: 'movFromControl', size: 'f64', cpl: 0, kind: 'system', flags: 'u=oszapc' }),
  insn('mov',      '0F 21 /r mod=any',   'Ry,Dy', { body: 'movFromDebug',   size: 'f64', cpl: 0, kind: 'system', flags: 'u=oszapc' }),
  insn('mov',      '0F 22 /r mod=any',   'Cy,Ry', { body: 'movToControl',   size: 'f64', cpl: 0, kind: 'system', flags: 'u=oszapc', endsBlock: true }),
  insn('mov',      '0F 23 /r mod=any',   'Dy,Ry', { body: 'movToDebug',     size: 'f64', cpl: 0, kind: 'system', flags: 'u=oszapc', endsBlock: true }),
  insn('clts',     '0F 06',              '',      { cpl: 0, kind: 'system', endsBlock: true }),
  insn('smsw',     '0F 01 /4',           'Rv',    { kind: 'system' }),
  insn('smsw',     '0F 01 /4',           'Mw',    { kind: 'system' }),
  insn('lmsw',     '0F 01 /6',           'Ew',    { cpl: 0, kind: 'system', endsBlock: true }),

  insn('sgdt',     '0F 01 /0',           'Ms',    { kind: 'system', size: 'f64' }),
  insn('sidt',     '0F 01 /1',           'Ms',    { kind: 'system', size: 'f64' }),
  insn('lgdt',     '0F 01 /2',           'Ms',    { cpl: 0, kind: 'system', size: 'f64' }),
  insn('lidt',     '0F 01 /3',           'Ms',    { cpl: 0, kind: 'system', size: 'f64' }),
  insn('sldt',     '0F 00 /0',           'Rv',    { kind: 'system', protectedOnly: true }),
  insn('sldt',     '0F 00 /0',           'Mw',    { kind: 'system', protectedOnly: true }),
  insn('str',      '0F 00 /1',           'Rv',    { kind: 'system', protectedOnly: true }),
  insn('str',      '0F 00 /1',           'Mw',    { kind: 'system', protectedOnly: true }),
  insn('lldt',     '0F 00 /2',           'Ew',    { cpl: 0, kind: 'system', protectedOnly: true }),
  insn('ltr',      '0F 00 /3',           'Ew',    { cpl: 0, kind: 'system', protectedOnly: true }),

  insn('invlpg',   '0F 01 /7',           'M',     { cpl: 0, kind: 'system', endsBlock: true }),
  insn('invpcid',  '66 0F 38 82 /r',     'Gy,Mdq', { cpl: 0, kind: 'system', size: 'f64', cpuid: 'INVPCID', endsBlock: true }),
  insn('invd',     '0F 08',              '',      { cpl: 0, kind: 'system' }),
  insn('wbinvd',   '0F 09',              '',      { cpl: 0, kind: 'system' }),
  insn('clflush',  'NP 0F AE /7',        'Mb',    { cpuid: 'CLFSH' }),
  insn('clflushopt', '66 0F AE /7',      'Mb',    { cpuid: 'CLFLUSHOPT', body: 'clflush' }),
  insn('clwb',     '66 0F AE /6',        'Mb',    { cpuid: 'CLWB', body: 'clflush' }),

  insn('wrmsr',    '0F 30',              '',      { cpl: 0, kind: 'system', cpuid: 'MSR', endsBlock: true }),
  insn('rdmsr',    '0F 32',              '',      { cpl: 0, kind: 'system', cpuid: 'MSR' }),
  insn('rdtsc',    '0F 31',              '',      { kind: 'system', cpuid: 'TSC' }),
  insn('rdtscp',   '0F 01 F9',           '',      { kind: 'system', cpuid: 'RDTSCP' }),
  insn('rdpmc',    '0F 33',              '',      { kind: 'system' }),
  insn('rdpid',    'F3 0F C7 /7',        'Ry',    { kind: 'system', cpuid: 'RDPID', size: 'f64' }),
  insn('cpuid',    '0F A2',              '',      { kind: 'system' }),

  insn('syscall',  '0F 05',              '',      { kind: 'flow', mode: 'o64', cpuid: 'SYSCALL', flags: 'r=oszapcdiA w=oszapcdiA' }),
  insn('sysret/sysret/sysretq',  '0F 07', '',     { kind: 'flow', mode: 'o64', cpuid: 'SYSCALL', cpl: 0, privilegeFault: 'body', flags: 'w=oszapcdiA' }),
  insn('sysenter', '0F 34',              '',      { kind: 'flow', cpuid: 'SEP', flags: 'c=i' }),
  insn('sysexit/sysexit/sysexitq', '0F 35', '',   { kind: 'flow', cpuid: 'SEP', cpl: 0 }),
  insn('swapgs',   '0F 01 F8',           '',      { kind: 'system', mode: 'o64', cpl: 0 }),
  insn('rdfsbase', 'F3 0F AE /0',        'Ry',    { kind: 'system', mode: 'o64', cpuid: 'FSGSBASE' }),
  insn('rdgsbase', 'F3 0F AE /1',        'Ry',    { kind: 'system', mode: 'o64', cpuid: 'FSGSBASE' }),
  insn('wrfsbase', 'F3 0F AE /2',        'Ry',    { kind: 'system', mode: 'o64', cpuid: 'FSGSBASE' }),
  insn('wrgsbase', 'F3 0F AE /3',        'Ry',    { kind: 'system', mode: 'o64', cpuid: 'FSGSBASE' }),

  insn('cli',      'FA',                 '',      { kind: 'system', cpl: 'iopl', flags: 'c=i' }),
  insn('sti',      'FB',                 '',      { kind: 'system', cpl: 'iopl', flags: 's=i', endsBlock: true }),
  insn('clac',     'NP 0F 01 CA',        '',      { kind: 'system', cpl: 0, privilegeFault: 'UD', cpuid: 'SMAP', flags: 'c=A', endsBlock: true }),
  insn('stac',     'NP 0F 01 CB',        '',      { kind: 'system', cpl: 0, privilegeFault: 'UD', cpuid: 'SMAP', flags: 's=A', endsBlock: true }),
  insn('hlt',      'F4',                 '',      { kind: 'system', cpl: 0, endsBlock: true }),
  insn('monitor',  'NP 0F 01 C8',        '',      { kind: 'system', cpl: 0, privilegeFault: 'UD', cpuid: 'MONITOR' }),
  insn('mwait',    'NP 0F 01 C9',        '',      { kind: 'system', cpl: 0, privilegeFault: 'UD', cpuid: 'MONITOR', endsBlock: true }),
  insn('xgetbv',   'NP 0F 01 D0',        '',      { kind: 'system', cpuid: 'XSAVE' }),
  insn('xsetbv',   'NP 0F 01 D1',        '',      { kind: 'system', cpl: 0, privilegeFault: 'body', cpuid: 'XSAVE', endsBlock: true }),
  insn('serialize', 'NP 0F 01 E8',       '',      { kind: 'system', cpuid: 'SERIALIZE', endsBlock: true }),
];
