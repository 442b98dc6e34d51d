/**
 * `<long-mode>`: a PC in one tag. The element fetches a kernel, boots it on a machine in a worker and shows its screen;
 * what happens to the guest are events, what goes wrong is shown in the element together with its remedy. It holds
 * only what a page sees; loading is `session.ts`, the machine `worker.ts`.
 *
 * Importing this file defines nothing and touches no document, so it is safe on a server; `element.ts` defines the tag.
 */

import type { Engine, FinalEnd } from '@longmode/machine';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { attachMessage, type DebuggerHost } from './debugger/host.ts';
import { ENGINES } from './engines.ts';
import { type Failure, LongModeError } from './failure.ts';
import type { WorkerMessage } from './protocol.ts';
import { Session } from './session.ts';
import { styles } from './styles.ts';
import { TextMirror } from './text-mirror.ts';

/** Events of the element; all bubble and cross shadow roots. */
export interface LongModeEvents {
  /** The guest stands at its entry point and starts to run. */
  booted: CustomEvent<{ readonly warnings: readonly string[] }>;
  /** Rows of the screen look different; at most once per frame of the display. */
  screenchange: CustomEvent<{ readonly rows: readonly number[] }>;
  /** The guest sent bytes through a serial port (1 for COM1). */
  serial: CustomEvent<{ readonly port: 1 | 2 | 3 | 4; readonly bytes: Uint8Array }>;
  /** The guest halted for good. */
  halted: CustomEvent<Extract<FinalEnd, { kind: 'halted' }>>;
  /** The processor shut down; the detail holds the post mortem. */
  triplefault: CustomEvent<Extract<FinalEnd, { kind: 'triple-fault' }>>;
  /** The guest left through the debug exit port, or reset the machine. */
  exit: CustomEvent<Extract<FinalEnd, { kind: 'exit' | 'reset' }>>;
  /** The kernel could not be booted, or used something that the machine does not have. */
  error: CustomEvent<Failure>;
}

/** Waits of `boot()`. */
interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What decides whether, when and what is booted. */
const BOOT_PROPERTIES = ['src', 'cmdline', 'memory', 'engine', 'autostart', 'loading'] as const;

