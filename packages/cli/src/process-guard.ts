/**
 * What holds for the whole process, set up by importing this module: an error that nobody caught ends it with one
 * block of text and exit code 70, and a reader that goes away (`longmode ... | head -1`) ends it quietly.
 */
import { formatProblem } from './errors.ts';
import { ExitCode } from './exit-codes.ts';

/** 128 + SIGPIPE: what a shell reports of a program that wrote into a closed pipe. */
const brokenPipeExitCode = 141;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EIO: the terminal has been closed.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    process.exit(process.exitCode ?? brokenPipeExitCode);
  });
}

process.on('uncaughtException', (error: Error) => {
  const detail = process.env.LONGMODE_DEBUG ? `${error.stack}\n` : '';
  // The `exit` handlers that are there already give the terminal back first, so that the message is seen.
  process.once('exit', () => process.stderr.write(detail + formatProblem(`internal error: ${error.message}`)));
  process.exit(ExitCode.software);
});
