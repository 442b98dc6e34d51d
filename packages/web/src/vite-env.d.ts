/// <reference types="vite/client" />

// Vite's `?url` imports of package exports: the URL of the file.
declare module '*.elf?url' {
  const url: string;
  export default url;
}

declare module '*.wasm?url' {
  const url: string;
  export default url;
}

declare module '*.wasm?url&inline' {
  const dataUrl: string;
  export default dataUrl;
}
