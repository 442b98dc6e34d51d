/** What the measurements of memory share: how garbage is collected, how memory is printed. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage; what one turn of the event loop has finished with can go in the next one. */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Bytes as text in MiB, aligned to the right. */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB`;
