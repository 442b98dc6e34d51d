// `npm run exercise 04`: builds the emulator if need be, then builds, boots and checks the reader's file of an exercise.
import { register } from 'tsx/esm/api';
import { build } from './build.mjs';

await build('longmode#build:wasm');
register();
await import('../tests/exercises/main.ts');