/** The element's own events for `addEventListener`, beside those of every element. */
export interface LongModeElement {
  addEventListener<E extends keyof LongModeEvents>(
    type: E,
    listener: (this: LongModeElement, event: LongModeEvents[E]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the merged methods are inherited, only their types are narrower
export class LongModeElement extends LitElement {
  static override styles = styles;
  static override properties = {
    src: { reflect: true },
    cmdline: {},
    memory: {},
    loading: { reflect: true },
    autostart: { type: Boolean },
    engine: {},
    label: {},
    running: { type: Boolean, reflect: true },
    canvas: { state: true },
    failure: { state: true },
    report: { state: true },
  };

  /** URL of the kernel: ELF32 or ELF64 with a Multiboot header. */
  declare src: string | null | undefined;
  /** The kernel's command line. */
  declare cmdline: string | null | undefined;
  /** Guest RAM, such as `64M`. Default 128 MiB. */
  declare memory: string | null | undefined;
  /** With `autostart`: boot at once, or when the element comes near the visible part of the page. Default `eager`. */
  declare loading: 'lazy' | 'eager';
  /** Boot without being asked; otherwise the element shows a start button. */
  declare autostart: boolean;
  /** Which build of the core runs the guest: `interpreter` (Wasm, the default) or `js`. */
  declare engine: Engine;
  /** Name of the machine for screen readers. */
  declare label: string | null | undefined;
  /** Whether the guest runs. Read only. */
  declare running: boolean;

  declare protected canvas: HTMLCanvasElement | undefined;
  declare protected failure: Failure | undefined;
  /** The post mortem as text. */
  declare protected report: string | undefined;

  #session: Session | undefined;
  /** What the present machine, or the present failure, was booted with. */
  #attempt: string | undefined;
  #pending: Pending | undefined;
  #mirror: TextMirror | undefined;
  #visibility: IntersectionObserver | undefined;
  #debuggerHost: DebuggerHost | undefined;
  readonly #onSelectionChange = () => this.#showSelection();

  constructor() {
    super();
    this.loading = 'eager';
    this.autostart = false;
    this.engine = 'interpreter';
    this.running = false;
  }

  /** The lines of the screen without trailing spaces, joined by newlines; empty before the first picture. */
  get screenText(): string {
    return this.#mirror?.lines().join('\n') ?? '';
  }

  /** A debugger's panel that is given the present machine and every later one. */
  get debuggerHost(): DebuggerHost | undefined {
    return this.#debuggerHost;
  }

  set debuggerHost(host: DebuggerHost | undefined) {
    this.#debuggerHost = host;
    if (host) this.#session?.attach(attachMessage(host));
  }

  /**
   * Boots the kernel of `src`, from the start if it has been booted before. Resolves when the guest starts to run.
   * @throws LongModeError (as rejection) if it cannot be booted; the element shows it as well
   */
  boot(): Promise<void> {
    this.#stop();
    this.#attempt = this.#bootKey();
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      if (!this.src) {
        this.#fail({
          code: 'src-missing',
          message: 'there is nothing to boot',
          remedy: 'Set the src attribute to the URL of a kernel.',
        });
      } else if (!ENGINES.includes(this.engine)) {
        this.#fail({
          code: 'engine-unknown',
          message: `unknown engine ${JSON.stringify(this.engine)}`,
          remedy: `Set the engine attribute to one of: ${ENGINES.join(', ')}.`,
        });
      } else {
        this.#start(this.src);
      }
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('selectionchange', this.#onSelectionChange);
    if (this.hasUpdated && this.#attempt === undefined) this.#autostart();
  }

  /** A removed element lets go of its machine; one that is only moved keeps it. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (this.isConnected) return;
      document.removeEventListener('selectionchange', this.#onSelectionChange);
      this.#stop();
    });
  }

  /** Tells the browser that `moveBefore` needs no removal and insertion. */
  connectedMoveCallback(): void {}

  /** A machine keeps the attributes that it was booted with; when one of them changes, that machine is gone. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!BOOT_PROPERTIES.some((name) => changed.has(name)) || this.#attempt === this.#bootKey()) return;
    this.#stop();
    this.#autostart();
  }

  protected override render() {
    this.#mirror ??= new TextMirror();
    return html`
      <div class="screen" part="screen" role="group" aria-label=${this.label ?? 'Screen of a virtual PC'}>
        ${this.#mirror.element} ${this.canvas ?? nothing}
        ${
          this.canvas || this.failure
            ? nothing
            : html`<button part="button" @click=${this.#onStartClick}>Start</button>`
        }
      </div>
      ${
        this.failure
          ? html`<div class="failure" part="error" role="alert">
              <p>${sentence(this.failure.message)}</p>
              <p>${this.failure.remedy}</p>
            </div>`
          : nothing
      }
      ${this.report === undefined ? nothing : html`<pre part="fault" role="alert" tabindex="0">${this.report}</pre>`}
    `;
  }

  #onStartClick(): void {
    void this.boot().catch(alreadyShown);
  }

  /** Boots if the attributes ask for it: at once, or when the element comes into view. */
  #autostart(): void {
    this.#visibility?.disconnect();
    this.#visibility = undefined;
    if (!this.autostart || !this.isConnected || !this.src) return;
    if (this.loading !== 'lazy') {
      void this.boot().catch(alreadyShown);
      return;
    }
    this.#visibility = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void this.boot().catch(alreadyShown);
      },
      { rootMargin: '200px' },
    );
    this.#visibility.observe(this);
  }

  #bootKey(): string {
    return JSON.stringify([this.src, this.cmdline, this.memory, this.engine]);
  }

  #start(src: string): void {
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.#session = new Session({
      src: new URL(src, this.baseURI).href,
      cmdline: this.cmdline ?? '',
      memory: this.memory ?? undefined,
      engine: this.engine,
      canvas: this.canvas,
      blink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      onMessage: (message) => this.#receive(message),
    });
    if (this.#debuggerHost) this.#session.attach(attachMessage(this.#debuggerHost));
  }

  /** Back to the state before the first boot. */
  #stop(): void {
    this.#visibility?.disconnect();
    this.#visibility = undefined;
    this.#session?.close();
    this.#session = undefined;
    this.#attempt = undefined;
    this.#mirror?.clear();
    this.canvas = undefined;
    this.failure = undefined;
    this.report = undefined;
    this.running = false;
    this.#pending?.reject(
      new LongModeError({ code: 'stopped', message: 'the machine was stopped before it had booted', remedy: '' }),
    );
    this.#pending = undefined;
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'booted':
        this.running = true;
        this.#pending?.resolve();
        this.#pending = undefined;
        this.#emit('booted', { warnings: message.warnings });
        break;
      case 'screen':
        this.#mirror?.update(message.rows, message.changed);
        this.style.setProperty('--columns', String(message.columns));
        this.style.setProperty('--rows', String(message.rows));
        this.#emit('screenchange', { rows: message.changed.map(({ row }) => row) });
        break;
      case 'serial':
        this.#emit('serial', { port: message.port, bytes: message.bytes });
        break;
      case 'ended':
        this.running = false;
        this.report = message.report;
        this.#tellEnd(message.end);
        break;
      case 'failed':
        this.#fail(message.failure);
        break;
      default:
        message satisfies never;
    }
  }

  #tellEnd(end: FinalEnd): void {
    switch (end.kind) {
      case 'halted':
        this.#emit('halted', end);
        break;
      case 'triple-fault':
        this.#emit('triplefault', end);
        break;
      case 'exit':
      case 'reset':
        this.#emit('exit', end);
        break;
      case 'unimplemented':
        // The report is on the screen already and names instruction and place.
        this.#emit('error', {
          code: 'unimplemented',
          message: end.report.title,
          remedy: 'Please report this instruction together with the kernel file.',
        });
        break;
      default:
        end satisfies never;
    }
  }

  #fail(failure: Failure): void {
    this.#session?.close();
    this.#session = undefined;
    this.canvas = undefined;
    this.#mirror?.clear();
    this.running = false;
    this.failure = failure;
    this.#pending?.reject(new LongModeError(failure));
    this.#pending = undefined;
    this.#emit('error', failure);
  }

  #emit<E extends keyof LongModeEvents>(type: E, detail: LongModeEvents[E]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** While text is selected the mirror shows instead of the canvas, so that the selection can be seen. */
  #showSelection(): void {
    const mirror = this.#mirror?.element;
    const root = this.shadowRoot;
    if (!mirror || !root) return;
    const [range] = document.getSelection()?.getComposedRanges?.({ shadowRoots: [root] }) ?? [];
    const isInside = range !== undefined && !range.collapsed && mirror.contains(range.startContainer);
    mirror.classList.toggle('selected', isInside);
  }
}

/** `boot()` rejects with what the element shows anyway. */
function alreadyShown(): void {}

/** Messages begin small, so that they can stand behind a colon; on their own they are sentences. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`;
}
