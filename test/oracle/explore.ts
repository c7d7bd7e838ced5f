/**
 * A naive explorer: global states are JSON texts in a map, every step goes through XState anew,
 * nothing is remembered between steps. Slow and meant to be obviously right; the engine is compared
 * with it.
 */
import type { System } from '../../src/model/system.ts';
import type { Label } from '../../src/model/verdict.ts';
import type { Setting } from './setting.ts';
import type { GlobalState, Local } from './state.ts';
import type { Move } from './move.ts';
import type { Sights } from './view.ts';
import { environment, inboxes, timers } from './events.ts';
import { deliveries, saves, serves, zombieLandings } from './invokes.ts';
import { mustRemember, nodeFaults, returns } from './nodes.ts';
import { initialBudgets, settingOf } from './setting.ts';
import { canonical, decode, encode, plain } from './state.ts';
import { Turn } from './turn.ts';
import { allSights, viewOf } from './view.ts';

export interface NaiveEdge {
  readonly from: number;
  readonly to: number;
  readonly actor: string;
  /** The event with its payload, as JSON with sorted keys. */
  readonly event: string;
  readonly label: Label;
  readonly fault: string | null;
  /** `serve ASKER ID` or `deliver ASKER ID` where a reply competes with a timeout; else null. */
  readonly strong: string | null;
}

export interface NaiveGraph {
  /** In the order of a breadth-first search, the initial ones first. */
  readonly states: readonly string[];
  readonly views: readonly Sights[];
  readonly initial: readonly number[];
  /** Distinct in (from, actor, event, fault, to). */
  readonly edges: readonly NaiveEdge[];
  /** The number of breadth-first levels: states on the longest shortest path. */
  readonly depth: number;
  /** Indices of edges that deliver a failure and do not end where the recovery table says. */
  readonly brokenClaims: readonly number[];
  /** Indices of states in which an actor has met a failure that no transition handles. */
  readonly errors: readonly number[];
  /** False where `maxStates` was reached: the graph is then a part of the span. */
  readonly complete: boolean;
}

function initialStates(setting: Setting): string[] {
  const choices = setting.actors.reduce<unknown[][]>(
    (known, { inputs }) => known.flatMap((row) => inputs.map((input) => [...row, input])),
    [[]],
  );
  return choices.map((inputs) => {
    const actors: { [name: string]: Local } = {};
    const budgets = initialBudgets(setting);
    const state: GlobalState = { actors, inboxes: {}, zombies: {}, budgets };
    const turn = new Turn(setting, state);
    setting.actors.forEach((actor, position) => {
      turn.start(actor, inputs[position]);
      const local = turn.local(actor.name);
      if (mustRemember(setting, actor)) local.input = plain(inputs[position]);
      if (actor.checkpoint !== null) local.saved = local.snapshot;
    });
    turn.settle();
    return encode(turn.state);
  });
}

/** Every step of a state. */
export function* moves(setting: Setting, from: string): Generator<Move> {
  yield* environment(setting, from);
  yield* inboxes(setting, from);
  yield* timers(setting, from);
  yield* saves(setting, from);
  yield* serves(setting, from);
  yield* deliveries(setting, from);
  yield* zombieLandings(setting, from);
  yield* nodeFaults(setting, from);
  yield* returns(setting, from);
}

const PRIORITY: readonly Label[] = ['F', 'E', 'R', 'P'];

/** Of two descriptions of the same step, the one with the label that wins. */
function merged(known: NaiveEdge | undefined, edge: NaiveEdge): NaiveEdge {
  if (known === undefined) return edge;
  const [first, second] = [known, edge].toSorted(
    (a, b) => PRIORITY.indexOf(a.label) - PRIORITY.indexOf(b.label),
  );
  return { ...first!, strong: first!.strong ?? second!.strong };
}

function failed(view: Sights): boolean {
  return allSights(view).some(({ status }) => status === 'error');
}

export function naiveExplore(system: System, options: { maxStates?: number } = {}): NaiveGraph {
  const { maxStates = 20_000 } = options;
  const setting = settingOf(system);
  const index = new Map<string, number>();
  const states: string[] = [];
  const number = (text: string): number => {
    const known = index.get(text);
    if (known !== undefined) return known;
    index.set(text, states.length);
    return states.push(text) - 1;
  };
  const initial = [...new Set(initialStates(setting).map(number))];
  const edges = new Map<string, NaiveEdge>();
  const broken = new Set<string>();
  let depth = 0;
  let level = 0;
  while (level < states.length && states.length <= maxStates) {
    const end = states.length;
    for (let from = level; from < end && states.length <= maxStates; from += 1) {
      for (const step of moves(setting, states[from]!)) {
        const { actor, label, fault, strong } = step;
        const to = number(step.target);
        const event = canonical(step.event);
        const key = canonical([from, actor, event, fault, to]);
        edges.set(key, merged(edges.get(key), { from, to, actor, event, label, fault, strong }));
        if (step.breaksClaim) broken.add(key);
      }
    }
    level = end;
    depth += 1;
  }
  const views = states.map((text) => viewOf(setting, decode(text)));
  return {
    states,
    views,
    initial,
    edges: [...edges.values()],
    depth,
    brokenClaims: [...edges.keys()].flatMap((key, at) => (broken.has(key) ? [at] : [])),
    errors: views.flatMap((view, at) => (failed(view) ? [at] : [])),
    complete: states.length <= maxStates,
  };
}
