import type { Closure } from './closure.ts';

/**
 * Components that belong together: one that never changes but together with another is put with it
 * (what only its sender ever writes, a bit of a set or a channel, goes with the sender). Null where
 * nothing is gained.
 */
export function coupled(closure: Closure): readonly (readonly number[])[] | null {
  const groups = closure.groups.map(({ components }) => components);
  const along = new Map<number, Set<number>>();
  for (const changed of closure.changedTogether.values()) {
    for (const group of changed) {
      const others = along.get(group);
      if (others === undefined) along.set(group, new Set(changed));
      else for (const other of others) if (!changed.includes(other)) others.delete(other);
    }
  }
  const parent = groups.map((_, group) => group);
  const root = (group: number): number => {
    while (parent[group] !== group) group = parent[group] as number;
    return group;
  };
  for (const [group, others] of along) {
    const [host] = [...others].filter((other) => other !== group).toSorted((a, b) => a - b);
    if (host !== undefined) parent[root(group)] = root(host);
  }
  const merged = new Map<number, number[]>();
  for (const group of groups.keys()) {
    const home = root(group);
    if (!merged.has(home)) merged.set(home, []);
    merged.get(home)!.push(...(groups[group] as readonly number[]));
  }
  if (merged.size === groups.length) return null;
  return [...merged.values()].map((components) => components.toSorted((a, b) => a - b));
}

/**
 * The partition with each of these components put to the group that is looked at whenever it
 * changes, the one that the fewest of them look at; null where there are none.
 */
export function withCompanions(
  closure: Closure,
  components: readonly number[],
): readonly (readonly number[])[] | null {
  const hostsOf = new Map<number, readonly number[]>();
  const guests = new Map<number, number>();
  for (const component of components) {
    const { group } = closure.home(component);
    if (closure.groups[group]!.components.length > 1) continue;
    const hosts = [...(closure.readWhenChanged.get(group) ?? [])].filter((host) => host !== group);
    hostsOf.set(group, hosts);
    for (const host of hosts) guests.set(host, (guests.get(host) ?? 0) + 1);
  }
  const merged = closure.groups.map(({ components: own }) => [...own]);
  let isMerged = false;
  for (const [group, hosts] of hostsOf) {
    const free = hosts.filter((host) => !hostsOf.has(host));
    const [host] = free.toSorted((a, b) => guests.get(a)! - guests.get(b)! || a - b);
    if (host === undefined) continue;
    merged[host]!.push(...merged[group]!.splice(0));
    isMerged = true;
  }
  if (!isMerged) return null;
  return merged.filter((one) => one.length > 0).map((one) => one.toSorted((a, b) => a - b));
}
