/**
 * The terminal on the first serial port: xterm.js, in a file of its own that is loaded when the terminal is shown.
 *
 * xterm.js puts its colours and sizes into `<style>` elements, which a strict Content-Security-Policy ignores. A style sheet
 * that a script constructs is not subject to it, so the text of ignored elements goes into such sheets.
 */

import { Terminal } from '@xterm/xterm';
import terminalStyles from '@xterm/xterm/css/xterm.css?inline';

const ROWS = 10;

/** A terminal in its place. */
export interface SerialPanel {
  /** Output of the guest. */
  write(bytes: Uint8Array): void;
  clear(): void;
  dispose(): void;
}

/** Opens a terminal in `place`, inside of a shadow tree. @param onInput told what is typed */
export function openSerialPanel(place: HTMLElement, onInput: (text: string) => void): SerialPanel {
  const root = place.getRootNode() as ShadowRoot;
  const ownSheet = new CSSStyleSheet();
  ownSheet.replaceSync(terminalStyles);
  const sheets = [ownSheet];
  const adopt = () => {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet)), ...sheets];
  };
  adopt();

  const terminal = new Terminal({ rows: ROWS, convertEol: true, fontSize: 13, screenReaderMode: true });
  const replacements = new Map<HTMLStyleElement, CSSStyleSheet>();
  const replaceIgnored = () => {
    for (const style of place.querySelectorAll('style')) {
      if (style.sheet?.cssRules.length) continue;
      let sheet = replacements.get(style);
      if (!sheet) {
        sheet = new CSSStyleSheet();
        replacements.set(style, sheet);
        sheets.push(sheet);
      }
      sheet.replaceSync(style.textContent ?? '');
    }
    adopt();
  };
  const observer = new MutationObserver(replaceIgnored);
  observer.observe(place, { childList: true, subtree: true, characterData: true });
  terminal.open(place);
  replaceIgnored();
  terminal.onData(onInput);
  terminal.attachCustomKeyEventHandler((event) => !isTabOut(event));

  return {
    write: (bytes) => terminal.write(bytes),
    clear: () => terminal.reset(),
    dispose: () => {
      observer.disconnect();
      terminal.dispose();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
    },
  };
}

/** Tab leads on through the page, so that nobody is trapped; Ctrl+I sends it. */
function isTabOut({ key }: KeyboardEvent): boolean {
  return key === 'Tab';
}
