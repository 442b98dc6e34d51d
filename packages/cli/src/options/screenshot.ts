/** The value of `--screenshot`: a path whose extension names the format. */

/** @throws Error of one line */
export function parseScreenshotPath(text: string): string {
  if (/[^/\\]\.(txt|ans|svg)$/i.test(text)) return text;
  const found = text === '' ? 'nothing' : `"${text}"`;
  throw new Error(`expected a file that ends in .txt, .ans or .svg, found ${found}`);
}
