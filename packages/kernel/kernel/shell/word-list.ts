// Lists of words and what they mean, in two columns.
import { print, println, setColor } from '../../library/print';
import { Color } from '../../library/vga-buffer';

const COLUMN: i32 = 19;

/** One line of a list: a word and what it means. */
export function showWord(word: string, meaning: string): void {
  setColor(Color.LightCyan);
  print(`  ${word.padEnd(COLUMN, ' ')}`);
  setColor(Color.LightGray);
  println(meaning);
}
