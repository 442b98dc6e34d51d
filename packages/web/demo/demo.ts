/** The demo page of `npm run web`: boots the kernel of this repository, or a file of the reader's own. */

import kernelUrl from '@longmode/kernel/kernel.elf?url';
import '../src/element.ts';

const machine = document.querySelector('long-mode')!;
const form = document.querySelector('form')!;
const output = document.querySelector('output')!;
let fileUrl: string | undefined;

machine.src = kernelUrl;
machine.autostart = true;
machine.addEventListener('booted', () => say('runs'));
machine.addEventListener('halted', () => say('halted for good'));
machine.addEventListener('exit', ({ detail }) => say(detail.kind === 'exit' ? `exit with ${detail.code}` : 'reset'));
machine.addEventListener('triplefault', () => say('triple fault'));
machine.addEventListener('error', () => say(''));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const file = fields.get('file');
  if (fileUrl !== undefined) URL.revokeObjectURL(fileUrl);
  fileUrl = file instanceof File && file.size > 0 ? URL.createObjectURL(file) : undefined;
  machine.src = fileUrl ?? kernelUrl;
  machine.cmdline = String(fields.get('cmdline') ?? '');
  // The element shows what goes wrong.
  machine.boot().catch(() => {});
});

function say(text: string): void {
  output.textContent = text;
}
