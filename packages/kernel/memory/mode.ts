// The word `faithful` on the command line: the kernel then does what the book's does, to the frame and the flag, its
// known weaknesses included (README, "Faithful and fixed").
import { hasWord } from '../library/command-line';

/** 0 = not asked yet, 1 = no, 2 = yes. */
let answer: u32 = 0;

/** Whether the kernel follows the book where the book has bugs. Needs `BootInformation.read`. */
export function isFaithful(): bool {
  if (answer === 0) answer = hasWord('faithful') ? 2 : 1;
  return answer === 2;
}
