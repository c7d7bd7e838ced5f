/** A naive decision of law L16: pairs of a state and where the abstract system may be, by texts. */
import type { Refines } from '../../src/model/property.ts';
import type { AnyView, System } from '../../src/model/system.ts';
import type { States } from './span.ts';
import { naiveExplore, type NaiveGraph } from './explore.ts';

type See = (view: AnyView) => unknown;

const sightsThrough = ({ views }: NaiveGraph, see: See): readonly string[] =>
  views.map((view) => JSON.stringify(see(view as AnyView)));

function nextStates({ states, edges }: NaiveGraph): readonly (readonly number[])[] {
  const next = states.map((): number[] => []);
  for (const { from, to } of edges) next[from]!.push(to);
  return next;
}

/** Whether every path here shows what some path there shows, but for how long it shows it. */
export function isRefinement(here: NaiveGraph, { abstract, of, as }: Refines<AnyView>): boolean {
  const there = naiveExplore(abstract as System);
  if (!there.complete) throw new Error('the abstract system is too large for the oracle');
  const [seenHere, seenThere] = [sightsThrough(here, of), sightsThrough(there, as as See)];
  const [nextHere, nextThere] = [nextStates(here), nextStates(there)];

  /** Those of the states that show it, and all that can be reached while it is shown. */
  const showing = (shown: string, states: Iterable<number>): States => {
    const found = new Set([...states].filter((state) => seenThere[state] === shown));
    for (const state of found) {
      for (const next of nextThere[state]!) if (seenThere[next] === shown) found.add(next);
    }
    return found;
  };

  const todo = here.initial.map((state): readonly [number, States] => [
    state,
    showing(seenHere[state]!, there.initial),
  ]);
  const known = new Set<string>();
  for (const [state, shadow] of todo) {
    if (shadow.size === 0) return false;
    const key = `${state}: ${[...shadow].toSorted((a, b) => a - b).join()}`;
    if (known.has(key)) continue;
    known.add(key);
    const around = [...shadow].flatMap((one) => [one, ...nextThere[one]!]);
    for (const next of nextHere[state]!) todo.push([next, showing(seenHere[next]!, around)]);
  }
  return true;
}
