/**
 * What the core tells the host about exceptions that it could not deliver: the steps of a delivery, the record of the
 * shutdown chain, and the features whose use ends a run as "unimplemented". `gen.ts` prints constants for AssemblyScript;
 * TypeScript gets the same as tables (src/shutdown-chain.ts).
 */

import type { StateField } from './state.ts';

const field = (name: string, type: StateField['type'], doc: string): StateField => ({ name, type, doc });

/** Value of `deliveringVector` while no event is being delivered. */
export const noDelivery = 256;

/** Where an event comes from; decides DPL checks, the EXT bit of error codes and the double fault rules. */
export const eventKinds = [
  { name: 'external', doc: 'INTR from the interrupt controller.' },
  { name: 'exception', doc: 'Raised by an instruction or by a delivery.' },
  { name: 'softwareInterrupt', doc: 'INT n.' },
  { name: 'softwareException', doc: 'INT3 and INTO.' },
  { name: 'privilegedSoftwareException', doc: 'INT1.' },
] as const;

/** What a delivery was doing when a further exception stopped it (SDM Vol. 3A 6.12, 6.14; Vol. 2 INT n). */
export const deliverySteps = [
  { name: 'none', doc: 'not tried, or it succeeded' },
  { name: 'idtLimit', doc: 'the gate lies beyond the IDT limit' },
  { name: 'readGate', doc: 'reading the gate from the IDT' },
  { name: 'gateType', doc: 'the IDT entry is not an interrupt, trap or task gate' },
  { name: 'gateDpl', doc: "the gate's DPL forbids a software interrupt from this CPL" },
  { name: 'gateNotPresent', doc: 'the gate is not present' },
  { name: 'codeSelectorNull', doc: "the gate's code selector is null" },
  { name: 'codeSelectorLimit', doc: "the gate's code selector lies beyond the limit of the GDT or LDT" },
  { name: 'readCodeDescriptor', doc: "reading the handler's code descriptor" },
  { name: 'codeType', doc: "the gate's selector does not name a usable code segment" },
  { name: 'codeDpl', doc: "the handler's code segment is less privileged than the interrupted code" },
  { name: 'codeNotPresent', doc: "the handler's code segment is not present" },
  { name: 'tssLimit', doc: 'the stack pointer lies beyond the limit of the TSS, or no TSS is loaded' },
  { name: 'readTss', doc: 'reading the stack pointer from the TSS' },
  { name: 'stackSelectorNull', doc: 'the stack selector in the TSS is null' },
  { name: 'stackSelectorLimit', doc: 'the stack selector lies beyond the limit of the GDT or LDT' },
  { name: 'readStackDescriptor', doc: 'reading the stack descriptor' },
  { name: 'stackType', doc: 'the stack selector does not name a writable data segment of the right privilege' },
  { name: 'stackNotPresent', doc: 'the stack segment is not present' },
  { name: 'stackLimit', doc: 'the frame does not fit within the limit of the stack segment' },
  { name: 'stackNotCanonical', doc: 'the stack pointer is not canonical' },
  { name: 'pushFrame', doc: 'writing the frame to the stack' },
  { name: 'taskSwitch', doc: 'switching to the task of a task gate' },
  { name: 'entryPoint', doc: "the handler's address is not canonical or beyond its segment's limit" },
] as const;

/** Why a run ended as "unimplemented" although the instruction is known. */
export const unimplementedFeatures = [
  { name: 'instruction', doc: 'an instruction that this core does not know' },
] as const;

/** One record of the shutdown chain, oldest first; all fields as at the moment the exception was raised. */
export const chainFields: readonly StateField[] = [
  field('rip', 'u64', 'RIP that the frame would hold.'),
  field('rsp', 'u64', 'RSP.'),
  field('cr2', 'u64', 'CR2.'),
  field('rflags', 'u64', 'RFLAGS.'),
  field('vector', 'u32', 'Vector.'),
  field('errorCode', 'u32', 'Error code, 0 when the vector has none.'),
  field('hasErrorCode', 'u32', '1 when the vector pushes an error code.'),
  field('kind', 'u32', 'Where it comes from: index into eventKinds.'),
  field('step', 'u32', 'Why its delivery failed: index into deliverySteps; 0 for the cause of a double fault.'),
  field('csSelector', 'u32', 'CS selector.'),
  field('ssSelector', 'u32', 'SS selector.'),
  field('inDelivery', 'u32', '1 when it was raised while the record before it was being delivered.'),
];

/** Bytes of one record. */
export const chainRecordBytes = 64;
/** Records that fit; the rules of SDM Vol. 3A table 6-5 need at most 8. */
export const chainCapacity = 16;

const constantName = (name: string): string => name.replace(/([A-Z]|[0-9]+)/g, '_$1').toUpperCase();

/** The AssemblyScript module `assembly/generated/delivery.ts`. */
export function printDelivery(): string {
  const list = (prefix: string, entries: readonly { name: string; doc: string }[]): string =>
    entries
      .map(({ name, doc }, index) => `/** ${doc} */\nexport const ${prefix}_${constantName(name)}: u32 = ${index};\n`)
      .join('');
  let offset = 0;
  const records = chainFields.map(({ name, type, doc }) => {
    const text = `/** ${doc} */\nexport const CHAIN_${constantName(name)}: usize = ${offset};\n`;
    offset += type === 'u64' ? 8 : 4;
    return text;
  });
  return [
    '// GENERATED by gen/gen.ts from gen/delivery.ts. Do not edit.\n// Events, delivery steps and the records of the shutdown chain.\n\n',
    `export const NO_DELIVERY: u32 = ${noDelivery};\n`,
    list('EVENT', eventKinds),
    list('STEP', deliverySteps),
    list('FEATURE', unimplementedFeatures),
    ...records,
    `export const CHAIN_RECORD_BYTES: usize = ${chainRecordBytes};\nexport const CHAIN_CAPACITY: u32 = ${chainCapacity};\n`,
  ].join('');
}

/** The TypeScript module `src/generated/delivery.ts`. */
export function printDeliveryTables(): string {
  const list = (name: string, entries: readonly { name: string; doc: string }[]): string =>
    `export const ${name} = [\n${entries.map((entry) => `  { name: '${entry.name}', doc: ${JSON.stringify(entry.doc)} },\n`).join('')}] as const;\n\n`;
  let offset = 0;
  const fields = chainFields.map(({ name, type, doc }) => {
    const text = `  /** ${doc} */\n  ${name}: { offset: ${offset}, type: '${type}' },\n`;
    offset += type === 'u64' ? 8 : 4;
    return text;
  });
  return [
    '// GENERATED by gen/gen.ts from gen/delivery.ts. Do not edit.\n// Events, delivery steps and the records of the shutdown chain.\n\n',
    list('eventKinds', eventKinds),
    list('deliverySteps', deliverySteps),
    list('unimplementedFeatures', unimplementedFeatures),
    `export const chainFields = {\n${fields.join('')}} as const;\n\n`,
    `export const chainRecordBytes = ${chainRecordBytes};\n`,
  ].join('');
}
