/**
 * Writes the book as pages: Markdown of `docs/book` to HTML, with a live machine in each chapter and a button for each of its
 * boot commands. The pages are written beside this folder (`site/book`, not committed), where the build finds them. Run by tsx
 * before vite, because it boots the kernels.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Marked } from 'marked';
import { screenOf } from './poster.ts';

const SOURCE = fileURLToPath(new URL('../../../../docs/book/', import.meta.url));
const TARGET = fileURLToPath(new URL('../book/', import.meta.url));

/** Files whose text the playground's editor has. */
const GUEST_FILE = /^\.\.\/\.\.\/packages\/kernel\/(.*\.ts)$/;

async function pageOf(markdown: string, name: string, chapters: readonly string[]): Promise<string> {
  const [, title = 'The book'] = /^# (.*)$/m.exec(markdown) ?? [];
  const chapter = chapters.indexOf(name);
  const machine = chapter < 0 ? '' : await machineOf(name.slice(0, -3));
  const html = toHtml(markdown).replace('</h1>', `</h1>${machine}`);
  const neighbour = (offset: number, rel: string, word: string) => {
    const other = chapter < 0 ? undefined : chapters[chapter + offset];
    return other === undefined ? '' : `<a rel="${rel}" href="./${other.slice(0, -3)}.html">${word}</a>`;
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${escapeHtml(title)}, Longmode</title>
    <link rel="stylesheet" href="../src/site.css" />
    <script type="module" src="../src/book.ts"></script>
  </head>
  <body>
    <header>
      <nav aria-label="Site">
        <a href="../index.html">Playground</a>
        <a href="./index.html" aria-current="${chapter < 0 ? 'page' : 'true'}">Book</a> <a href="../race.html">Race</a>
      </nav>
    </header>
    <main class="book">
${html}
      <nav class="pages" aria-label="Chapters">${neighbour(-1, 'prev', 'Previous chapter')} ${neighbour(1, 'next', 'Next chapter')}</nav>
    </main>
  </body>
</html>
`;
}

/** The machine, which holds its kernel's screen for whoever runs no scripts. */
async function machineOf(chapter: string): Promise<string> {
  const name = escapeHtml(chapter);
  const screen = escapeHtml(await screenOf(`chapters/${chapter}`));
  return `<figure><long-mode label="The kernel of this chapter" data-image="chapters/${name}"><pre slot="poster">
${screen}</pre></long-mode>
<figcaption><a href="../index.html#image=chapters/${name}">Change and debug this kernel in the playground</a></figcaption></figure>`;
}

function toHtml(markdown: string): string {
  const marked = new Marked({
    renderer: {
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const [, guestFile] = GUEST_FILE.exec(href) ?? [];
        if (guestFile !== undefined && !/(^|\/)boot\b/.test(guestFile)) {
          return `<a href="../index.html#file=${encodeURIComponent(guestFile)}">${text}</a>`;
        }
        if (/^[\w-]+\.md$/.test(href)) return `<a href="./${href.replace(/\.md$/, '.html')}">${text}</a>`;
        if (/^https?:/.test(href)) return `<a href="${escapeHtml(href)}" rel="noreferrer">${text}</a>`;
        return text;
      },
      code({ text, lang }) {
        const block = `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
        return lang === 'sh' ? `${block}${buttonsOf(text)}` : block;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

/** One button for each command that boots one of our images, with another command line than the buttons before. */
function buttonsOf(commands: string): string {
  const pattern = /longmode boot (?:\S*\/)?((?:chapters\/)?[\w-]+)\.elf(?:[^\n]*?--cmdline (?:"([^"]*)"|(\S+)))?/g;
  const buttons = new Set<string>();
  for (const [, image = '', quoted, plain] of commands.matchAll(pattern)) {
    const name = image === 'kernel' || image.startsWith('chapters/') ? image : `chapters/${image}`;
    const cmdline = quoted ?? plain ?? '';
    const label = `Boot ${name}${cmdline === '' ? '' : ` with “${cmdline}”`}`;
    buttons.add(
      `<button type="button" data-image="${escapeHtml(name)}" data-cmdline="${escapeHtml(cmdline)}">${escapeHtml(label)}</button>`,
    );
  }
  return buttons.size === 0 ? '' : `<p class="boot">${[...buttons].join(' ')}</p>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
const names = readdirSync(SOURCE).filter((name) => name.endsWith('.md'));
const chapters = names.filter((name) => name !== 'README.md').sort();
for (const name of names) {
  const page = await pageOf(readFileSync(`${SOURCE}${name}`, 'utf8'), name, chapters);
  writeFileSync(`${TARGET}${name === 'README.md' ? 'index' : name.slice(0, -3)}.html`, page);
}
