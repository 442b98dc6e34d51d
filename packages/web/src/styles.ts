/** Looks of the element. The text mirror lies over the canvas with transparent letters, to be selected and found. */

import { css, unsafeCSS } from 'lit';
import { PALETTE_PROPERTIES } from './theme.ts';
import { themeRules } from './themes.ts';

/** A transition of no length tells of every change of the palette, whatever part of the page makes it. */
const paletteTransition = unsafeCSS(PALETTE_PROPERTIES.map((name) => `${name} 1ms allow-discrete`).join(', '));

export const styles = css`
  :host {
    display: block;
    max-width: 1440px;
    background: var(--lm-palette-0, #000);
    color: var(--lm-palette-7, #aaa);
    font-family: var(--lm-font, ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace);
    transition: ${paletteTransition};
  }
  :host([hidden]) {
    display: none;
  }
  :host(:fullscreen) {
    display: flex;
    flex-direction: column;
    justify-content: center;
    max-width: none;
  }
  ${unsafeCSS(themeRules)}
  .screen {
    position: relative;
    container-type: size;
    box-sizing: border-box;
    /* Without --lm-scale this is no value, and the screen is as wide as the element. */
    width: calc(var(--columns, 80) * 9px * var(--lm-scale));
    max-width: 100%;
    aspect-ratio: var(--lm-aspect, calc(var(--columns, 80) * 9) / calc(var(--rows, 25) * 16));
    overflow: hidden;
  }
  :host(:fullscreen) .screen {
    max-height: 100vh;
    margin: auto;
    width: min(100vw, calc(100vh * var(--columns, 80) * 9 / var(--rows, 25) / 16));
  }
  .screen:has(.field:focus) {
    outline: 2px solid #4c9ffe;
    outline-offset: 2px;
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    image-rendering: pixelated;
  }
  /* Between whole multiples, equal pixels of the guest would be of unequal size. */
  canvas.smooth {
    image-rendering: auto;
  }
  .text,
  ::slotted([slot='poster']) {
    position: absolute;
    inset: 0;
    margin: 0;
    font-family: inherit;
    line-height: calc(100cqh / var(--rows, 25));
    font-size: calc(100cqh / var(--rows, 25) * 0.8);
    letter-spacing: calc(100cqw / var(--columns, 80) - 1ch);
    white-space: pre;
    font-variant-ligatures: none;
    overflow: hidden;
  }
  .text {
    color: transparent;
    cursor: text;
  }
  .text > div {
    height: calc(100cqh / var(--rows, 25));
    overflow: hidden;
  }
  .text ::selection {
    color: var(--lm-palette-0, #000);
    background: var(--lm-palette-7, #aaa);
  }
  img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  .field {
    position: absolute;
    left: 0;
    bottom: 0;
    width: 1px;
    height: 1px;
    padding: 0;
    border: 0;
    opacity: 0;
    /* Smaller text makes phones zoom in. */
    font-size: 16px;
    pointer-events: none;
  }
  .announcer,
  .hint {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: pre;
  }
  .overlay {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .overlay ::slotted(*) {
    pointer-events: auto;
  }
  progress {
    position: absolute;
    inset: auto 0 0;
    width: 100%;
    height: 4px;
    accent-color: currentColor;
    /* What is quick shows no bar. */
    animation: appear 0s 300ms backwards;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
  button {
    padding: 0.25em 0.75em;
    border: 1px solid currentColor;
    background: var(--lm-palette-0, #000);
    color: var(--lm-palette-15, #fff);
    font: inherit;
    cursor: pointer;
  }
  button:focus-visible,
  pre:focus-visible {
    outline: 2px solid #4c9ffe;
    outline-offset: 1px;
  }
  button[aria-pressed='true'] {
    background: var(--lm-palette-15, #fff);
    color: var(--lm-palette-0, #000);
  }
  .start {
    position: absolute;
    inset: 0;
    margin: auto;
    width: fit-content;
    height: fit-content;
    padding: 0.5em 1.5em;
  }
  .toolbar,
  .keys {
    display: flex;
    gap: 0.25em;
    align-items: center;
    padding: 0.25em;
    font-size: 0.875rem;
  }
  .toolbar {
    flex-wrap: wrap;
  }
  .keys {
    overflow-x: auto;
  }
  .keys button {
    flex: none;
    min-width: 2.5em;
    min-height: 2.25em;
  }
  .status {
    margin-inline-start: auto;
    padding-inline: 0.5em;
  }
  .serial {
    border-top: 1px solid #555;
    padding: 4px;
    background: #000;
    color: #ddd;
    height: 12em;
    overflow: hidden;
  }
  .failure,
  .report {
    margin: 0;
    padding: 1em;
    border-top: 1px solid #f55;
    background: #200;
    color: #fcc;
  }
  .failure p {
    margin: 0;
  }
  .failure p + p {
    margin-top: 0.5em;
    color: #fff;
  }
  .report {
    max-height: 30em;
    overflow: auto;
    font: inherit;
    font-size: 0.8em;
  }
  @media (forced-colors: active) {
    canvas {
      visibility: hidden;
    }
    .text {
      color: CanvasText;
    }
  }
`;
