/**
 * The executable: runs the command line tool on this process. The process ends by itself, with the tool's exit code,
 * when standard output has taken everything.
 */
import './process-guard.ts';
import { runCli } from './cli.ts';
import { processHost } from './host.ts';

void runCli(process.argv.slice(2), processHost).then((exitCode) => {
  process.exitCode = exitCode;
});
