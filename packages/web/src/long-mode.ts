/**
 * `<long-mode>`: a PC in one tag. The element fetches a kernel, boots it on a machine in a worker and shows its screen;
 * what happens to the guest are events, what goes wrong is shown in the element together with its remedy. It holds
 * only what a page sees; loading is `session.ts`, the machine `worker.ts`, keys are `input/`.
 *
 * Importing this file defines nothing and touches no document, so it is safe on a server; `define.ts` defines the tag.
 */

import type { Address, Engine, KeyCode } from '@longmode/machine';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { Announcer } from './announcer.ts';
import { attachMessage, type DebuggerHost } from './debugger/host.ts';
import { ENGINES } from './engines.ts';
import { type EventTold, eventOfEnd, type LongModeEvents } from './events.ts';
import { type Failure, LongModeError } from './failure.ts';
import type { FetchProgress } from './fetch.ts';
import { GuestKeyboard, splitTypable } from './input/guest-keyboard.ts';
import { keyBar } from './input/key-bar.ts';
import { KeyboardCapture } from './input/keyboard-capture.ts';
import { modulesOf } from './modules.ts';
import type { Parts } from './parts.ts';
import type { RequestName, Requests } from './protocol.ts';
import { isCrispScale } from './scale.ts';
import { CELL_HEIGHT, CELL_WIDTH } from './screen/cell-size.ts';
import { TextMirror } from './screen/text-mirror.ts';
import { SerialPanelHost } from './serial/serial-panel-host.ts';
import { Session, type SessionMessage } from './session.ts';
import { styles } from './styles.ts';
import { readPalette } from './theme.ts';
import { type Status, toolbar } from './toolbar.ts';

export type { LongModeEvents } from './events.ts';

