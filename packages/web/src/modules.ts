/** The files that the page hands to the kernel: `<source slot="module" src="..." args="...">` in the element. */

/** Absolute URLs and command lines, in document order. */
export function modulesOf(element: Element): { readonly src: string; readonly cmdline: string }[] {
  return [...element.querySelectorAll(':scope > source[slot=module]')].flatMap((source) => {
    const src = source.getAttribute('src');
    if (!src) return [];
    return [{ src: new URL(src, element.baseURI).href, cmdline: source.getAttribute('args') ?? fileName(src) }];
  });
}

/** By custom a module's command line starts with its name. */
function fileName(src: string): string {
  return src.split(/[?#]/)[0]?.split('/').at(-1) ?? src;
}
