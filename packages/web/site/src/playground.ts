/**
 * The playground: picks or drops a kernel and boots it, and brings in editor, compilers and debugger when they are asked
 * for. It holds what the page shows; machines, compilers and debugger are behind their own classes.
 */

import '../../src/element.ts';
import { cSource, GALLERY, imageUrl, isEditable } from './images.ts';
import { keepForOffline } from './offline.ts';
import { decodeSession, encodeSession, type SharedSession } from './share.ts';
import type { Workshop } from './workshop.ts';

const find = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;

const machine = find<HTMLElementTagNameMap['long-mode']>('#machine');
const form = find<HTMLFormElement>('#boot');
const notice = find<HTMLElement>('#notice');
const editorSection = find<HTMLElement>('#editor');
const readingSection = find<HTMLElement>('#reading');
const editButton = find<HTMLButtonElement>('#edit');
const debugSection = find<HTMLElement>('#debugger');
const debugButton = find<HTMLButtonElement>('#debug');
const image = form.elements.namedItem('image') as HTMLSelectElement;
const cmdline = form.elements.namedItem('cmdline') as HTMLInputElement;
const input = form.elements.namedItem('input') as HTMLInputElement;
const file = form.elements.namedItem('file') as HTMLInputElement;

/** `sources.ts` has it too; this file does without the sources. */
const OWN = 'own';

let blobUrl: string | undefined;
let workshop: Promise<Workshop> | undefined;

function say(text: string): void {
  find('#status').textContent = text;
}

/** Shows a message above the machine, with at most one thing to do about it. */
function announce(text: string, action?: { readonly label: string; readonly run: () => void }): void {
  const button =
    action && Object.assign(document.createElement('button'), { type: 'button', textContent: action.label });
  button?.addEventListener('click', () => {
    notice.hidden = true;
    action?.run();
  });
  notice.replaceChildren(
    Object.assign(document.createElement('span'), { textContent: text }),
    ...(button ? [button] : []),
  );
  notice.hidden = false;
}

/** Boots what is at the URL, with the command line of the form. */
async function bootUrl(url: string): Promise<void> {
  notice.hidden = true;
  machine.src = url;
  machine.cmdline = cmdline.value;
  await machine.boot().then(typeInput, () => {}); // the element shows what goes wrong
}

/** Boots bytes: a dropped file, or what the compiler made. */
async function bootBytes(bytes: BlobPart): Promise<void> {
  const previous = blobUrl;
  blobUrl = URL.createObjectURL(new Blob([bytes]));
  await bootUrl(blobUrl);
  if (previous !== undefined) URL.revokeObjectURL(previous);
}

/** Types what the form says, as soon as the guest listens. */
async function typeInput(): Promise<void> {
  const text = input.value.replaceAll('\\n', '\n');
  if (text !== '')
    await (machine as unknown as { type(text: string): Promise<void> })
      .type(text)
      .catch((error: Error) => say(error.message));
}

/** Boots the image of the form: as built, or from its sources where they were changed. */
async function bootSelected(): Promise<void> {
  const open = await workshop;
  if (image.value === OWN || open?.hasEdits(image.value)) await (await openWorkshop()).compileAndBoot();
  else await bootUrl(imageUrl(image.value)!);
}

async function openWorkshop(): Promise<Workshop> {
  reveal(editorSection);
  workshop ??= import('./workshop.ts').then(({ Workshop }) => new Workshop(editorSection, bootBytes));
  const open = await workshop;
  if (!isEditable(image.value)) image.value = 'kernel';
  open.show(image.value);
  return open;
}

/** Shows C, which cannot be changed here. */
async function openReading(): Promise<void> {
  reveal(readingSection);
  find('#reading pre').textContent = await cSource(image.value);
}

/** Shows one of the two sections of sources, or none. */
function reveal(section: HTMLElement | undefined): void {
  for (const one of [editorSection, readingSection]) one.hidden = one !== section;
  editButton.setAttribute('aria-expanded', String(section !== undefined));
}

const areSourcesShown = (): boolean => !editorSection.hidden || !readingSection.hidden;

async function openSources(): Promise<void> {
  await (isEditable(image.value) ? openWorkshop() : openReading());
}

/** Shows the sources of the chosen image if any are shown. */
async function showSources(): Promise<void> {
  if (areSourcesShown()) await openSources();
}

