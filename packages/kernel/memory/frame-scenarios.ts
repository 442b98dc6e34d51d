// What can be tried with frames on the command line.
import { println } from '../library/print';
import { FRAMES } from './kernel-frames';

/** Gives a frame back and asks for one: the same comes again. @throws in the faithful mode, which cannot free */
export function freeFrame(): void {
  const frame = FRAMES.allocateFrame();
  if (frame === null) throw new Error('no frames available');
  const number = frame.number;
  FRAMES.deallocateFrame(frame);
  const again = FRAMES.allocateFrame();
  println(`a frame given back comes again: ${again !== null && again.number === number}`);
}
