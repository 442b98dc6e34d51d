/** Standard input as the far end of a serial line: bytes as they come, and whether there will be more. */

/** One stream, for one machine after the other. */
export class StandardInput {
  private readonly stream: NodeJS.ReadStream;
  private receive: (bytes: Uint8Array) => void = () => {};
  private wake: () => void = () => {};
  private isConnected = false;
  private hasEnded = false;
  private received = 0;
  private told = 0;

  constructor(stream: NodeJS.ReadStream) {
    this.stream = stream;
  }

  /** Where bytes go from now on. The stream is not read before. */
  connect(receive: (bytes: Uint8Array) => void): void {
    if (!this.isConnected) {
      this.isConnected = true;
      this.stream.on('data', this.onData);
      this.stream.on('end', this.onEnd);
    }
    this.receive = receive;
  }

  /** Waits for bytes that came after the last call. @returns false at the end of the stream; true when `signal` fires, so that the run ends by it */
  async more(signal: AbortSignal): Promise<boolean> {
    while (this.received === this.told && !this.hasEnded && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const isMore = this.received > this.told || signal.aborted;
    this.told = this.received;
    return isMore;
  }

  /** Lets the process end although the stream is open. */
  close(): void {
    this.stream.off('data', this.onData);
    this.stream.off('end', this.onEnd);
    this.stream.pause().unref?.();
  }

  private readonly onData = (bytes: Uint8Array): void => {
    this.received += bytes.length;
    this.receive(bytes);
    this.wake();
  };

  private readonly onEnd = (): void => {
    this.hasEnded = true;
    this.wake();
  };
}
