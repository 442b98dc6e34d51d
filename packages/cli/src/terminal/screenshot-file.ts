/** Where Ctrl-A s puts the screen. */
import { writeFileSync } from 'node:fs';

const mostFiles = 1000;

/** Saves a text under the first free name `longmode-screen-1.txt`, ... in the working directory. @returns the name */
export function saveScreen(text: string): string {
  for (let number = 1; ; number++) {
    const name = `longmode-screen-${number}.txt`;
    try {
      writeFileSync(name, text, { flag: 'wx' });
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === mostFiles) throw error;
    }
  }
}