async function toggleDebugger(): Promise<void> {
  const isOpen = debugSection.hidden;
  debugSection.hidden = !isOpen;
  debugButton.setAttribute('aria-expanded', String(isOpen));
  const { LongModeDebugger } = await import('../../src/debugger/panel.ts');
  let panel = debugSection.querySelector<InstanceType<typeof LongModeDebugger>>('long-mode-debugger');
  if (!panel) {
    panel = new LongModeDebugger();
    debugSection.append(panel);
  }
  panel.machine = isOpen ? machine : undefined;
}

async function share(): Promise<void> {
  const edits = (await workshop)?.editsOf(image.value) ?? {};
  const session: SharedSession = { image: image.value, cmdline: cmdline.value, input: input.value, edits };
  location.hash = await encodeSession(session);
  const isCopied = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  announce(isCopied ? 'The link is copied.' : 'The address of this page is the link now.');
}

/** Reads the address: a shared session, which waits for a click; an image; a file of the sources. */
async function readAddress(): Promise<void> {
  const fragment = location.hash.slice(1);
  const session = await decodeSession(fragment).catch((error: Error) => {
    announce(`Nothing was loaded: ${error.message}`);
    return undefined;
  });
  if (session) {
    await showSession(session);
    return;
  }
  const parameters = new URLSearchParams(fragment);
  const wanted = parameters.get('image');
  if (wanted !== null && imageUrl(wanted) !== undefined) image.value = wanted;
  machine.src = imageUrl(image.value);
  const source = parameters.get('file');
  if (source !== null) (await openWorkshop()).open(source);
}

async function showSession(session: SharedSession): Promise<void> {
  if (![...image.options].some(({ value }) => value === session.image)) {
    announce(`Nothing was loaded: this link names a kernel ${JSON.stringify(session.image)}, and there is none.`);
    return;
  }
  image.value = session.image;
  cmdline.value = session.cmdline;
  input.value = session.input;
  const names = Object.keys(session.edits);
  if (names.length > 0) (await openWorkshop()).load(session.image, session.edits);
  const changes = names.length === 0 ? '' : ` with changes to ${names.join(', ')}`;
  announce(`This link brings ${session.image}${changes}. Nothing of it has run yet.`, {
    label: 'Boot it',
    run: () => void bootSelected(),
  });
}

/** Runs something the user asked for; what it cannot do is said. */
function act(run: () => Promise<void>): void {
  run().catch((error: Error) => announce(error.message));
}

image.append(
  ...['kernel', ...new Set(GALLERY.map((one) => one.image))]
    .filter((name, at, all) => all.indexOf(name) === at)
    .map((name) => new Option(name, name)),
  new Option('your own', OWN),
);
image.addEventListener('change', () => {
  act(showSources);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  act(bootSelected);
});
file.addEventListener('change', () => {
  const [chosen] = file.files ?? [];
  if (chosen) act(() => bootBytes(chosen));
});
editButton.addEventListener('click', () => {
  if (areSourcesShown()) reveal(undefined);
  else act(openSources);
});
debugButton.addEventListener('click', () => act(toggleDebugger));
find('#share').addEventListener('click', () => act(share));

addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.body.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  const [dropped] = event.dataTransfer?.files ?? [];
  if (dropped) act(() => bootBytes(dropped));
});
addEventListener('hashchange', () => act(readAddress));

find('#gallery').append(
  ...GALLERY.map((one) => {
    const item = document.createElement('li');
    const button = item.appendChild(document.createElement('button'));
    button.type = 'button';
    button.append(one.title, Object.assign(document.createElement('small'), { textContent: one.text }));
    button.addEventListener('click', () => {
      image.value = one.image;
      cmdline.value = one.cmdline;
      machine.scrollIntoView({ block: 'nearest' });
      act(async () => {
        await showSources();
        await bootSelected();
      });
    });
    return item;
  }),
);

machine.addEventListener('booted', () => say('runs'));
machine.addEventListener('halted', () => say('halted for good'));
machine.addEventListener('exit', ({ detail }) => say(detail.kind === 'exit' ? `exit with ${detail.code}` : 'reset'));
machine.addEventListener('triplefault', () => say('triple fault'));
machine.addEventListener('error', () => say(''));

act(readAddress);
act(keepForOffline);
