/**
 * Which states begin a fair path that stays inside a set for ever, after Emerson & Lei (1986): the
 * greatest set Z of states, each with a step into Z, such that for every class
 * - weak: from every state of Z, inside Z, a state where the class is disabled or a step of it is
 *   reached;
 * - strong: every state of Z either disables the class or reaches, inside Z, a step of it.
 * (In a bottom component of Z one can then go round and satisfy every class; conversely what a fair
 * path visits infinitely often is such a set.)
 */
import type { Fairness } from '../../src/model/property.ts';
import type { NaiveEdge, NaiveGraph } from './explore.ts';

export interface Reading {
  /** Which steps are strongly fair when a reply competes with a timeout. */
  readonly strong: 'deliver' | 'serve and deliver';
  /** Whether a paused actor is at rest. */
  readonly pausedRests: boolean;
}

export const DEFAULT_READING: Reading = { strong: 'deliver', pausedRests: true };

interface FairnessClass {
  readonly strong: boolean;
  readonly steps: readonly NaiveEdge[];
}

/** The steps that paths are made of: no faults, no self-loops. */
export function free(graph: NaiveGraph): readonly NaiveEdge[] {
  return graph.edges.filter(({ label, from, to }) => label !== 'F' && from !== to);
}

function grouped(
  strong: boolean,
  steps: readonly NaiveEdge[],
  name: (step: NaiveEdge) => string | null,
): FairnessClass[] {
  const names = new Set(steps.map(name).filter((each) => each !== null));
  return [...names].map((each) => ({ strong, steps: steps.filter((step) => name(step) === each) }));
}

/** What a claim calls a step: `*`, an actor, or an actor and an event; replicas are apart. */
function claimed(claim: string, { actor, event }: NaiveEdge): string | null {
  if (claim === '*') return claim;
  const part = actor.replace(/\[.*/, '');
  const { type } = JSON.parse(event) as { type: string };
  return claim === part || claim === `${part}.${type}` ? actor : null;
}

function classes(
  graph: NaiveGraph,
  fairness: Fairness,
  reading: Reading,
): readonly FairnessClass[] {
  const steps = free(graph);
  if (fairness === 'none') return [];
  if (fairness !== 'default') {
    const { weak = [], strong = [] } = fairness;
    return [
      ...weak.flatMap((claim) => grouped(false, steps, (step) => claimed(claim, step))),
      ...strong.flatMap((claim) => grouped(true, steps, (step) => claimed(claim, step))),
    ];
  }
  const counts = (strong: string): boolean =>
    strong.startsWith('deliver ') || reading.strong === 'serve and deliver';
  return [
    ...grouped(false, steps, ({ actor, label }) => `${label} ${actor}`),
    ...grouped(true, steps, ({ strong }) => (strong !== null && counts(strong) ? strong : null)),
  ];
}

/**
 * The states from which `targets` is reached by steps that stay inside `within`, targets included.
 */
export function reaching(
  steps: readonly NaiveEdge[],
  targets: ReadonlySet<number>,
  within: ReadonlySet<number>,
): Set<number> {
  const found = new Set([...targets].filter((state) => within.has(state)));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { from, to } of steps) if (within.has(from) && found.has(to)) found.add(from);
  }
  return found;
}

/**
 * The states of `inside` from which a path without faults can stay inside for ever, fairly or
 * anyhow, and come again and again to each of `visiting`.
 */
export function foreverInside(
  graph: NaiveGraph,
  inside: ReadonlySet<number>,
  fairness: Fairness,
  reading: Reading,
  visiting: readonly ReadonlySet<number>[] = [],
): Set<number> {
  const steps = free(graph);
  const obligations = classes(graph, fairness, reading);
  let kept = new Set(inside);
  for (;;) {
    const current = kept;
    const continues = new Set(steps.filter(({ to }) => current.has(to)).map(({ from }) => from));
    let next = new Set([...current].filter((state) => continues.has(state)));
    for (const { strong, steps: own } of obligations) {
      const enabled = new Set(own.map(({ from }) => from));
      const disabled = new Set([...current].filter((state) => !enabled.has(state)));
      const taken = own.filter(({ from, to }) => current.has(from) && current.has(to));
      const targets = new Set(taken.map(({ from }) => from));
      if (!strong) for (const state of disabled) targets.add(state);
      const met = reaching(steps, targets, current);
      next = new Set(
        [...next].filter((state) => met.has(state) || (strong && disabled.has(state))),
      );
    }
    for (const visited of visiting) {
      const met = reaching(steps, new Set([...visited].filter((s) => current.has(s))), current);
      next = new Set([...next].filter((state) => met.has(state)));
    }
    // EF: what can enter such a path without leaving `inside` begins one, too.
    if (next.size === current.size) return reaching(steps, next, inside);
    kept = next;
  }
}
