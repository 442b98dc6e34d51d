/**
 * `<long-mode-debugger>`: looks into the machine of a `<long-mode>` element and runs it step by step. Everything shown is
 * an inspection of `@longmode/machine/inspect`, made in the machine's worker; the panel asks and draws. A chunk of its
 * own on the site, loaded when somebody opens it, and an entry of its own in the package: importing it defines the tag.
 *
 * The toolbar has a place for stepping backwards, which the machine cannot do.
 */

import type {
  CachedTranslation,
  CodeLine,
  MemoryRow,
  PageTables,
  RegisterInspection,
  StackInspection,
} from '@longmode/machine/inspect';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { LongModeElement } from '../long-mode.ts';
import agentUrl from './agent.ts?worker&url';
import { ClosedError, DebugClient } from './client.ts';
import type { DebuggerHost } from './host.ts';
import type { DebugRequests, MachineState } from './protocol.ts';
import { styles } from './styles.ts';
import { codeView } from './views/code.ts';
import { faultChainView } from './views/fault-chain.ts';
import { memoryView } from './views/memory.ts';
import { pagesView, type Translated, translationView } from './views/pages.ts';
import { registersView } from './views/registers.ts';
import { stackView } from './views/stack.ts';
import { gdtView, idtView, tssView } from './views/tables.ts';
import { hex, parseAddress, place, sourceLine } from './views/text.ts';
import { tlbView } from './views/tlb.ts';
import { translatorView } from './views/translator.ts';

/** Instructions shown from the next one on. */
const CODE_LINES = 16;
const MEMORY_ROWS = 16;

export class LongModeDebugger extends LitElement {
  static override styles = styles;
  static override properties = {
    machine: { attribute: false },
    state: { state: true },
    code: { state: true },
    stack: { state: true },
    pages: { state: true },
    tlb: { state: true },
    tables: { state: true },
    translator: { state: true },
    memory: { state: true },
    translated: { state: true },
    problem: { state: true },
    breakpoints: { state: true },
    stopAtEntry: { state: true },
  };

  /** The element whose machine is looked into; undefined for none. */
  declare machine: LongModeElement | undefined;

  declare protected state: MachineState | undefined;
  declare protected code: readonly CodeLine[];
  declare protected stack: StackInspection | undefined;
  declare protected pages: PageTables | undefined;
  declare protected tlb: readonly CachedTranslation[] | undefined;
  declare protected tables: DebugRequests['tables']['answer'] | undefined;
  /** Wrapped, because the answer may be that there is no translator. */
  declare protected translator: { readonly report: DebugRequests['translator']['answer'] } | undefined;
  declare protected memory: readonly MemoryRow[] | undefined;
  declare protected translated: Translated | undefined;
  declare protected problem: string;
  /** As the user gave them; a machine has those that its image knows. */
  declare protected breakpoints: readonly (bigint | string)[];
  declare protected stopAtEntry: boolean;

