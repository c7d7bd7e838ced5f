import { sitesOf, type Asking, type Config, type Reaction } from './sites.ts';

/** One small change to a machine, in words, and how to make it in a copy of its configuration. */
export interface Change {
  readonly what: string;
  readonly make: (config: Config) => void;
}

const nameOf = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  const type = typeof value === 'object' && value !== null ? (value as Config)['type'] : undefined;
  return typeof type === 'string' ? `'${type}'` : 'its own';
};

const targetOf = ({ target }: Config): string => (target === undefined ? 'itself' : String(target));

function wayText({ state, when, ways, index }: Reaction): string {
  const way = ways[index]!;
  const guard = way['guard'] === undefined ? '' : `, if ${nameOf(way['guard'])}`;
  const place = state === '' ? '' : `${state}: `;
  return `${place}${when}${guard}, to ${targetOf(way)}`;
}

/** What can be done to one way of reacting. */
function changesOfReaction(reaction: Reaction, at: number): readonly Change[] {
  const { ways, index, when } = reaction;
  const way = ways[index]!;
  const text = wayText(reaction);
  const of = (config: Config): Reaction => sitesOf(config).reactions[at]!;
  const changes: Change[] = [
    {
      what: `left out: ${text}`,
      make: (config) => void of(config).ways.splice(index, 1),
    },
  ];
  if (way['guard'] !== undefined) {
    const make = (config: Config): void => void delete of(config).ways[index]!['guard'];
    changes.push({ what: `whether or not: ${text}`, make });
  }
  if (way['actions'] !== undefined) {
    const make = (config: Config): void => void delete of(config).ways[index]!['actions'];
    changes.push({ what: `without its actions: ${text}`, make });
  }
  if (!when.endsWith('fails')) return changes;
  const targets = new Set(ways.map(({ target }) => target).filter((one) => one !== way['target']));
  for (const target of targets) {
    const make = (config: Config): void => {
      of(config).ways[index]!['target'] = target;
    };
    changes.push({ what: `to ${targetOf({ target })} instead: ${text}`, make });
  }
  return changes;
}

/** What a state asks for is taken for done. */
function skipped({ state, node, invoke }: Asking, at: number): readonly Change[] {
  const { onDone } = invoke;
  if (onDone === undefined || node['always'] !== undefined || Array.isArray(node['invoke'])) {
    return [];
  }
  const make = (config: Config): void => {
    const site = sitesOf(config).askings[at]!;
    delete site.node['invoke'];
    const ways = site.invoke['onDone'] as readonly Config[];
    // What it would have answered is not there to be looked at.
    site.node['always'] = ways.map(({ target }) => ({ target }));
  };
  return [{ what: `taken for done: ${state}: ${String(invoke['src'])}`, make }];
}

/** Two things that are asked for while recovering change places. */
function swapped(
  askings: readonly Asking[],
  recovery: ReadonlySet<string>,
  saves: ReadonlySet<string>,
): readonly Change[] {
  const recovering = [...askings.entries()].filter(
    ([, { tags, invoke }]) =>
      tags.some((tag) => recovery.has(tag)) && !saves.has(String(invoke['src'])),
  );
  return recovering.flatMap(([one, first], place) =>
    recovering.slice(place + 1).flatMap(([two, second]): Change[] => {
      const [a, b] = [first.invoke['src'], second.invoke['src']];
      if (a === b) return [];
      const make = (config: Config): void => {
        const sites = sitesOf(config).askings;
        sites[one]!.invoke['src'] = b;
        sites[two]!.invoke['src'] = a;
      };
      return [{ what: `swapped: ${String(a)} (${first.state}) and ${String(b)}`, make }];
    }),
  );
}

/**
 * Every change of the catalogue to a machine. `recovery`: the tags of states that recover; `saves`:
 * what is asked for to save a checkpoint; `faults`: events that are faults, which are not the
 * program's.
 */
export function changesOf(
  config: Config,
  recovery: ReadonlySet<string>,
  saves: ReadonlySet<string>,
  faults: ReadonlySet<string>,
): readonly Change[] {
  const { reactions, askings } = sitesOf(config);
  return [
    ...reactions.flatMap((reaction, at) =>
      faults.has(reaction.event ?? '') ? [] : changesOfReaction(reaction, at),
    ),
    ...askings.flatMap(skipped),
    ...swapped(askings, recovery, saves),
  ];
}
