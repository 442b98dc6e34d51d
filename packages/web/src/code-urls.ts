/**
 * Where the parts lie that the element loads: beside its own script, in the sources during development, in `dist`
 * after the build. Vite turns these imports into URLs relative to the script that asks.
 */

export { default as coreTwinUrl } from '@longmode/cpu-wasm/core.js?url';
export { default as coreWasmUrl } from '@longmode/cpu-wasm/core.wasm?url';
export { default as workerUrl } from './worker.ts?worker&url';
