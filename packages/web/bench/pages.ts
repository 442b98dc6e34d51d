/**
 * The pages whose start is measured. Each tells the server by a request for `/painted/<milliseconds>` when the guest's first
 * character is in a frame of the display, counted from its navigation. Nothing of the browser's automation runs in
 * them before that: it would compete with what is measured.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostedFiles } from '../test/fixture.ts';
import { firstCharacterGuest } from '../test/guests.ts';

const { resolve } = createRequire(import.meta.url);

/** Where a page tells that it has painted. */
export const PAINTED_PATH = '/painted/';

/** The picture has been made; the next frame of the display shows it. */
const WATCHER = `<script>
  let isTold = false;
  function pictureMade() {
    if (isTold) return;
    isTold = true;
    requestAnimationFrame(() => fetch('${PAINTED_PATH}' + performance.now()));
  }
  document.addEventListener('screenchange', ({ target }) => {
    if (target.screenText.trim() !== '') pictureMade();
  });
</script>`;

const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>First paint</title>${WATCHER}${head}${body}`;

const SCRIPT = '<script type="module" src="/lib/element.js"></script>';
const PRELOAD = (kernel: string) =>
  `<link rel="preload" as="fetch" crossorigin href="/lib/core.wasm"><link rel="preload" as="fetch" crossorigin href="${kernel}">`;
const element = (kernel: string) => `<long-mode src="${kernel}" autostart></long-mode>`;

/** A worker that draws one letter on its canvas: the least that any page with a machine in a worker has to do. */
const FLOOR = `<canvas width="720" height="400"></canvas><script>
  const source = "onmessage = ({ data }) => { const context = data.getContext('2d', { alpha: false });" +
    "context.fillStyle = '#aaa'; context.fillText('A', 8, 16); postMessage(''); }";
  const worker = new Worker(URL.createObjectURL(new Blob([source])));
  worker.onmessage = pictureMade;
  const canvas = document.querySelector('canvas').transferControlToOffscreen();
  worker.postMessage(canvas, [canvas]);
</script>`;

/** v86 without a BIOS, as fast as it starts: it loads Multiboot 1 itself, and the guest programs the VGA. */
const V86 = `<div id="screen"><div style="white-space: pre"></div><canvas style="display: none"></canvas></div>
<script src="/v86/libv86.js"></script><script>
  const screen_container = document.querySelector('#screen');
  new MutationObserver(() => {
    if (screen_container.textContent.trim() !== '') pictureMade();
  }).observe(screen_container, { childList: true, subtree: true, characterData: true });
  new V86({
    wasm_path: '/v86/v86.wasm',
    memory_size: 128 * 2 ** 20,
    multiboot: { url: '/letter.elf' },
    screen_container,
    autostart: true,
  });
</script>`;

/** What is measured: by path, with what it is for people. */
export const PAGES: ReadonlyMap<string, { readonly what: string; readonly html: string }> = new Map([
  ['/plain.html', { what: 'one script, 64-bit kernel', html: page(SCRIPT, element('/kernel.elf')) }],
  ['/preload.html', { what: 'with preloads', html: page(PRELOAD('/kernel.elf') + SCRIPT, element('/kernel.elf')) }],
  [
    '/global.html',
    {
      what: 'the single file',
      html: page('<script defer src="/lib/longmode.global.js"></script>', element('/kernel.elf')),
    },
  ],
  ['/letter.html', { what: 'one script, 32-bit letter', html: page(SCRIPT, element('/letter.elf')) }],
  ['/v86.html', { what: 'v86, 32-bit letter', html: page('', V86) }],
  ['/floor.html', { what: 'floor: a worker that draws a letter', html: page('', FLOOR) }],
]);

/** Everything that a server needs for them. */
export function pageFiles(): Map<string, Uint8Array | string> {
  return new Map<string, Uint8Array | string>([
    ...hostedFiles(),
    ...[...PAGES].map(([path, { html }]) => [path, html] as const),
    ['/letter.elf', firstCharacterGuest()],
    ['/v86/libv86.js', readFileSync(resolve('v86/build/libv86.js'))],
    ['/v86/v86.wasm', readFileSync(resolve('v86/build/v86.wasm'))],
  ]);
}
