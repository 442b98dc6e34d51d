// CPUID (SDM Vol. 2 CPUID). The answers are a table that the host writes before the first run (src/cpuid.ts): entries of six
// 32-bit words, leaf, subleaf, EAX, EBX, ECX, EDX, by leaf. Only what depends on the processor's state is put in here.

import { CR4_OSXSAVE, XCR0_AVX } from '../generated/control';
import { cpu } from '../generated/state';
import { CPUID_TABLE } from '../layout';

const ENTRY_BYTES: usize = 24;
const SUBLEAF: usize = 4;
const EAX: usize = 8;
const EBX: usize = 12;
const ECX: usize = 16;
const EDX: usize = 20;

/** A leaf whose answer does not depend on ECX. */
const ANY_SUBLEAF: u32 = 0xffffffff;
const EXTENDED: u32 = 0x80000000;
const FEATURES: u32 = 1;
const XSAVE_LEAF: u32 = 0xd;
/** Bytes of the legacy part and the header. */
const XSAVE_WITHOUT_AVX: u32 = 576;
/** CPUID.1:ECX.OSXSAVE mirrors CR4.OSXSAVE. */
const OSXSAVE: u32 = 1 << 27;
/** CPUID.1:EDX.APIC mirrors IA32_APIC_BASE.EN. */
const APIC: u32 = 1 << 9;
const APIC_ENABLE: u64 = 1 << 11;

/** Entry of a leaf, 0 = none. */
function find(leaf: u32, subleaf: u32): usize {
  const end = CPUID_TABLE + <usize>cpu.cpuidIndex * ENTRY_BYTES;
  for (let entry = CPUID_TABLE; entry < end; entry += ENTRY_BYTES) {
    if (load<u32>(entry) != leaf) continue;
    const known = load<u32>(entry, SUBLEAF);
    if (known == ANY_SUBLEAF || known == subleaf) return entry;
  }
  return 0;
}

/** Largest leaf of the basic or the extended range. */
function largest(first: u32): u32 {
  const entry = find(first, 0);
  return entry == 0 ? first : load<u32>(entry, EAX);
}

export function cpuid(r: usize): void {
  let leaf = <u32>cpu.rax;
  const isExtended = (leaf & EXTENDED) != 0;
  // Above the largest leaf of its range a processor answers as for the largest basic leaf.
  if (leaf > largest(isExtended ? EXTENDED : 0)) leaf = largest(0);
  const entry = find(leaf, <u32>cpu.rcx);
  if (entry == 0) {
    cpu.rax = 0;
    cpu.rbx = 0;
    cpu.rcx = 0;
    cpu.rdx = 0;
    return;
  }
  let ebx = load<u32>(entry, EBX);
  let ecx = load<u32>(entry, ECX);
  let edx = load<u32>(entry, EDX);
  if (leaf == FEATURES) {
    if ((cpu.cr4 & CR4_OSXSAVE) != 0) ecx |= OSXSAVE;
    if ((cpu.apicBase & APIC_ENABLE) == 0) edx &= ~APIC;
  }
  // The size of the area for the states that are enabled, in the standard and in the compacted format.
  if (leaf == XSAVE_LEAF && <u32>cpu.rcx <= 1 && (cpu.xcr0 & XCR0_AVX) == 0) ebx = XSAVE_WITHOUT_AVX;
  cpu.rax = load<u32>(entry, EAX);
  cpu.rbx = ebx;
  cpu.rcx = ecx;
  cpu.rdx = edx;
}
