/** Words of the formatters. */

/** `0x1f` */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** All sixteen digits, so that columns of addresses can be compared by eye. */
export function address64(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}

/** A power of two in the largest unit that it fills: `4 KiB`, `2 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  for (; bytes >= 1024 && bytes % 1024 === 0 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${bytes} ${units[unit]}`;
}

/** Rows as lines with aligned columns; no spaces at the ends. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
