import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MarkdownEvent, PageEvent, RendererEvent } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const dossier = join(root, 'docs/invariants');

/** The chapters of the site, by the folder of a document; the first that fits. */
const CHAPTERS = [
  ['docs/guide', 'Guide'],
  ['docs/invariants', 'Invariants'],
  ['spec', 'Specification'],
  ['docs/adr', 'Project'],
  ['docs', 'Measurements'],
  ['', 'Project'],
];

const isPage = (name) => name.endsWith('.md') && name !== 'README.md';

/** The front page of the dossier has the models below it, a model its properties. */
function pagesBelow(file) {
  if (basename(file) !== 'README.md' || !file.startsWith(dossier)) return [];
  const folder = dirname(file);
  const entries = readdirSync(folder).toSorted();
  return folder === dossier
    ? entries.map((name) => `${name}/README.md`).filter((page) => existsSync(join(folder, page)))
    : entries.filter(isPage);
}

/** `# model: property` is `property` below its model. */
function titleOf(file, text) {
  const [, title = basename(file, '.md')] = /^# (.+)$/m.exec(text) ?? [];
  return file.startsWith(join(dossier, '/')) && isPage(basename(file))
    ? title.replace(/^[^:]+: /, '')
    : title;
}

/** What the front matter of a document would say, had it one. */
function placeOf({ fileName, text }) {
  const path = relative(root, fileName);
  const [, group] = CHAPTERS.find(([folder]) => path.startsWith(folder));
  return { title: titleOf(fileName, text), group, children: pagesBelow(fileName) };
}

/**
 * Tables for everybody: a table without a head names its rows, an empty cell is no heading, a wide
 * one can be scrolled by the keyboard, and verdicts can be told at a glance.
 */
const withTables = (html) =>
  html.replaceAll(/<table>[\s\S]*?<\/table>/g, (table) => {
    const facts = table.replace(/<thead>\s*<tr>\s*(<th><\/th>\s*)+<\/tr>\s*<\/thead>/, '');
    const isOfFacts = facts !== table;
    const told = facts
      .replaceAll(/<tr>\s*<td>(.*?)<\/td>/g, (row, name) =>
        isOfFacts ? `<tr><th scope="row">${name}</th>` : row,
      )
      .replaceAll(/<th><\/th>/g, '<td></td>')
      .replaceAll(/<td>✓ ([^<]*)<\/td>/g, '<td><span class="holds">✓ $1</span></td>')
      .replaceAll(/<td>✗ ([^<]*)<\/td>/g, '<td><span class="violated">✗ $1</span></td>');
    const name = isOfFacts ? 'facts' : 'table';
    return `<div class="${name}" role="group" aria-label="table" tabindex="0">${told}</div>`;
  });

/** The script of the theme puts the symbols into the page, and a folder has no other place. */
const withOwnIcons = (html) => html.replaceAll(/href="[./]*assets\/icons\.svg#/g, 'href="#');

/** Names and orders the documents of the site, and gives it a copy of Mermaid. */
export function load({ converter, renderer }) {
  const parse = converter.parseRawComment.bind(converter);
  converter.parseRawComment = (file, files) => {
    const { content, frontmatter } = parse(file, files);
    return { content, frontmatter: { ...placeOf(file), ...frontmatter } };
  };
  renderer.on(MarkdownEvent.PARSE, (event) => {
    event.parsedText = withTables(event.parsedText).replaceAll('<pre>', '<pre tabindex="0">');
  });
  renderer.on(PageEvent.END, (event) => {
    event.contents = withOwnIcons(event.contents).replace(
      '<div class="col-content">',
      '<div class="col-content" role="main">',
    );
  });
  renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const mermaid = createRequire(import.meta.url).resolve('mermaid/dist/mermaid.min.js');
    copyFileSync(mermaid, join(outputDirectory, 'assets/mermaid.js'));
  });
}
