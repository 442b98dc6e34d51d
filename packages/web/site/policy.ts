/**
 * The Content-Security-Policy that the site works with: nothing comes from elsewhere. A host may send it as a header for
 * every file; the pages carry it too. Compiled kernels are blobs; asc brings a few bytes of Wasm as a `data:` URL that it
 * fetches; the text of a screen has its colours as inline styles.
 */
export const SITE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "connect-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
].join('; ');
