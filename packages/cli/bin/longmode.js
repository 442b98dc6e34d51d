#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/longmode.js', import.meta.url))) {
  await import('../dist/longmode.js');
} else {
  process.stderr.write('longmode: packages/cli/dist/longmode.js has not been built\n  run: npm run build\n');
  process.exitCode = 70;
}
