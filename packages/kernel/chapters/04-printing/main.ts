// Chapter 4: `println`. Text, numbers, booleans, colours, and what happens when a line is too long.
import { print, println, setColor } from '../../library/print';
import { Color, WRITER } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

/** The kernel: clears the screen and prints. */
export function kmain(): void {
  WRITER.clearScreen();
  println('Hello World!');
  println(`Hello! The numbers are ${answer()} and 0x${<u32>0xb8000}`);
  println(`Is ${answer()} even? ${answer() % 2 === 0}. And ${-answer()} is negative.`);

  // What an argument prints comes first: arguments are evaluated before the line begins.
  println(`outer, and ${noisyAnswer()} from inside`);

  println('Grüße'); // a text in UTF-8; the screen knows only code page 437

  for (let color = Color.Blue; color <= Color.White; color++) {
    setColor(color);
    println(`color ${color}`);
  }
  setColor(Color.Black, Color.LightGray);
  print('A line of more than eighty characters goes on in the next row, as on a teletype: here.');
  setColor(Color.LightGreen); // before the new line, which blanks its row in the current colour
  println();
  while (true) {}
}

function answer(): i32 {
  return 42;
}

function noisyAnswer(): i32 {
  println('inner');
  return answer();
}
