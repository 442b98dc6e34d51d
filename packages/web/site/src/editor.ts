/** The editor, a chunk of its own: a text area with colours (prism-code-editor), which screen readers know how to use. */

import { createEditor as createPrismEditor } from 'prism-code-editor';
import { editHistory, editorCommands, insertLineAndIndent, toggleComment } from 'prism-code-editor/commands';
import { setSelection } from 'prism-code-editor/utils';
import 'prism-code-editor/languages/clike';
import 'prism-code-editor/prism/languages/nasm';
import 'prism-code-editor/prism/languages/typescript';
import 'prism-code-editor/layout.css';
import 'prism-code-editor/themes/github-dark.css';

/** An editor for one file at a time. */
export interface Editor {
  readonly text: string;
  show(name: string, text: string): void;
  /** Puts the cursor at an offset and brings it into view. */
  reveal(offset: number): void;
}

/** @param onChange called with every change by the user */
export function createEditor(container: HTMLElement, onChange: (text: string) => void): Editor {
  const history = editHistory();
  const editor = createPrismEditor(
    container,
    { language: 'typescript', value: '', tabSize: 2, insertSpaces: true, wordWrap: false },
    // No command takes Tab, which is the way out of the editor.
    editorCommands({ Enter: (target) => insertLineAndIndent(target), 'Mod+/': (target) => toggleComment(target) }),
    history,
  );
  editor.textarea.setAttribute('aria-label', 'Source text');
  let isShowing = false;
  editor.on('update', (text) => {
    if (!isShowing) onChange(text);
  });
  return {
    get text() {
      return editor.value;
    },
    show(name, text) {
      isShowing = true;
      editor.setOptions({ value: text, language: name.endsWith('.asm') ? 'nasm' : 'typescript' });
      isShowing = false;
      history.clear();
    },
    reveal(offset) {
      editor.textarea.focus();
      setSelection(editor, offset);
      const line = editor.value.slice(0, offset).split('\n').length;
      editor.lines[line]?.scrollIntoView({ block: 'center' });
    },
  };
}
