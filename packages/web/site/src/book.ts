/** A page of the book: its machine boots when it comes into view; buttons boot what the commands beside them boot. */

import '../../src/element.ts';
import { imageUrl } from './images.ts';
import { keepForOffline } from './offline.ts';

const machine = document.querySelector<HTMLElementTagNameMap['long-mode']>('long-mode');
if (machine) {
  machine.loading = 'lazy';
  machine.src = imageUrl(machine.dataset.image ?? '');
  machine.autostart = true;
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-image]')) {
  if (machine) button.addEventListener('click', () => boot(machine, button));
  else button.remove();
}

void keepForOffline();

function boot(target: HTMLElementTagNameMap['long-mode'], { dataset }: HTMLButtonElement): void {
  target.src = imageUrl(dataset.image ?? '');
  target.cmdline = dataset.cmdline ?? '';
  target.scrollIntoView({ block: 'nearest' });
  // The element shows what goes wrong.
  target.boot().catch(() => {});
}
