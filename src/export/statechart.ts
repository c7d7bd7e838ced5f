/** A machine's configuration, as far as it is drawn. */
interface Chart {
  readonly [key: string]: unknown;
}

const isChart = (value: unknown): value is Chart =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

const guardText = (guard: unknown): string => {
  if (guard === undefined) return '';
  if (typeof guard === 'string') return ` [${guard}]`;
  return isChart(guard) && typeof guard['type'] === 'string' ? ` [${guard['type']}]` : ' [guard]';
};

/** The path of a target as a state names it; null: the state itself, or what cannot be told. */
function targetPath(path: readonly string[], target: unknown): readonly string[] | null {
  if (typeof target !== 'string') return null;
  if (target.startsWith('.')) return [...path, ...target.slice(1).split('.')];
  if (target.startsWith('#')) return target.split('.').slice(1);
  return [...path.slice(0, -1), ...target.split('.')];
}

function arrowsOf(node: Chart, path: readonly string[]): readonly Arrow[] {
  const arrows: Arrow[] = [];
  const add = (given: unknown, text: string): void => {
    for (const way of [given].flat()) {
      if (way === undefined) continue;
      const { target, guard } = isChart(way) ? way : { target: way };
      const to = targetPath(path, target) ?? path;
      arrows.push({ from: idOf(path), to: idOf(to), text: `${text}${guardText(guard)}` });
    }
  };
  const { on, after, invoke, always, onDone } = node;
  for (const [type, given] of Object.entries(isChart(on) ? on : {})) add(given, type);
  for (const [delay, given] of Object.entries(isChart(after) ? after : {}))
    add(given, `after ${delay}`);
  add(always, 'at once');
  add(onDone, 'done');
  for (const one of [invoke].flat().filter(isChart)) {
    add(one['onDone'], `${String(one['src'])} done`);
    add(one['onError'], `${String(one['src'])} fails`);
  }
  return arrows;
}

/** A machine's configuration as a state diagram, in the text that Mermaid draws. */
export function stateDiagram(config: unknown): string {
  const lines = ['stateDiagram-v2'];
  const arrows: Arrow[] = [];
  const visit = (node: Chart, path: readonly string[], indent: string): void => {
    arrows.push(...arrowsOf(node, path));
    const { states, initial } = node;
    if (!isChart(states)) return;
    if (typeof initial === 'string') lines.push(`${indent}[*] --> ${idOf([...path, initial])}`);
    const entries = Object.entries(states).filter(([, inner]) => isChart(inner));
    for (const [at, [name, inner]] of entries.entries()) {
      const own = [...path, name];
      if (node['type'] === 'parallel' && at > 0) lines.push(`${indent}--`);
      lines.push(`${indent}state "${name}" as ${idOf(own)}`);
      if (isChart((inner as Chart)['states'])) {
        lines.push(`${indent}state ${idOf(own)} {`);
        visit(inner as Chart, own, `${indent}  `);
        lines.push(`${indent}}`);
      } else visit(inner as Chart, own, indent);
      if ((inner as Chart)['type'] === 'final') lines.push(`${indent}${idOf(own)} --> [*]`);
    }
  };
  if (isChart(config)) visit(config, [], '  ');
  if (arrows.some(({ from }) => from === AROUND)) {
    const inside = lines.splice(1).map((line) => `  ${line}`);
    lines.push(`  state "in any state" as ${AROUND}`, `  state ${AROUND} {`, ...inside, '  }');
  }
  const said = new Map<string, string[]>();
  for (const { from, to, text } of arrows) {
    const key = `  ${from} --> ${to}`;
    said.set(key, [...(said.get(key) ?? []), text]);
  }
  for (const [arrow, texts] of said) lines.push(`${arrow}: ${texts.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
