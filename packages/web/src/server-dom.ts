/**
 * What lit needs of a document where there is none, so that importing the element on a server does no harm. The build
 * puts it in the place of lit's own stand-in, which can do far more and is as large as the element.
 */

export const HTMLElement = globalThis.HTMLElement ?? class {};
export const CSSStyleSheet = globalThis.CSSStyleSheet ?? class {};
export const customElements = globalThis.customElements ?? { get: () => undefined, define: () => {} };
