/** As much of the frameworks' own types as ours extend, in the same shape. */

declare module 'react' {
  interface HTMLAttributes<T> {
    id?: string | undefined;
    className?: string | undefined;
    onProgress?: ((event: { readonly currentTarget: T }) => void) | undefined;
  }
  type DetailedHTMLProps<E extends HTMLAttributes<T>, T> = E & { ref?: ((instance: T | null) => void) | undefined };
  namespace JSX {
    interface IntrinsicElements {
      div: DetailedHTMLProps<HTMLAttributes<HTMLDivElement>, HTMLDivElement>;
    }
  }
}

declare module 'vue' {
  interface DefineComponent<Props> {
    new (): { $props: Props };
  }
  interface GlobalComponents {}
}

declare module 'svelte/elements' {
  interface HTMLAttributes<T extends EventTarget> {
    id?: string | undefined;
    onerror?: ((event: Event & { currentTarget: T }) => void) | undefined;
  }
  interface SvelteHTMLElements {
    div: HTMLAttributes<HTMLDivElement>;
  }
}
