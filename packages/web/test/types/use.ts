/** Uses of the tag as each framework checks them. Compiling this is the test; each `@ts-expect-error` must be one. */

import type { JSX } from 'react';
import type { SvelteHTMLElements } from 'svelte/elements';
import type { GlobalComponents } from 'vue';
import type {} from '../../types/react.d.ts';
import type {} from '../../types/svelte.d.ts';
import type {} from '../../types/vue.d.ts';

const element = document.createElement('long-mode');
element.theme = 'amber';
element.addEventListener('serial', ({ detail: { port, bytes } }) => `${port} ${bytes.length}`);
// @ts-expect-error: no such value
element.keyboard = 'sometimes';

export const react: JSX.IntrinsicElements['long-mode'] = {
  id: 'machine',
  src: 'kernel.elf',
  autostart: true,
  ref: (instance) => void instance?.boot(),
  onexit: ({ detail }) => detail.kind,
  // @ts-expect-error: a size is a text
  memory: 64,
};

export const vue: InstanceType<GlobalComponents['long-mode']>['$props'] = {
  src: 'kernel.elf',
  loading: 'lazy',
  onTriplefault: ({ detail }) => detail.report.title,
  // @ts-expect-error: no such event
  onReboot: () => {},
};

export const svelte: SvelteHTMLElements['long-mode'] = {
  src: 'kernel.elf',
  serial: 'panel',
  onerror: ({ detail }) => detail.remedy,
  // @ts-expect-error: no such value
  engine: 'warp',
};
