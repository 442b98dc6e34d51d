// Words on the kernel's command line: the switches of a kernel that has no other input yet.
import { BootInformation } from './boot-information';
import { print, printByte } from './print';

const SPACE: u32 = 0x20;

/** Whether `word` is one of the blank-separated words of the command line. `word` is ASCII. */
export function hasWord(word: string): bool {
  let at = BootInformation.commandLine();
  if (at === 0) return false;
  while (load<u8>(at) !== 0) {
    while (load<u8>(at) === SPACE) at++;
    let matched = 0;
    while (matched < word.length && load<u8>(at + matched) === word.charCodeAt(matched)) matched++;
    const next = load<u8>(at + matched);
    if (matched === word.length && (next === SPACE || next === 0)) return true;
    while (load<u8>(at) !== SPACE && load<u8>(at) !== 0) at++;
  }
  return false;
}

/** Prints a zero-terminated text of the loader, or `(none)` if `address` is 0. */
export function printLoaderText(address: usize): void {
  if (address === 0) {
    print('(none)');
    return;
  }
  for (; load<u8>(address) !== 0; address++) printByte(load<u8>(address));
}
