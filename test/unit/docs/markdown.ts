/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line inside the fence, from 1. */
  readonly line: number;
}

export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; line: number } | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { language: fence[1] ?? '', lines: [], line: index + 2 };
    else {
      const { language, lines } = open;
      blocks.push({ language, text: lines.join('\n'), line: open.line });
      open = null;
    }
  }
  if (open !== null) throw new Error(`a fence is not closed: line ${open.line}`);
  return blocks;
}

/** The name of the file that a TypeScript block is: its first line is `// name.ts`. */
export function fileNameOf({ text, line }: Block): string {
  const name = /^\/\/ ([\w.-]+\.m?ts)$/m.exec(text.split('\n')[0] ?? '')?.[1];
  if (name === undefined) throw new Error(`line ${line}: a program begins with // name.ts`);
  return name;
}

/** An edit that a document asks its reader for: lines of a file, and what they become. */
export interface Edit {
  readonly file: string;
  readonly apply: (text: string) => string;
}

/** Reads a `diff` block: `--- file`, then lines with `-` and those with `+` in their place. */
export function editOf({ text, line }: Block): Edit {
  const [head = '', ...lines] = text.split('\n');
  const file = /^--- (\S+)$/.exec(head)?.[1];
  if (file === undefined) throw new Error(`line ${line}: an edit begins with --- file`);
  const marked = (mark: string): string =>
    lines.flatMap((one) => (one.startsWith(mark) ? [`${one.slice(1)}\n`] : [])).join('');
  const apply = (before: string): string => {
    const parts = before.split(marked('-'));
    if (parts.length !== 2) throw new Error(`line ${line}: no such lines in ${file}`);
    return parts.join(marked('+'));
  };
  return { file, apply };
}

/** The targets of the links that lead to files, without their fragments. */
export function linksOf(markdown: string): readonly string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('#'))
    .map((target) => target.replace(/#.*$/, ''));
}
