/** Looks of the element. The canvas lies over the text mirror and lets the pointer through to it. */

import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    max-width: 1440px;
    background: #000;
    color: #aaa;
    font-family: var(--lm-font, ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace);
  }
  :host([hidden]) {
    display: none;
  }
  .screen {
    position: relative;
    container-type: size;
    aspect-ratio: var(--lm-aspect, calc(var(--columns, 80) * 9) / calc(var(--rows, 25) * 16));
    overflow: hidden;
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    image-rendering: pixelated;
    pointer-events: none;
  }
  .text {
    position: absolute;
    inset: 0;
    cursor: text;
    line-height: calc(100cqh / var(--rows, 25));
    font-size: calc(100cqh / var(--rows, 25) * 0.8);
    letter-spacing: calc(100cqw / var(--columns, 80) - 1ch);
    white-space: pre;
    font-variant-ligatures: none;
  }
  .text > div {
    height: calc(100cqh / var(--rows, 25));
    overflow: hidden;
  }
  .text.selected + canvas {
    visibility: hidden;
  }
  button {
    position: absolute;
    inset: 0;
    margin: auto;
    width: fit-content;
    height: fit-content;
    padding: 0.5em 1.5em;
    border: 1px solid currentColor;
    background: #000;
    color: #fff;
    font: inherit;
    cursor: pointer;
  }
  .failure,
  pre {
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
  pre {
    max-height: 30em;
    overflow: auto;
    font: inherit;
    font-size: 0.8em;
  }
  @media (forced-colors: active) {
    canvas {
      visibility: hidden;
    }
  }
`;
