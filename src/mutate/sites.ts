/**
 * The places of a machine's configuration at which it can be changed. A configuration is plain data
 * with functions in it; XState's own types of it are too narrow to be walked.
 */
export type Config = { [key: string]: unknown };

/** One of several ways to react to the same event, tried in order. */
export interface Reaction {
  readonly state: string;
  /** The event; null where it is none from outside. */
  readonly event: string | null;
  /** `on CHARGE`, `when charge is done`, `at once`. */
  readonly when: string;
  /** All ways to react to it, and which one of them this is. */
  readonly ways: Config[];
  readonly index: number;
}

/** What a state asks a service, or a save. */
export interface Asking {
  readonly state: string;
  readonly node: Config;
  readonly invoke: Config;
  /** The tags of the state and of those around it. */
  readonly tags: readonly string[];
}

const isConfig = (value: unknown): value is Config => typeof value === 'object' && value !== null;

/** Copies arrays and plain objects; what is in them is shared. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!isConfig(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)]));
}

/** The ways under a key as a list of objects, which takes the place of what was there. */
function waysAt(holder: Config, key: string): Config[] {
  const given = holder[key];
  if (given === undefined || given === null) return [];
  const list = (Array.isArray(given) ? given : [given]) as unknown[];
  const ways = list.map((way): Config => (isConfig(way) ? way : { target: way }));
  holder[key] = ways;
  return ways;
}

const listed = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? (value as string[]) : [];

function invokesOf(node: Config): readonly Config[] {
  const given = node['invoke'];
  return (Array.isArray(given) ? given : [given]).filter(isConfig);
}

/** All sites of a configuration, by state, outermost first. The configuration is made uniform. */
export function sitesOf(config: Config): {
  readonly reactions: readonly Reaction[];
  readonly askings: readonly Asking[];
} {
  const reactions: Reaction[] = [];
  const askings: Asking[] = [];
  const visit = (node: Config, state: string, around: readonly string[]): void => {
    const tags = [...around, ...listed(node['tags'])];
    const add = (holder: Config, key: string, when: string, event: string | null): void => {
      const ways = waysAt(holder, key);
      for (const index of ways.keys()) reactions.push({ state, event, when, ways, index });
    };
    const on = node['on'];
    if (isConfig(on)) for (const type of Object.keys(on)) add(on, type, `on ${type}`, type);
    add(node, 'always', 'at once', null);
    add(node, 'onDone', 'when it is done', null);
    const after = node['after'];
    if (isConfig(after))
      for (const delay of Object.keys(after)) add(after, delay, `after ${delay}`, null);
    for (const invoke of invokesOf(node)) {
      askings.push({ state, node, invoke, tags });
      add(invoke, 'onDone', `when ${String(invoke['src'])} is done`, null);
      add(invoke, 'onError', `when ${String(invoke['src'])} fails`, null);
    }
    const states = node['states'];
    if (!isConfig(states)) return;
    for (const [name, inner] of Object.entries(states)) {
      if (isConfig(inner)) visit(inner, state === '' ? name : `${state}.${name}`, tags);
    }
  };
  visit(config, '', []);
  return { reactions, askings };
}
