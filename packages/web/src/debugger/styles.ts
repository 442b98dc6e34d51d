/** Looks of the debugger's panel. Colours come from custom properties of the page, where it has them. */

import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    margin: 1rem 0;
    padding: 0.75rem;
    border: 1px solid var(--line, #3a404b);
    border-radius: 4px;
    background: var(--ground, #14161a);
    color: var(--text, #dfe3ea);
    font: 0.85rem / 1.45 ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
    margin-bottom: 0.5rem;
  }
  .bar form {
    display: flex;
    gap: 0.5rem;
  }
  button,
  input {
    padding: 0.25em 0.6em;
    border: 1px solid var(--line, #3a404b);
    border-radius: 4px;
    background: var(--raised, #1d2026);
    color: inherit;
    font: inherit;
  }
  button:not(:disabled) {
    cursor: pointer;
  }
  button:disabled {
    opacity: 0.6;
  }
  :focus-visible {
    outline: 2px solid var(--accent, #7cc4ff);
    outline-offset: 1px;
  }
  .panes {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr));
    gap: 0.75rem;
  }
  .pane {
    min-width: 0;
    max-height: 28rem;
    padding: 0.5rem;
    overflow: auto;
    border: 1px solid var(--line, #3a404b);
    border-radius: 4px;
  }
  /* A row of memory is too long for half of the width. */
  .wide {
    grid-column: 1 / -1;
  }
  h2,
  h3 {
    margin: 0 0 0.3rem;
    font-size: 1em;
  }
  * + h3,
  * + table:has(> caption) {
    margin-top: 0.6rem;
  }
  table {
    border-collapse: collapse;
  }
  caption {
    text-align: left;
    font-weight: bold;
  }
  th,
  td {
    padding: 0 0.6em 0 0;
    text-align: left;
    font-weight: normal;
    vertical-align: top;
    white-space: nowrap;
  }
  .registers {
    display: inline-table;
    margin-right: 1.5rem;
    vertical-align: top;
  }
  .registers th,
  .quiet,
  .bytes,
  .source,
  small {
    color: var(--quiet, #a7afbd);
  }
  .registers td {
    white-space: normal;
  }
  mark {
    background: #5a4a00;
    color: #ffe9a8;
  }
  .symbol th {
    padding-top: 0.4em;
    color: var(--accent, #7cc4ff);
  }
  .current {
    background: #23415c;
  }
  .dot {
    width: 1.1em;
    height: 1.1em;
    padding: 0;
    border-radius: 50%;
    background: none;
  }
  .current .dot {
    border-color: currentColor;
  }
  .dot[aria-pressed='true'] {
    border-color: #ff7b7b;
    background: #d33;
  }
  ul,
  ol {
    margin: 0;
    padding-left: 1.4rem;
  }
  details ul {
    list-style: none;
  }
  details.table {
    display: inline-block;
    vertical-align: top;
  }
  summary {
    cursor: pointer;
  }
  pre {
    margin: 0.5rem 0;
    overflow: auto;
    font: inherit;
  }
  .bad,
  [role='alert'] {
    color: var(--bad, #ff9c9c);
  }
  .chain {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 2rem;
    margin: 0.5rem 0;
    padding: 0;
    list-style: none;
  }
  .chain li {
    position: relative;
    max-width: 22rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--bad, #ff9c9c);
    border-radius: 4px;
  }
  .chain li + li::before {
    position: absolute;
    top: 0.5rem;
    left: -1.6rem;
    content: '→' / '';
    color: var(--bad, #ff9c9c);
  }
  .chain .shutdown {
    align-self: start;
    background: #400;
  }
`;
