/** Descriptor tables and exception frames as the guest has them: read from its memory, for tests of kernels. */
import type { Machine } from 'longmode';

/** A gate of the interrupt descriptor table (SDM Vol. 3A 6.14.1). */
export function gateAt(machine: Machine, vector: number) {
  const { base } = machine.cpu.registers.idtr;
  const at = base + BigInt(vector * 16);
  const [low, high] = [machine.memory.u64(at), machine.memory.u64(at + 8n)];
  return {
    selector: Number((low >> 16n) & 0xffffn),
    /** Type, privilege, present bit and stack: bits 32 to 47. */
    options: Number((low >> 32n) & 0xffffn),
    handler: (low & 0xffffn) | ((low >> 48n) << 16n) | (high << 32n),
  };
}

/** The eight bytes of a descriptor of the global descriptor table. */
export function descriptorAt(machine: Machine, index: number): bigint {
  return machine.memory.u64(machine.cpu.registers.gdtr.base + BigInt(index * 8));
}

/** The last exception frame that the kernel has printed on the screen. */
export function stackFrameOn(machine: Machine): { readonly rip: bigint; readonly rsp: bigint } {
  const text = machine.screen.text();
  const last = (pattern: RegExp) => {
    const found = [...text.matchAll(pattern)].at(-1);
    if (found === undefined) throw new Error(`no exception frame on the screen:\n${text}`);
    return BigInt(found[1]!);
  };
  return { rip: last(/instruction_pointer: (0x[0-9a-f]+)/g), rsp: last(/stack_pointer: (0x[0-9a-f]+)/g) };
}
