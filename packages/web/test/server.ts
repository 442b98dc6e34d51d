/** A static host as plain as they come, except for a policy that allows no more than the element says it needs. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the README promises to be enough: no eval, no inline script or style, a worker from the script itself. */
const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  'worker-src blob:',
  "connect-src 'self'",
  "style-src 'self'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  js: 'text/javascript',
  wasm: 'application/wasm',
};

/** A server of the given files, by path. Counts who asks for what. */
export interface StaticServer {
  readonly url: string;
  readonly requests: string[];
  /** What is served; may change. */
  readonly files: Map<string, Uint8Array | string>;
  close(): Promise<void>;
}

/**
 * Serves `files`, with more headers and after a delay if asked to. A path is served under the strict policy, with
 * `?policy=...` under that one.
 */
export async function serve(
  files: Map<string, Uint8Array | string>,
  headers: Readonly<Record<string, string>> = {},
  delayMilliseconds = 0,
): Promise<StaticServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname);
    const file = files.get(pathname);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'content-length': Buffer.byteLength(file),
      'content-security-policy': searchParams.get('policy') ?? STRICT_POLICY,
      ...headers,
    });
    setTimeout(() => response.end(file), delayMilliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    files,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
