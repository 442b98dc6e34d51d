/**
 * Instruction bytes as text. iced-x86 is one megabyte of Wasm that only traces and post mortems need, so it is loaded
 * (synchronously: its callers are) when the first instruction is asked for.
 */
import { createRequire } from 'node:module';
import type { Disassembler } from '@longmode/machine';
import { makeDisassembler } from '@longmode/machine/inspect';

type Library = typeof import('iced-x86');

let loaded: Disassembler | undefined;

/** Disassembles the instruction at the start of `bytes`; undefined if they are none. */
export const disassemble: Disassembler = (bytes, address, bits) => {
  loaded ??= makeDisassembler(createRequire(import.meta.url)('iced-x86') as Library);
  return loaded(bytes, address, bits);
};
