/**
 * Links that carry a session of the playground: which image, command line, keys to type, and every changed file, as JSON,
 * compressed, in the fragment, which browsers do not send to servers. A link is a stranger's input: its size is bounded,
 * its shape checked, and whoever opens it has to ask for the boot.
 */

/** What a link carries. */
export interface SharedSession {
  /** `kernel`, `chapters/...`, or `own` for a kernel of one's own. */
  readonly image: string;
  readonly cmdline: string;
  /** Text to type once the guest runs. */
  readonly input: string;
  /** Changed files by path. */
  readonly edits: Readonly<Record<string, string>>;
}

const PREFIX = 's=';
/** Of the JSON text. All of the kernel's sources are a quarter of it. */
const MAXIMUM_BYTES = 1 << 20;

/** The fragment, without `#`. */
export async function encodeSession(session: SharedSession): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(session));
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const packed = new Uint8Array(await new Response(compressed).arrayBuffer());
  let text = '';
  for (const byte of packed) text += String.fromCharCode(byte);
  return PREFIX + btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Reads a fragment. @returns undefined if it carries no session @throws Error if it is damaged or too large */
export async function decodeSession(fragment: string): Promise<SharedSession | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  let json: string;
  try {
    const text = atob(fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'));
    json = await inflate(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw new Error('this link is damaged: perhaps it was cut off. Ask for it again.', { cause });
  }
  const session = parse(json);
  if (!session) throw new Error('this link carries no session of the playground.');
  return session;
}

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  while (true) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    sizeBytes += value.length;
    if (sizeBytes > MAXIMUM_BYTES) {
      await reader.cancel();
      throw new RangeError(`more than ${MAXIMUM_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(json: string): SharedSession | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { image, cmdline, input, edits } = value as Record<string, unknown>;
  if (typeof image !== 'string' || typeof cmdline !== 'string' || typeof input !== 'string') return undefined;
  if (typeof edits !== 'object' || edits === null) return undefined;
  if (!Object.values(edits).every((text) => typeof text === 'string')) return undefined;
  return { image, cmdline, input, edits: { ...(edits as Record<string, string>) } };
}
