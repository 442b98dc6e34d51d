/**
 * iced-x86 for browsers: the package has a build for Node alone, CommonJS that reads its Wasm from a file as it is
 * loaded. This plugin makes a module of it, with the library as `iced`, whose Wasm is given by the caller of `initialize`.
 */

import type { Plugin } from 'vite';

const HEAD = 'const { TextDecoder, TextEncoder } = require(`util`);';
const TAIL = "const path = require('path')";

export function icedForBrowsers(): Plugin {
  return {
    name: 'iced-for-browsers',
    enforce: 'pre',
    transform(code, id) {
      if (!/[\\/]iced_x86\.js(\?|$)/.test(id)) return undefined;
      const tail = code.indexOf(TAIL);
      if (!code.includes(HEAD) || tail < 0) throw new Error(`${id} is not the iced-x86 that this plugin knows`);
      return {
        code: [
          'const module = { exports: {} };',
          code.slice(0, tail).replace(HEAD, ''),
          'export async function initialize(compiled) {',
          '  wasm = (await WebAssembly.instantiate(compiled, imports)).exports;',
          '}',
          'export const iced = module.exports;',
        ].join('\n'),
        map: null,
      };
    },
  };
}