  #client: DebugClient | undefined;
  #before: RegisterInspection | undefined;
  /** When the guest stood last: registers and guest time. */
  #lastRegisters: RegisterInspection | undefined;
  #lastInstructions: bigint | undefined;
  #memoryRequest: DebugRequests['memory']['parameters'] | undefined;
  #translateRequest: bigint | string | undefined;
  /** Refreshes in order, so that an old answer never replaces a new one. */
  #refreshes: Promise<void> = Promise.resolve();
  readonly #host: DebuggerHost = {
    agentUrl: new URL(agentUrl, document.baseURI).href,
    connect: (port) => {
      this.#client?.close();
      this.#forget();
      this.#client = new DebugClient(port, () => this.#refresh());
      return { breakpoints: this.breakpoints, stopAtEntry: this.stopAtEntry };
    },
  };

  constructor() {
    super();
    this.code = [];
    this.problem = '';
    this.breakpoints = [];
    this.stopAtEntry = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('machine')) return;
    const before = changed.get('machine');
    if (before) before.debuggerHost = undefined;
    this.#client?.close();
    this.#client = undefined;
    this.#forget();
    if (this.machine) this.machine.debuggerHost = this.#host;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.machine = undefined;
  }

  protected override render() {
    const { state } = this;
    return html`
      <div class="bar" role="toolbar" aria-label="Run">
        ${this.#toolbar(state)}
        <span role="status">${state ? statusText(state) : 'Nothing has been booted.'}</span>
      </div>
      ${this.problem === '' ? nothing : html`<p role="alert">${this.problem}</p>`} ${this.#breakpointBar()}
      ${state?.postMortem ? faultChainView(state.postMortem) : nothing}
      ${state?.registers ? this.#panes(state.registers) : nothing}
    `;
  }

  #toolbar(state: MachineState | undefined) {
    const canRun = state !== undefined && !state.isRunning && !state.hasEnded;
    return html`
      ${
        state?.isRunning
          ? html`<button @click=${() => this.#act('pause')}>Pause</button>`
          : html`<button ?disabled=${!canRun} @click=${() => this.#act('resume')}>Continue</button>`
      }
      <button ?disabled=${!canRun} @click=${() => this.#act('step', { over: false })}>Step</button>
      <button ?disabled=${!canRun} @click=${() => this.#act('step', { over: true })}>Step over</button>
      <button disabled title="The machine cannot run backwards yet.">Step back</button>
      <form @submit=${(event: SubmitEvent) => this.#withAddress(event, (at) => this.#act('run-to', { at }))}>
        <input name="at" aria-label="Address or symbol to run to" size="16" placeholder="kmain" spellcheck="false" />
        <button ?disabled=${!canRun}>Run to</button>
      </form>
      <label>
        <input
          type="checkbox"
          .checked=${this.stopAtEntry}
          @change=${(event: Event) => (this.stopAtEntry = (event.target as HTMLInputElement).checked)}
        />
        stop at the entry point
      </label>
    `;
  }

  #breakpointBar() {
    return html`
      <div class="bar" role="group" aria-label="Breakpoints">
        <form @submit=${(event: SubmitEvent) => this.#withAddress(event, (at) => this.#setBreakpoints([...new Set([...this.breakpoints, at])]))}>
          <input name="at" aria-label="Address or symbol of a breakpoint" size="16" placeholder="symbol or 0x…" spellcheck="false" />
          <button>Add breakpoint</button>
        </form>
        ${this.breakpoints.map((at) => {
          const text = typeof at === 'string' ? at : hex(at);
          const remove = () => this.#setBreakpoints(this.breakpoints.filter((other) => other !== at));
          return html`<button aria-label="Remove breakpoint ${text}" @click=${remove}>● ${text} ✕</button>`;
        })}
      </div>
    `;
  }

  #panes(registers: RegisterInspection) {
    const set = this.state?.breakpoints ?? [];
    const marks = {
      at: new Set(set.map(({ address }) => address)),
      toggle: (address: bigint) => {
        const known = set.find((one) => one.address === address);
        const others = this.breakpoints.filter((at) => at !== known?.at);
        this.#setBreakpoints(known ? others : [...others, address]);
      },
    };
    return html`
      <div class="panes">
        <section class="pane" aria-label="Code" tabindex="0">${codeView(this.code, marks)}</section>
        <section class="pane" aria-label="Registers" tabindex="0">${registersView(registers, this.#before)}</section>
        <section class="pane" aria-label="Stack" tabindex="0">${this.stack ? stackView(this.stack) : nothing}</section>
        <section class="pane" aria-label="Paging" tabindex="0">${this.#pagesPane()}</section>
        <section class="pane" aria-label="Descriptor tables" tabindex="0">
          ${
            this.tables
              ? html`${gdtView(this.tables.gdt)} ${idtView(this.tables.idt)} ${tssView(this.tables.tss)}`
              : html`<button @click=${() => this.#load('tables')}>Show GDT, IDT and TSS</button>`
          }
        </section>
        <section class="pane" aria-label="Translated code" tabindex="0">
          ${
            this.translator
              ? translatorView(this.translator.report, this.state?.instructions ?? 0n)
              : html`<button @click=${() => this.#load('translator')}>Show translated code</button>`
          }
        </section>
        <section class="pane wide" aria-label="Memory" tabindex="0">${this.#memoryPane()}</section>
      </div>
    `;
  }

  #memoryPane() {
    return html`
      <form class="bar" @submit=${(event: SubmitEvent) => this.#withAddress(event, (at, form) => this.#showMemory(at, form))}>
        <input name="at" aria-label="Address or symbol of memory" size="20" placeholder="0xb8000" spellcheck="false" />
        <label><input type="checkbox" name="physical" /> physical</label>
        <button>Show memory</button>
      </form>
      ${this.memory ? memoryView(this.memory) : nothing}
    `;
  }

  #pagesPane() {
    return html`
      <form class="bar" @submit=${(event: SubmitEvent) => this.#withAddress(event, (at) => this.#translate(at))}>
        <input name="at" aria-label="Linear address to translate" size="20" placeholder="0xb8000" spellcheck="false" />
        <button>Translate</button>
      </form>
      ${this.translated ? translationView(this.translated) : nothing}
      ${
        this.pages ? pagesView(this.pages) : html`<button @click=${() => this.#load('pages')}>Show page tables</button>`
      }
      ${this.tlb ? tlbView(this.tlb) : html`<button @click=${() => this.#load('tlb')}>Show TLB</button>`}
    `;
  }

  #withAddress(event: SubmitEvent, use: (at: bigint | string, form: HTMLFormElement) => void): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { value } = form.elements.namedItem('at') as HTMLInputElement;
    if (value.trim() !== '') use(parseAddress(value), form);
  }

  #act(name: 'pause' | 'resume'): void;
  #act(name: 'step', parameters: DebugRequests['step']['parameters']): void;
  #act(name: 'run-to', parameters: DebugRequests['run-to']['parameters']): void;
  #act(name: never, ...parameters: never[]): void {
    this.#try(async (client) => {
      await (client.ask as (name: string, ...parameters: unknown[]) => Promise<unknown>).call(
        client,
        name,
        ...parameters,
      );
    });
  }

  #setBreakpoints(at: readonly (bigint | string)[]): void {
    this.#try(async (client) => {
      await client.ask('breakpoints', { at });
      this.breakpoints = at;
    });
  }

  #showMemory(at: bigint | string, form: HTMLFormElement): void {
    const physical = (form.elements.namedItem('physical') as HTMLInputElement).checked;
    this.#memoryRequest = { at, rows: MEMORY_ROWS, physical };
    this.#load('memory');
  }

  #translate(at: bigint | string): void {
    this.#translateRequest = at;
    this.#try(async (client) => {
      this.translated = await client.ask('translate', { at }).catch(({ message }: Error) => ({ problem: message }));
    });
  }

  #load(what: 'pages' | 'tlb' | 'tables' | 'translator' | 'memory'): void {
    this.#try(async (client) => {
      if (what === 'pages') this.pages = await client.ask('pages');
      else if (what === 'tlb') this.tlb = await client.ask('tlb');
      else if (what === 'tables') this.tables = await client.ask('tables');
      else if (what === 'translator') this.translator = { report: await client.ask('translator') };
      else if (this.#memoryRequest) this.memory = await client.ask('memory', this.#memoryRequest);
    });
  }

  #try(action: (client: DebugClient) => Promise<void>): void {
    const client = this.#client;
    this.problem = '';
    if (!client) {
      this.problem = 'Boot something first.';
      return;
    }
    action(client).catch(({ message }: Error) => {
      if (client === this.#client) this.problem = message;
    });
  }

  #refresh(): void {
    this.#refreshes = this.#refreshes
      .then(() => this.#readMachine())
      .catch((error: Error) => {
        if (!(error instanceof ClosedError)) this.problem = error.message;
      });
  }

  /** Asks anew for everything that is shown. */
  async #readMachine(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    const state = await client.ask('state');
    if (state.isRunning || client !== this.#client) {
      if (client === this.#client) this.state = { ...state, registers: undefined };
      return;
    }
    const [code, stack] = await Promise.all([client.ask('code', { after: CODE_LINES }), client.ask('stack')]);
    const pages = this.pages && (await client.ask('pages'));
    const tlb = this.tlb && (await client.ask('tlb'));
    const tables = this.tables && (await client.ask('tables'));
    const translator = this.translator && { report: await client.ask('translator') };
    const memory = this.#memoryRequest && (await client.ask('memory', this.#memoryRequest));
    const translateAt = this.#translateRequest;
    const translated =
      translateAt !== undefined &&
      (await client.ask('translate', { at: translateAt }).catch(({ message }: Error) => ({ problem: message })));
    if (client !== this.#client) return;
    // Asked again at the same place, the same registers stay lit.
    if (state.instructions !== this.#lastInstructions) {
      this.#before = this.#lastRegisters;
      this.#lastInstructions = state.instructions;
    }
    this.#lastRegisters = state.registers;
    Object.assign(this, { state, code, stack, pages, tlb, tables, translator, memory });
    if (translated) this.translated = translated;
  }

  /** What was known of the machine before. */
  #forget(): void {
    this.#before = undefined;
    this.#lastRegisters = undefined;
    this.#lastInstructions = undefined;
    this.state = undefined;
    this.code = [];
    this.stack = undefined;
    this.translated = undefined;
  }
}

function statusText({ isRunning, reason, location, instructions }: MachineState): string {
  const where = location === undefined ? '' : ` at ${place(location)} ${sourceLine(location)}`;
  const count = `${instructions.toLocaleString('en')} instructions`;
  return isRunning ? `running, ${count}` : `${reason}${where} (${location ? hex(location.address) : ''}, ${count})`;
}

// On a server it defines nothing and does no harm.
if (typeof document !== 'undefined' && !customElements.get('long-mode-debugger')) {
  customElements.define('long-mode-debugger', LongModeDebugger);
}

declare global {
  interface HTMLElementTagNameMap {
    'long-mode-debugger': LongModeDebugger;
  }
}
