/**
 * The executable: runs the command line tool on this process and leaves with its exit code, after standard output has
 * taken everything. A reader that goes away (`longmode ... | head -1`) ends the process quietly.
 */
import { runCli } from './cli.ts';
import { formatProblem } from './errors.ts';
import { ExitCode } from './exit-codes.ts';
import { processHost } from './host.ts';

/** 128 + SIGPIPE, what a shell reports of a program that wrote into a closed pipe. */
const brokenPipeExitCode = 141;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? brokenPipeExitCode);
  });
}

process.on('uncaughtException', (error: Error) => {
  const detail = process.env.LONGMODE_DEBUG ? `${error.stack}\n` : '';
  process.exitCode = ExitCode.software;
  // `exit` handlers give the terminal back first, so that the message is seen.
  process.once('exit', () => process.stderr.write(detail + formatProblem(`internal error: ${error.message}`)));
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), processHost);
