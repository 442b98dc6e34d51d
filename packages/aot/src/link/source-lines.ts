/** asc's source map: module offset to file, line, column. */
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { CompileError } from '../errors.ts';
import type { SourcePosition } from '../image.ts';

export class SourceLines {
  private readonly offsets: number[] = [];
  private readonly positions: SourcePosition[] = [];

  /** @throws CompileError if the text is not a source map */
  constructor(sourceMap: string | undefined) {
    if (sourceMap === undefined) return;
    try {
      const map = new TraceMap(sourceMap);
      // A module is one line; columns are byte offsets (the convention of WebAssembly tools).
      for (const [offset, source, line, column] of decodedMappings(map)[0] ?? []) {
        if (source === undefined || line === undefined || column === undefined) continue;
        this.offsets.push(offset);
        this.positions.push({ file: map.sources[source] ?? '?', line: line + 1, column: column + 1 });
      }
    } catch (error) {
      throw new CompileError('source', `the source map cannot be read: ${(error as Error).message}`);
    }
  }

  /** Position of the code at a module offset: the last mapping at or before it, but not before `notBefore`. */
  at(offset: number, notBefore = 0): SourcePosition | undefined {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsets[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 || this.offsets[low - 1]! < notBefore ? undefined : this.positions[low - 1];
  }

  /** `file:line:column`, for messages. */
  describe(offset: number): string | undefined {
    const position = this.at(offset);
    return position && `${position.file}:${position.line}:${position.column}`;
  }
}
