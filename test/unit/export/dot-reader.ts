/** A graph as Graphviz would read it. */
export interface ReadGraph {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [from: string, to: string, label: string])[];
}

const TOKEN = /\s*(->|[{}[\]=,;]|"(?:[^"\\]|\\.)*"|[\w.]+)/y;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`no token at ${text.slice(at, at + 20)}`);
    tokens.push(token);
  }
  return tokens;
}

/**
 * Reads the part of DOT that is written here: statements of nodes and edges with attributes, and
 * defaults of both. @throws Error where the text is none of it
 */
export function readDot(text: string): ReadGraph {
  const tokens = tokensOf(text);
  let at = 0;
  const next = (): string => tokens[at++] ?? 'the end';
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw new Error(`${found} instead of ${token}`);
  };
  const attributes = (): ReadonlyMap<string, string> => {
    const found = new Map<string, string>();
    expect('[');
    for (let token = next(); token !== ']'; token = next()) {
      expect('=');
      found.set(token, next());
      if (tokens[at] === ',') next();
    }
    return found;
  };
  expect('digraph');
  const name = next();
  expect('{');
  const nodes: string[] = [];
  const edges: [string, string, string][] = [];
  for (let id = next(); id !== '}'; id = next()) {
    const isEdge = tokens[at] === '->';
    if (isEdge) next();
    const to = isEdge ? next() : '';
    const label = attributes().get('label') ?? '';
    if (isEdge) edges.push([id, to, label]);
    else if (id !== 'node' && id !== 'edge') nodes.push(id);
    expect(';');
  }
  if (at < tokens.length) throw new Error(`${tokens[at]} behind the end`);
  return { name, nodes, edges };
}
