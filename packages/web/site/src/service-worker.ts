/**
 * Keeps what a visit has loaded, so that the site works without a network afterwards. Files under `assets/` have a hash of
 * their content in their names and never change: they come from the cache. Pages come from the network, and from the
 * cache without one.
 */

/** The part of the worker's global scope that is used; the library of types for pages does not have it. */
interface ServiceWorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'message', listener: (event: ExtendableEvent & { readonly data: unknown }) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as ServiceWorkerScope;
const CACHE = 'longmode-site';

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

// What the page had loaded before this worker was there.
scope.addEventListener('message', (event) => {
  if (Array.isArray(event.data)) event.waitUntil(keepAll(event.data.map(String).filter(isOurs)));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !isOurs(request.url)) return;
  event.respondWith(isImmutable(request.url) ? fromCacheFirst(request) : fromNetworkFirst(request));
});

function isOurs(url: string): boolean {
  return new URL(url).origin === scope.location.origin;
}

function isImmutable(url: string): boolean {
  return new URL(url).pathname.includes('/assets/');
}

async function keepAll(urls: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  const missing = await Promise.all(urls.map(async (url) => ((await cache.match(url)) ? [] : [url])));
  await Promise.all(missing.flat().map((url) => cache.add(url).catch(() => {})));
}

async function fromCacheFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url)) ?? keep(cache, request, await fetch(request));
}

async function fromNetworkFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    return keep(cache, request, await fetch(request));
  } catch (error) {
    const kept = await cache.match(request.url, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

function keep(cache: Cache, request: Request, response: Response): Response {
  if (response.ok && response.type === 'basic') void cache.put(request.url, response.clone()).catch(() => {});
  return response;
}
