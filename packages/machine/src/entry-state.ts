/**
 * The state in which a boot loader hands the PC to a kernel: that of GRUB 2.06, read back from QEMU, where it says more
 * than the Multiboot specifications (Multiboot 3.2 "Machine state", Multiboot 2 3.3 "I386 machine state").
 *
 *   EAX, EBX, ESP, EIP as the plan says, all other general registers 0, EFLAGS 0x46 (IF clear)
 *   CR0 0x11 (PE, ET), CR2 = CR3 = CR4 = EFER = 0; IDT limit 0: any exception before LIDT is a triple fault
 *   CS 0x10 flat 32-bit code, all other segments 0x18 flat data; LDTR and TR null
 *   GDT at 0x10b0, limit 0x20:  0x00 null   0x08 null   0x10 code   0x18 data
 *
 * Memory types as SeaBIOS sets them: write-back, but uncached from 2 GiB on (one variable range), in the VGA memory, and
 * write-protected in the ROM area. Nothing here depends on them; kernels refuse to use the PAT when MTRRs are off.
 *
 * The screen is in 80x25 text, blank with grey on black, its cursor in the corner. (GRUB leaves the name of a menu entry
 * there if one was chosen; this loader has no menu.)
 */

import type { Segment } from '@longmode/cpu-wasm';
import type { BootPlan } from '@longmode/loader';
import type { MachineCore } from './core.ts';
import type { CpuRegisters } from './register-file.ts';
import { TEXT_MEMORY_ADDRESS, TEXT_MEMORY_BYTES } from './screen/frame.ts';

const GDT_ADDRESS = 0x10b0;
const GDT_LIMIT = 0x20;
/** Base 0, limit 4 GiB, 32-bit, ring 0: execute/read, and read/write accessed. */
const CODE_DESCRIPTOR = 0x00cf9a000000ffffn;
const DATA_DESCRIPTOR = 0x00cf93000000ffffn;
const GDT = [0n, 0n, CODE_DESCRIPTOR, DATA_DESCRIPTOR];
// biome-ignore format: two lines of eight
const GENERAL_REGISTERS = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp',
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
] as const;
const CODE_SELECTOR = 0x10;
const DATA_SELECTOR = 0x18;

const CR0_PE_ET = 0x11n;
const EFLAGS_AT_ENTRY = 0x46n;
/** System descriptor types in the hidden part of null LDTR and TR. */
const RIGHTS_LDT = 0x82;
const RIGHTS_BUSY_TSS = 0x8b;

/** A blank cell: a space, grey on black. */
const BLANK_CELL = 0x0720;

/** Puts the plan's bytes, the boot loader's GDT and a blank screen into RAM. */
export function placeImage(core: MachineCore, plan: BootPlan): void {
  const { ram } = core;
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  for (let i = 0; i < TEXT_MEMORY_BYTES; i += 2) view.setUint16(TEXT_MEMORY_ADDRESS + i, BLANK_CELL, true);
  GDT.forEach((descriptor, i) => {
    view.setBigUint64(GDT_ADDRESS + 8 * i, descriptor, true);
  });
  for (const { physicalAddress, bytes, memoryBytes } of plan.segments) {
    ram.set(bytes, physicalAddress);
    ram.fill(0, physicalAddress + bytes.length, physicalAddress + memoryBytes);
  }
  core.invalidate(0, ram.length);
}

/** MTRRs after SeaBIOS, read back from QEMU: IA32_MTRR_DEF_TYPE, the fixed ranges, the first variable range. */
const BIOS_MTRRS = {
  mtrrDefType: 0xc06n,
  mtrrPhysBase0: 0x80000000n,
  mtrrPhysMask0: 0xff80000800n,
  mtrrFix64K_00000: 0x0606060606060606n,
  mtrrFix16K_80000: 0x0606060606060606n,
  mtrrFix4K_C0000: 0x0505050505050505n,
  mtrrFix4K_C8000: 0x0505050505050505n,
  mtrrFix4K_D0000: 0x0505050505050505n,
  mtrrFix4K_D8000: 0x0505050505050505n,
  mtrrFix4K_E0000: 0x0505050505050505n,
  mtrrFix4K_E8000: 0x0505050505050505n,
  mtrrFix4K_F0000: 0x0505050505050505n,
  mtrrFix4K_F8000: 0x0505050505050505n,
} as const;

/** Sets the memory types that the BIOS leaves. */
export function presetMemoryTypes({ registers }: MachineCore): void {
  for (const [name, value] of Object.entries(BIOS_MTRRS)) registers.setField(name as keyof typeof BIOS_MTRRS, value);
}

/** Puts the processor at the kernel's entry point. */
export function enterKernel(r: CpuRegisters, plan: BootPlan): void {
  for (const name of GENERAL_REGISTERS) r[name] = 0n;
  r.cr0 = CR0_PE_ET;
  r.cr2 = r.cr3 = r.cr4 = r.efer = 0n;
  r.gdtr = { base: BigInt(GDT_ADDRESS), limit: GDT_LIMIT };
  r.idtr = { base: 0n, limit: 0 };
  r.ldtr = { selector: 0, base: 0n, limit: 0xffff, rights: RIGHTS_LDT };
  r.tr = { selector: 0, base: 0n, limit: 0xffff, rights: RIGHTS_BUSY_TSS };
  r.cs = flatSegment(CODE_SELECTOR, CODE_DESCRIPTOR);
  for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const) r[name] = flatSegment(DATA_SELECTOR, DATA_DESCRIPTOR);
  r.rflags = EFLAGS_AT_ENTRY;
  r.rax = BigInt(plan.registers.eax);
  r.rbx = BigInt(plan.registers.ebx);
  r.rsp = BigInt(plan.registers.esp);
  r.rip = BigInt(plan.entry);
}

/** The hidden part of a flat segment: its rights are bits 40-55 of the descriptor without those of the limit. */
function flatSegment(selector: number, descriptor: bigint): Segment {
  return { selector, base: 0n, limit: 0xffffffff, rights: Number((descriptor >> 40n) & 0xf0ffn) };
}
