/** The buttons of the attribute `controls`. */

import { html, nothing } from 'lit';

/** What the machine is doing, seen from the page. */
export type Status = 'idle' | 'loading' | 'running' | 'paused' | 'ended' | 'failed';

/** What the buttons do, and what they show. */
export interface ToolbarModel {
  readonly status: Status;
  /** Undefined if the guest gets no keys. */
  readonly areKeysShown: boolean | undefined;
  readonly isCaptured: boolean;
  start(): void;
  pause(): void;
  resume(): void;
  toggleKeys(): void;
  fullscreen(): void;
}

const STATUS_TEXT: Readonly<Record<Status, string>> = {
  idle: 'off',
  loading: 'loading',
  running: 'running',
  paused: 'paused',
  ended: 'ended',
  failed: 'failed',
};

export function toolbar(model: ToolbarModel) {
  const { status, areKeysShown, isCaptured } = model;
  return html`
    <div class="toolbar" part="toolbar" role="toolbar" aria-label="Machine">
      ${status === 'running' ? button('Pause', model.pause) : nothing}
      ${status === 'paused' ? button('Resume', model.resume) : nothing}
      ${button(status === 'idle' ? 'Start' : 'Restart', model.start)}
      ${
        areKeysShown === undefined
          ? nothing
          : html`<button part="button" aria-pressed=${areKeysShown} @click=${model.toggleKeys}>Keys</button>`
      }
      ${document.fullscreenEnabled ? button('Full screen', model.fullscreen) : nothing}
      <slot name="controls"></slot>
      <span class="status" part="status" role="status">
        ${isCaptured ? 'keys go to the machine; Esc twice gives them back' : STATUS_TEXT[status]}
      </span>
    </div>
  `;
}

function button(label: string, onClick: () => void) {
  return html`<button part="button" @click=${onClick}>${label}</button>`;
}
