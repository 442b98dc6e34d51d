/** Which of the instructions that iced-x86 knows this processor has, by their CPUID features; all others are #UD. */
import iced from 'iced-x86';

const { Code, CpuidFeature, Mnemonic } = iced;

const HAS =
  /^(INTEL8086|INTEL186|INTEL286|INTEL386|INTEL486|X64|CPUID|PAUSE|MULTIBYTENOP|RDPMC|CET_IBT|FPU|FPU287|FPU387|MMX|SSE|SSE2|SSE3|SSSE3|SSE4_1|SSE4_2|AVX|AVX2|FMA|F16C|AES|PCLMULQDQ|SHA|GFNI|BMI1|BMI2|LZCNT|POPCNT|ADX|MOVBE|CMOV|CX8|CMPXCHG16B|CLFSH|CLFLUSHOPT|CLWB|FXSR|XSAVE|XSAVEOPT|XSAVEC|FSGSBASE|INVPCID|RDPID|RDRAND|RDSEED|RDTSCP|SERIALIZE|SMAP|SYSCALL|SEP|MSR|TSC|PREFETCHW|UDBG|INTEL8087|INTEL8086_ONLY)$/;

/**
 * What processors without the feature take for something else: a NOP in hint space, or WBINVD with a prefix that is ignored
 * (SDM Vol. 2 PREFETCHh, CLDEMOTE, RDSSPD, WBNOINVD).
 */
const OLDER_MEANING = /^(Prefetchit[01]|Prefetchwt1|Cldemote|Rdssp[dq]|Wbnoinvd)$/;

/** Names of the features of an instruction. */
export const featuresOf = (instruction: iced.Instruction): string[] =>
  [...instruction.cpuidFeatures()].map((feature) => CpuidFeature[feature] ?? '');

/** Whether this processor has the instruction. */
export const isSupported = (instruction: iced.Instruction): boolean =>
  instruction.code !== Code.INVALID &&
  (OLDER_MEANING.test(Mnemonic[instruction.mnemonic] ?? '') || featuresOf(instruction).every((name) => HAS.test(name)));
