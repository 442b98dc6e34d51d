/** Starts the service worker of the built site, where the host allows one, and hands it what this visit loads. */

/** Does nothing in development, where nothing should be kept. */
export async function keepForOffline(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  try {
    const url = new URL(/* @vite-ignore */ '../service-worker.js', import.meta.url);
    await navigator.serviceWorker.register(url, { type: 'module' });
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage([location.href.replace(/#.*/, '')]);
    new PerformanceObserver((list) => active?.postMessage(list.getEntries().map(({ name }) => name))).observe({
      type: 'resource',
      buffered: true,
    });
  } catch (error) {
    console.info('The site is not kept for visits without a network:', error);
  }
}
