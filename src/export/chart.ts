/** What a transition of a statechart says, and the path of the state that it leads to. */
export interface ChartWay {
  /** The event, with its guard in brackets: `failed [transient]`. */
  readonly text: string;
  readonly to: readonly string[];
}

/** A state of a machine as it is drawn, with the states inside it. */
export interface ChartState {
  /** The empty text for the machine itself. */
  readonly name: string;
  /** Names from the outermost state on; empty for the machine itself. */
  readonly path: readonly string[];
  readonly isInitial: boolean;
  readonly isFinal: boolean;
  readonly isParallel: boolean;
  readonly tags: readonly string[];
  readonly ways: readonly ChartWay[];
  /** null for a state that can have none inside. */
  readonly states: readonly ChartState[] | null;
}

/** A machine's configuration, as far as it is drawn. */
interface Config {
  readonly [key: string]: unknown;
}

const isConfig = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const guardText = (guard: unknown): string => {
  if (guard === undefined) return '';
  if (typeof guard === 'string') return ` [${guard}]`;
  return isConfig(guard) && typeof guard['type'] === 'string' ? ` [${guard['type']}]` : ' [guard]';
};

/** The path of a target as a state names it; null: the state itself, or what cannot be told. */
function targetPath(path: readonly string[], target: unknown): readonly string[] | null {
  if (typeof target !== 'string') return null;
  if (target.startsWith('.')) return [...path, ...target.slice(1).split('.')];
  if (target.startsWith('#')) return target.split('.').slice(1);
  return [...path.slice(0, -1), ...target.split('.')];
}

function waysOf(node: Config, path: readonly string[]): readonly ChartWay[] {
  const ways: ChartWay[] = [];
  const add = (given: unknown, text: string): void => {
    for (const way of [given].flat()) {
      if (way === undefined) continue;
      const { target, guard } = isConfig(way) ? way : { target: way };
      ways.push({ text: `${text}${guardText(guard)}`, to: targetPath(path, target) ?? path });
    }
  };
  const { on, after, invoke, always, onDone } = node;
  for (const [type, given] of Object.entries(isConfig(on) ? on : {})) add(given, type);
  for (const [delay, given] of Object.entries(isConfig(after) ? after : {}))
    add(given, `after ${delay}`);
  add(always, 'at once');
  add(onDone, 'done');
  for (const one of [invoke].flat().filter(isConfig)) {
    add(one['onDone'], `${String(one['src'])} done`);
    add(one['onError'], `${String(one['src'])} fails`);
  }
  return ways;
}

function stateOf(node: Config, path: readonly string[], isInitial: boolean): ChartState {
  const { states, initial, type, tags } = node;
  return {
    name: path.at(-1) ?? '',
    path,
    isInitial,
    isFinal: type === 'final',
    isParallel: type === 'parallel',
    tags: [tags].flat().filter((tag) => typeof tag === 'string'),
    ways: waysOf(node, path),
    states: isConfig(states)
      ? Object.entries(states).flatMap(([name, inner]) =>
          isConfig(inner) ? [stateOf(inner, [...path, name], name === initial)] : [],
        )
      : null,
  };
}

/** A machine's configuration as a statechart; one without states where there is nothing to read. */
export function chartOf(config: unknown): ChartState {
  return stateOf(isConfig(config) ? config : {}, [], false);
}
