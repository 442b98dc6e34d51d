/** Prints templates as text, for the reviewed file of a few that show each feature, and the list of bodies that are none. */
import type { OperationTemplates } from '../gen/templates.ts';
import type { Item, Template } from './extract.ts';

/** One of each kind: arithmetic on registers and memory, flags in and out, conditions, counts, stack, products, faults. */
const SHOWN = [
  'add_u64_Reg_Reg',
  'add_u32_Mem_Imm',
  'adc_u64_Reg_Reg',
  'cmp_u8_Mem_Imm',
  'inc_u32_Reg',
  'shl_u32_Reg_Imm',
  'mov_u64_Reg_Mem',
  'mov_u8_Mem_Reg',
  'lea_u64',
  'setcc_c4_u8_Reg',
  'cmovcc_c2_u64_Reg_Reg',
  'push_u64_Reg',
  'pop_u64_Reg',
  'imul2_u32_Reg_Reg',
  'mul_u8_Reg',
  'div_u32_Reg',
  'bts_u32_Mem_Reg',
  'xchg_u64_Mem',
  'addsd',
  'moveLoad_128',
  'loadDouble',
];

const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

function itemText(item: Item): string {
  if (item.kind === 'bytes') return hex(item.bytes);
  if (item.kind === 'verb') return `${item.verb}${item.arguments.length > 0 ? `(${item.arguments.join(', ')})` : ''}`;
  if (item.kind === 'choiceElse') return 'else';
  if (item.kind === 'choiceEnd') return 'end';
  const { source, mask, isNegated } = item.choice;
  return `${isNegated ? 'unless' : 'if'} ${source}(${mask})`;
}

function templateText(title: string, template: Template): string {
  return `${title}\n${template.items.map((item) => `  ${itemText(item)}\n`).join('')}`;
}

function facts(template: Template): string {
  const words = [
    template.readsFlags ? 'reads flags' : '',
    template.writesFlags ? 'sets all flags' : template.changesFlags ? 'changes flags' : '',
    template.mayLeave ? 'may leave' : '',
  ].filter((word) => word !== '');
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}

export function printGolden(templates: readonly OperationTemplates[]): string {
  const byName = new Map(templates.map((entry) => [entry.operation.name, entry]));
  const shown = SHOWN.map((name) => {
    const entry = byName.get(name);
    if (!entry?.withFlags || !entry.withoutFlags) throw new Error(`${name} is to be shown, but has no template`);
    const live = templateText(`${name}${facts(entry.withFlags)}`, entry.withFlags);
    const isSame = !entry.withFlags.changesFlags && entry.withFlags.lazy < 0;
    return isSame ? live : `${live}${templateText('  without flags:', entry.withoutFlags)}`;
  });
  const refusals = new Map<string, string[]>();
  for (const { operation, refusal } of templates) {
    if (refusal === undefined || refusal === 'it is no data instruction') continue;
    refusals.set(refusal, [...(refusals.get(refusal) ?? []), operation.name]);
  }
  const refused = [...refusals].sort().map(([reason, names]) => `${reason}:\n  ${names.sort().join(' ')}\n`);
  return `Templates as the stitcher reads them: bytes of WebAssembly in hexadecimal, and verbs.

${shown.join('\n')}
Compiled bodies that are no templates, and why.

${refused.join('')}`;
}
