import type { Exploration } from '../explore/exploration.ts';
import type { Hop } from '../explore/paths.ts';
import type { Compiled } from '../machine/compile.ts';
import { UnboundedComponent } from '../machine/component.ts';
import { ReconvergeError } from '../model/error.ts';
import type { Refines } from '../model/property.ts';
import type { AnyView, System } from '../model/system.ts';
import type { Analysis } from './analysis.ts';
import { spanOf } from './explored.ts';
import { HOLDS, violated, type Judgement } from './judgement.ts';
import { prolonged, type NumberedPath } from './path.ts';

/** The whole span of the abstract system. @throws ReconvergeError RCV306 if it has no end */
function abstractSpan(system: System, name: string): readonly [Compiled, Exploration] {
  try {
    return spanOf(system, []);
  } catch (thrown) {
    if (!(thrown instanceof UnboundedComponent)) throw thrown;
    throw new ReconvergeError('RCV306', 'the abstract system has no end of states', {
      at: `properties.${name}`,
      hint: 'bound what grows in it: check it by itself to see what that is',
    });
  }
}

/** Sets of abstract states that may be where the system is, as far as is seen of it. */
class Shadows {
  private readonly found: Exploration;
  private readonly seen: readonly string[];
  private readonly numbers = new Map<string, number>();
  private readonly sets: (readonly number[])[] = [];

  constructor(
    [compiled, found]: readonly [Compiled, Exploration],
    name: string,
    as: Refines<never>['as'],
  ) {
    this.found = found;
    const look = compiled.projected({
      name: `properties.${name}.as`,
      of: as as (view: AnyView) => unknown,
    });
    this.seen = Array.from({ length: found.states }, (_, state) => look(found.row(state)));
  }

  /** The number of a set, with what is reached from it without anything being seen; -1: empty. */
  private closed(states: Iterable<number>): number {
    const members = new Set(states);
    const { offsets, targets } = this.found.graph;
    for (const state of members) {
      for (let edge = offsets[state]!; edge < offsets[state + 1]!; edge += 1) {
        if (this.seen[targets[edge]!] === this.seen[state]) members.add(targets[edge]!);
      }
    }
    if (members.size === 0) return -1;
    const sorted = [...members].toSorted((a, b) => a - b);
    const key = sorted.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.sets.push(sorted) - 1);
    return this.sets.length - 1;
  }

  /** Where a behaviour may begin of whose first state that is seen. */
  first(seen: string): number {
    const initial = Array.from({ length: this.found.initial }, (_, state) => state);
    return this.closed(initial.filter((state) => this.seen[state] === seen));
  }

  /** Where a step leads after which that is seen, and something else was before. */
  after(set: number, seen: string): number {
    const { offsets, targets } = this.found.graph;
    const next: number[] = [];
    for (const state of this.sets[set]!) {
      for (let edge = offsets[state]!; edge < offsets[state + 1]!; edge += 1) {
        if (this.seen[targets[edge]!] === seen) next.push(targets[edge]!);
      }
    }
    return this.closed(next);
  }
}

/** A state, and where the abstract system may be then. */
interface Pair {
  readonly state: number;
  readonly shadow: number;
  readonly from: Pair | null;
  readonly edge: number;
}

function pathOf(analysis: Analysis, pair: Pair): NumberedPath {
  const hops: Hop[] = [];
  let at = pair;
  for (; at.from !== null; at = at.from) {
    hops.unshift({ from: at.from.state, edge: at.edge, to: at.state });
  }
  return prolonged(analysis, { start: at.state, steps: [], loop: null }, hops, false);
}

/** Decides whether every behaviour is one of the abstract system (law L16). */
export function judgeRefines(
  analysis: Analysis,
  name: string,
  property: Refines<AnyView>,
): Judgement {
  const { compiled, found, graph, moves } = analysis;
  const shadows = new Shadows(abstractSpan(property.abstract as System, name), name, property.as);
  const look = compiled.projected({ name: `properties.${name}.of`, of: property.of });
  const seen = Array.from({ length: analysis.states }, (_, state) => look(found.row(state)));
  const known = new Set<string>();
  const pairs: Pair[] = [];
  const reach = (pair: Pair): void => {
    const key = `${pair.state} ${pair.shadow}`;
    if (known.has(key)) return;
    known.add(key);
    pairs.push(pair);
  };
  for (let state = 0; state < found.initial; state += 1) {
    const pair = { state, shadow: shadows.first(seen[state]!), from: null, edge: -1 };
    if (pair.shadow === -1) {
      return violated(
        'state',
        'the abstract system begins nowhere like that',
        pathOf(analysis, pair),
      );
    }
    reach(pair);
  }
  let isSeen = false;
  for (const from of pairs) {
    const { offsets, targets } = graph;
    for (let edge = offsets[from.state]!; edge < offsets[from.state + 1]!; edge += 1) {
      if (moves[edge] === 0) continue;
      const state = targets[edge]!;
      const isStutter = seen[state] === seen[from.state];
      isSeen ||= !isStutter;
      const shadow = isStutter ? from.shadow : shadows.after(from.shadow, seen[state]!);
      const pair = { state, shadow, from, edge };
      if (shadow === -1) {
        const because = 'the abstract system takes no step like the last one';
        return violated('step', because, pathOf(analysis, pair));
      }
      reach(pair);
    }
  }
  if (isSeen) return HOLDS;
  return { ...HOLDS, vacuous: true, because: 'no step changes anything of what is seen' };
}
