/** The transforms of the AssemblyScript compiler that kernels are built with, explained in their files. */
import type { AssemblyScriptTransform } from '@longmode/aot/compile';
import ForbidHeap from './forbid-heap.ts';
import MustUse from './must-use.ts';
import PrintTemplate from './print-template.ts';

/** @param hasHeap whether the kernel may allocate */
export function kernelTransforms(hasHeap: boolean): readonly AssemblyScriptTransform[] {
  return [PrintTemplate, MustUse, ...(hasHeap ? [] : [ForbidHeap])];
}