/** Waits of `boot()`. */
interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What decides whether, when and what is booted. */
const BOOT_PROPERTIES = ['src', 'cmdline', 'memory', 'cpu', 'engine', 'autostart', 'loading'] as const;

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
  /** What this build of the element brings along; set before the tag is defined. */
  static parts: Parts | undefined;

  static override styles = styles;
  static override properties = {
    src: { reflect: true },
    cmdline: {},
    memory: {},
    cpu: {},
    loading: { reflect: true },
    autostart: { type: Boolean },
    engine: {},
    label: {},
    poster: {},
    controls: { type: Boolean },
    readOnly: { type: Boolean, attribute: 'readonly' },
    keyboard: {},
    serial: {},
    theme: { reflect: true },
    workerSrc: { attribute: 'worker-src' },
    running: { type: Boolean, reflect: true },
    status: { state: true },
    canvas: { state: true },
    failure: { state: true },
    report: { state: true },
    progress: { state: true },
    areKeysShown: { state: true },
    isCaptured: { state: true },
  };

  /** URL of the kernel: ELF32 or ELF64 with a Multiboot header. */
  declare src: string | null | undefined;
  /** The kernel's command line. */
  declare cmdline: string | null | undefined;
  /** Guest RAM, such as `64M`. Default 128 MiB. */
  declare memory: string | null | undefined;
  /** Processor model, such as `x86-64-v2` or `max,-avx2`. Default `max`. */
  declare cpu: string | null | undefined;
  /** With `autostart`: boot at once, or when the element comes near the visible part of the page. Default `eager`. */
  declare loading: 'lazy' | 'eager';
  /** Boot without being asked; otherwise the element shows a start button. */
  declare autostart: boolean;
  /** Which build of the core runs the guest: `interpreter` (Wasm, the default) or `js`. */
  declare engine: Engine;
  /** Name of the machine for screen readers. */
  declare label: string | null | undefined;
  /** URL of a picture to show until the machine starts. Text goes into the slot `poster`. */
  declare poster: string | null | undefined;
  /** Shows a row of buttons: pause, restart, keys, full screen. */
  declare controls: boolean;
  /** The guest gets no keys. */
  declare readOnly: boolean;
  /** How the guest gets the keyboard: by Tab or a click (`auto`, the default), only by a click, or never. */
  declare keyboard: 'auto' | 'click' | 'none';
  /** Whether there is a terminal on the first serial port below the screen. Default `none`. */
  declare serial: 'none' | 'panel';
  /** Colours of the screen: `vga` (the default), `paper`, `amber`, `green`; or a name of the page's own. */
  declare theme: string | null | undefined;
  /** URL of `worker.js`, for pages whose policy does not allow a worker from a Blob. */
  declare workerSrc: string | null | undefined;
  /** Whether the guest runs. Read only. */
  declare running: boolean;

  declare protected status: Status;
  declare protected canvas: HTMLCanvasElement | undefined;
  declare protected failure: Failure | undefined;
  /** The post mortem as text. */
  declare protected report: string | undefined;
  declare protected progress: FetchProgress | undefined;
  declare protected areKeysShown: boolean;
  declare protected isCaptured: boolean;

  #session: Session | undefined;
  /** What the present machine, or the present failure, was booted with. */
  #attempt: string | undefined;
  #pending: Pending | undefined;
  #mirror: TextMirror | undefined;
  #announcer: Announcer | undefined;
  #capture: KeyboardCapture | undefined;
  #visibility: IntersectionObserver | undefined;
  #debuggerHost: DebuggerHost | undefined;
  #size: ResizeObserver | undefined;
  #isPaletteStale = false;
  readonly #internals: ElementInternals;
  readonly #serialPanel = new SerialPanelHost((text) => this.#session?.send({ kind: 'serial-input', port: 1, text }));
  readonly #keyboard = new GuestKeyboard(
    (code, down) => this.#session?.send({ kind: 'key', code, down }),
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    this.loading = 'eager';
    this.autostart = false;
    this.engine = 'interpreter';
    this.controls = false;
    this.readOnly = false;
    this.keyboard = 'auto';
    this.serial = 'none';
    this.running = false;
    this.status = 'idle';
    this.areKeysShown = false;
    this.isCaptured = false;
    this.#internals = this.attachInternals();
    this.addEventListener('transitionend', (event) => {
      const isOfPalette = (event as TransitionEvent).propertyName.startsWith('--lm-palette-');
      if (event.target === this && isOfPalette) this.#paletteChanged();
    });
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
    if (!host || !this.#session) return;
    const message = attachMessage(host);
    this.#session.send(message, [message.port]);
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

  /** The reset button: the same machine from the start. The same as `boot()`. */
  reset(): Promise<void> {
    return this.boot();
  }

  /** Stops the guest soon, which the event `paused` tells. Nothing happens to a guest that does not run. */
  pause(): void {
    this.#session?.send({ kind: 'pause' });
  }

  /** Lets a paused guest run on. */
  resume(): void {
    this.#session?.send({ kind: 'resume' });
  }

  /** Executes `count` instructions of a paused guest. @throws LongModeError (as rejection) if it runs */
  async step(count = 1): Promise<void> {
    await this.#request('step', { count });
  }

  /**
   * Types a text on a US keyboard; resolves when the guest has taken every key.
   * @throws LongModeError (as rejection) for a character that such a keyboard does not have, before anything is typed
   */
  async type(text: string): Promise<void> {
    await this.#request('type', { text });
  }

  /** Presses keys together and lets go of them, by their `KeyboardEvent.code`: `press('ControlLeft', 'KeyC')`. */
  async press(...keys: readonly KeyCode[]): Promise<void> {
    await this.#request('press', { keys });
  }

  /** Types what a US keyboard can type of a text. @returns the characters that were left out */
  async paste(text: string): Promise<string> {
    const { typable, rest } = splitTypable(text);
    if (typable !== '') await this.type(typable);
    return rest;
  }

  /** The screen as PNG, one pixel for each of the guest's. */
  screenshot(): Promise<Blob> {
    return this.#request('screenshot', {});
  }

  /** Guest memory by linear address, or by a symbol's name. @throws LongModeError (as rejection) where nothing is mapped */
  readMemory(at: Address, lengthBytes: number): Promise<Uint8Array> {
    return this.#request('read-memory', { at, lengthBytes });
  }

  /** Gives the guest the keyboard. */
  override focus(options?: FocusOptions): void {
    this.#field?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && this.#attempt === undefined) this.#autostart();
  }

  /** A removed element lets go of its machine; one that is only moved keeps it. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  /** Tells the browser that `moveBefore` needs no removal and insertion. */
  connectedMoveCallback(): void {}

  /** A machine keeps the attributes that it was booted with; when one of them changes, that machine is gone. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (BOOT_PROPERTIES.some((name) => changed.has(name)) && this.#attempt !== this.#bootKey()) {
      this.#stop();
      this.#autostart();
    }
    this.#showStates();
  }

  protected override firstUpdated(): void {
    this.#size = new ResizeObserver(() => this.#fitPixels());
    this.#size.observe(this.#screen);
    this.areKeysShown = matchMedia('(pointer: coarse)').matches;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('theme')) this.#paletteChanged();
    this.#serialPanel.show(this.serial === 'panel' ? this.renderRoot.querySelector<HTMLElement>('.serial') : null);
    const field = this.#field;
    if (!field) this.#capture = undefined;
    else this.#capture ??= new KeyboardCapture(field, this.#keyboard, this.#captureListener());
  }

  protected override render() {
    this.#mirror ??= new TextMirror();
    this.#announcer ??= new Announcer(() => this.#mirror?.lines() ?? []);
    const isOff = !this.canvas && !this.failure;
    return html`
      <div
        class="screen"
        part="screen"
        role="group"
        aria-label=${this.label ?? 'Screen of a virtual PC'}
        @click=${this.#onScreenClick}
      >
        ${this.canvas ?? nothing} ${this.#mirror.element} ${this.#announcer.element}
        ${this.#takesKeys && this.canvas ? this.#renderField() : nothing} ${this.canvas ? nothing : this.#renderPoster()}
        ${isOff ? html`<button class="start" part="button" @click=${this.#onStartClick}>Start</button>` : nothing}
        ${this.status === 'loading' ? this.#renderProgress() : nothing}
        <div class="overlay"><slot name="overlay"></slot></div>
      </div>
      ${this.controls ? toolbar(this.#toolbarModel()) : nothing}
      ${this.#takesKeys && this.controls && this.areKeysShown ? keyBar(this.#keyboard) : nothing}
      ${this.serial === 'panel' ? html`<div class="serial" part="serial"></div>` : nothing}
      ${this.failure ? this.#renderFailure(this.failure) : nothing}
      ${
        this.report === undefined
          ? nothing
          : html`<pre class="report" part="fault" role="alert" tabindex="0">${this.report}</pre>`
      }
    `;
  }

  #renderField() {
    return html`
      <input
        class="field"
        tabindex=${this.keyboard === 'click' ? -1 : 0}
        aria-label="Keyboard of ${this.label ?? 'a virtual PC'}"
        aria-description="Keys go to the machine. Escape twice gives the keyboard back."
        autocomplete="off"
        autocapitalize="off"
        autocorrect="off"
        spellcheck="false"
        enterkeyhint="enter"
      />
      <span class="after" tabindex="-1"></span>
    `;
  }

  #renderPoster() {
    return html`${this.poster ? html`<img src=${this.poster} alt="" />` : nothing}<slot name="poster"></slot>`;
  }

  #renderProgress() {
    const { loadedBytes, totalBytes } = this.progress ?? {};
    return totalBytes === undefined
      ? html`<progress part="progress" aria-label="Loading"></progress>`
      : html`<progress part="progress" aria-label="Loading" .value=${loadedBytes ?? 0} max=${totalBytes}></progress>`;
  }

  #renderFailure({ message, remedy }: Failure) {
    return html`
      <div class="failure" part="error" role="alert">
        <p>${sentence(message)}</p>
        <p>${remedy}</p>
        <slot name="error"></slot>
      </div>
    `;
  }

  #toolbarModel() {
    return {
      status: this.status,
      areKeysShown: this.#takesKeys ? this.areKeysShown : undefined,
      isCaptured: this.isCaptured,
      start: () => this.#onStartClick(),
      pause: () => this.pause(),
      resume: () => this.resume(),
      toggleKeys: () => {
        this.areKeysShown = !this.areKeysShown;
      },
      fullscreen: () => void (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
    };
  }

  get #screen(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.screen')!;
  }

  get #field(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>('.field');
  }

  get #takesKeys(): boolean {
    return !this.readOnly && this.keyboard !== 'none';
  }

  #onStartClick(): void {
    void this.boot().catch(alreadyShown);
  }

  /** A click gives the guest the keyboard, unless it was made to select text. */
  #onScreenClick(event: MouseEvent): void {
    const isForText = event.composedPath()[0] instanceof HTMLButtonElement || document.getSelection()?.type === 'Range';
    if (!isForText) this.#capture?.takeByClick();
  }

  #captureListener() {
    return {
      captured: (isCaptured: boolean) => {
        this.isCaptured = isCaptured;
        if (isCaptured) this.#announcer?.start();
        else this.#announcer?.stop();
      },
      // From there Tab leads out of the screen.
      released: () => this.renderRoot.querySelector<HTMLElement>('.after')?.focus({ preventScroll: true }),
      pasted: (text: string) => void this.paste(text).catch(alreadyShown),
    };
  }

  #request<Name extends RequestName>(name: Name, parameters: Requests[Name]['parameters']) {
    if (this.#session) return this.#session.request(name, parameters);
    const failure = { code: 'refused', message: 'there is no machine', remedy: 'Wait for boot().' };
    return Promise.reject<Requests[Name]['answer']>(new LongModeError(failure));
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
    return JSON.stringify([this.src, this.cmdline, this.memory, this.cpu, this.engine]);
  }

  #start(src: string): void {
    const { parts } = LongModeElement;
    if (!parts) throw new Error('LongModeElement.parts is not set: import the element from its entry');
    this.status = 'loading';
    this.#session = new Session({
      parts,
      workerUrl: this.workerSrc ? new URL(this.workerSrc, this.baseURI).href : undefined,
      src: new URL(src, this.baseURI).href,
      modules: modulesOf(this),
      cmdline: this.cmdline ?? '',
      memory: this.memory ?? undefined,
      cpu: this.cpu ?? undefined,
      engine: this.engine,
      createCanvas: () => this.#createCanvas(),
      debuggerMessage: () => this.#debuggerHost && attachMessage(this.#debuggerHost),
      blink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      palette: readPalette(this),
      onProgress: (file, progress) => {
        this.progress = progress;
        this.#emit('progress', { file, ...progress });
      },
      onMessage: (message) => this.#receive(message),
    });
  }

  #createCanvas(): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    this.canvas = canvas;
    return canvas;
  }

  /** Back to the state before the first boot. */
  #stop(): void {
    this.#visibility?.disconnect();
    this.#visibility = undefined;
    this.#closeSession();
    this.#attempt = undefined;
    this.failure = undefined;
    this.report = undefined;
    this.status = 'idle';
    this.#serialPanel.clear();
    this.#pending?.reject(
      new LongModeError({ code: 'stopped', message: 'the machine was stopped before it had booted', remedy: '' }),
    );
    this.#pending = undefined;
  }

  #closeSession(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#mirror?.clear();
    this.#announcer?.stop();
    this.canvas = undefined;
    this.progress = undefined;
    this.running = false;
  }

  #receive(message: SessionMessage): void {
    switch (message.kind) {
      case 'booted':
        this.#setRunning('running');
        this.#pending?.resolve();
        this.#pending = undefined;
        this.#emit('booted', { warnings: message.warnings });
        break;
      case 'screen':
        this.#mirror?.update(message.rows, message.changed);
        this.#setSize(message.columns, message.rows);
        if (this.isCaptured) this.#announcer?.screenChanged();
        this.#emit('screenchange', { rows: message.changed.map(({ row }) => row) });
        break;
      case 'graphics':
        this.#setSize(message.width / CELL_WIDTH, message.height / CELL_HEIGHT);
        this.#emit('screenchange', { rows: [] });
        break;
      case 'serial':
        if (message.port === 1) this.#serialPanel.write(message.bytes);
        this.#emit('serial', { port: message.port, bytes: message.bytes });
        break;
      case 'paused':
      case 'resumed':
        this.#setRunning(message.kind === 'paused' ? 'paused' : 'running');
        this.#emit(message.kind, undefined);
        break;
      case 'ended':
        this.#setRunning('ended');
        this.report = message.report;
        this.#emit(...eventOfEnd(message.end));
        break;
      case 'failed':
        this.#fail(message.failure);
        break;
      default:
        message satisfies never;
    }
  }

  /** In cells of text. */
  #setSize(columns: number, rows: number): void {
    this.#screen.style.setProperty('--columns', String(columns));
    this.#screen.style.setProperty('--rows', String(rows));
  }

  #setRunning(status: Status): void {
    this.status = status;
    this.running = status === 'running';
  }

  #fail(failure: Failure): void {
    this.#closeSession();
    this.status = 'failed';
    this.failure = failure;
    this.#pending?.reject(new LongModeError(failure));
    this.#pending = undefined;
    this.#emit('error', failure);
  }

  #emit(...[type, detail]: EventTold): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** What `:state(...)` of a style sheet sees. */
  #showStates(): void {
    const { states } = this.#internals;
    const set = (name: string, isSet: boolean) => (isSet ? states.add(name) : states.delete(name));
    for (const name of ['loading', 'running', 'paused', 'ended', 'failed'] as const) set(name, this.status === name);
    set('faulted', this.report !== undefined);
    set('captured', this.isCaptured);
  }

  /** Sixteen colours change at once, and are told one by one. */
  #paletteChanged(): void {
    if (this.#isPaletteStale) return;
    this.#isPaletteStale = true;
    requestAnimationFrame(() => {
      this.#isPaletteStale = false;
      if (this.isConnected) this.#session?.send({ kind: 'palette', palette: readPalette(this) });
    });
  }

  #fitPixels(): void {
    const columns = Number(this.#screen.style.getPropertyValue('--columns') || 80);
    const scale = (this.#screen.clientWidth * devicePixelRatio) / (columns * CELL_WIDTH);
    this.canvas?.classList.toggle('smooth', !isCrispScale(scale));
  }
}

/** `boot()` rejects with what the element shows anyway. */
function alreadyShown(): void {}

/** Messages begin small, so that they can stand behind a colon; on their own they are sentences. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`;
}
