/** The one function of the WebAssembly JavaScript API used here; TypeScript has its types only with the DOM's. */
declare namespace WebAssembly {
  function compile(bytes: Uint8Array): Promise<object>;
}
