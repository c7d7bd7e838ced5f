import { chartOf, type ChartState } from './chart.ts';

/** One arrow of a statechart: paths of states, and what it says. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What a machine does in whatever state it is in is drawn from a state around them all. */
const AROUND = 'in_any_state';

const idOf = (path: readonly string[]): string =>
  path.length === 0 ? AROUND : path.map((name) => name.replaceAll(/\W/g, '_')).join('__');

/** A machine's configuration as a state diagram, in the text that Mermaid draws. */
export function stateDiagram(config: unknown): string {
  const lines = ['stateDiagram-v2'];
  const arrows: Arrow[] = [];
  const visit = ({ path, ways, states, isParallel }: ChartState, indent: string): void => {
    for (const { text, to } of ways) arrows.push({ from: idOf(path), to: idOf(to), text });
    if (states === null) return;
    const initial = states.find(({ isInitial }) => isInitial);
    if (initial !== undefined) lines.push(`${indent}[*] --> ${idOf(initial.path)}`);
    for (const [at, inner] of states.entries()) {
      const id = idOf(inner.path);
      if (isParallel && at > 0) lines.push(`${indent}--`);
      lines.push(`${indent}state "${inner.name}" as ${id}`);
      if (inner.states !== null) {
        lines.push(`${indent}state ${id} {`);
        visit(inner, `${indent}  `);
        lines.push(`${indent}}`);
      } else visit(inner, indent);
      if (inner.isFinal) lines.push(`${indent}${id} --> [*]`);
    }
  };
  visit(chartOf(config), '  ');
  if (arrows.some(({ from }) => from === AROUND)) {
    const inside = lines.splice(1).map((line) => `  ${line}`);
    lines.push(`  state "in any state" as ${AROUND}`);
    // Mermaid draws no state around nothing.
    if (inside.length > 0) lines.push(`  state ${AROUND} {`, ...inside, '  }');
  }
  const said = new Map<string, string[]>();
  for (const { from, to, text } of arrows) {
    const key = `  ${from} --> ${to}`;
    said.set(key, [...(said.get(key) ?? []), text]);
  }
  for (const [arrow, texts] of said) lines.push(`${arrow}: ${texts.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
