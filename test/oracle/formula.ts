/**
 * Linear temporal logic decided by the definitions: every state of the graph is paired with every
 * consistent guess of which parts of the formula hold from there on (Lichtenstein & Pnueli 1985),
 * and a path is a violation when the formula is guessed false at its start and no `until` is
 * promised for ever in vain.
 */
import type { Fairness, Formula } from '../../src/model/property.ts';
import type { AnyView } from '../../src/model/system.ts';
import type { NaiveEdge, NaiveGraph } from './explore.ts';
import type { Span, States } from './span.ts';
import { foreverInside, reaching } from './fairness.ts';

/** A formula with the fewest operators. */
type Core =
  | { readonly is: 'atom'; readonly holds: (view: AnyView) => boolean }
  | { readonly is: 'not' | 'next'; readonly one: Core }
  | { readonly is: 'or' | 'until'; readonly one: Core; readonly two: Core };

const not = (one: Core): Core => ({ is: 'not', one });
const TRUE: Core = { is: 'atom', holds: () => true };
const or = (one: Core, two: Core): Core => ({ is: 'or', one, two });
const until = (one: Core, two: Core): Core => ({ is: 'until', one, two });

function coreOf(formula: Formula<AnyView>): Core {
  if (typeof formula === 'function') return { is: 'atom', holds: formula };
  if ('not' in formula) return not(coreOf(formula.not));
  if ('or' in formula) return formula.or.map(coreOf).reduce(or, not(TRUE));
  if ('and' in formula) {
    return not(formula.and.map((part) => not(coreOf(part))).reduce(or, not(TRUE)));
  }
  if ('implies' in formula) return or(not(coreOf(formula.implies[0])), coreOf(formula.implies[1]));
  if ('next' in formula) return { is: 'next', one: coreOf(formula.next) };
  if ('eventually' in formula) return until(TRUE, coreOf(formula.eventually));
  if ('always' in formula) return not(until(TRUE, not(coreOf(formula.always))));
  if ('until' in formula) return until(coreOf(formula.until[0]), coreOf(formula.until[1]));
  return not(until(not(coreOf(formula.release[0])), not(coreOf(formula.release[1]))));
}

function partsOf(formula: Core): readonly Core[] {
  const inside = 'one' in formula ? partsOf(formula.one) : [];
  return [...inside, ...('two' in formula ? partsOf(formula.two) : []), formula];
}

/** Which parts hold from a state on; what only looks at the state is no guess. */
type Guess = ReadonlyMap<Core, boolean>;

function guessesAt(parts: readonly Core[], view: AnyView): readonly Guess[] {
  let guesses: readonly Guess[] = [new Map()];
  for (const part of parts) {
    guesses = guesses.flatMap((guess) => {
      const says = (value: boolean): Guess => new Map([...guess, [part, value]]);
      switch (part.is) {
        case 'atom':
          return [says(part.holds(view))];
        case 'not':
          return [says(guess.get(part.one) === false)];
        case 'or':
          return [says(guess.get(part.one) === true || guess.get(part.two) === true)];
        default:
          return [says(true), says(false)];
      }
    });
  }
  return guesses;
}

/** Whether what is guessed here agrees with what is guessed in the state that comes next. */
function agree(parts: readonly Core[], here: Guess, after: Guess): boolean {
  return parts.every((part) => {
    if (part.is === 'next') return here.get(part) === after.get(part.one);
    if (part.is !== 'until') return true;
    const goesOn = here.get(part.one) === true && after.get(part) === true;
    return here.get(part) === (here.get(part.two) === true || goesOn);
  });
}

/** No state of a path: what is enabled but agrees with no guess leads here. */
const NOWHERE = -1;

/** Whether every fair path of the span satisfies the formula. */
export function isSatisfied(span: Span, formula: Formula<AnyView>, fairness: Fairness): boolean {
  const { graph, deadEnds, reading } = span;
  const whole = coreOf(formula);
  const parts = partsOf(whole);
  const nodes = graph.views.flatMap((view, state) =>
    guessesAt(parts, view as AnyView).map((guess) => ({ state, guess })),
  );
  const at = new Map<number, number[]>(graph.views.map((_, state) => [state, []]));
  for (const [node, { state }] of nodes.entries()) at.get(state)!.push(node);
  const paired = (edges: readonly NaiveEdge[]): NaiveEdge[] =>
    edges.flatMap((edge) =>
      (at.get(edge.from) ?? []).flatMap((from) => [
        { ...edge, from, to: NOWHERE },
        ...(at.get(edge.to) ?? [])
          .filter((to) => agree(parts, nodes[from]!.guess, nodes[to]!.guess))
          .map((to) => ({ ...edge, from, to })),
      ]),
    );
  const moves = graph.edges.filter(({ from, to }) => from !== to);
  const product: NaiveGraph = { ...graph, edges: paired(moves) };
  const all: States = new Set(nodes.keys());
  const untils = parts.filter((part) => part.is === 'until');
  const kept = (part: Core, { guess }: { guess: Guess }): boolean =>
    part.is !== 'until' || guess.get(part) === false || guess.get(part.two) === true;
  const visiting = untils.map(
    (part) => new Set([...all].filter((node) => kept(part, nodes[node]!))),
  );
  const loops = foreverInside(product, all, fairness, reading, visiting);
  const ends = [...all].filter((node) => {
    const { state, guess } = nodes[node]!;
    return (
      deadEnds.has(state) &&
      agree(parts, guess, guess) &&
      untils.every((part) => kept(part, nodes[node]!))
    );
  });
  const bad = reaching(product.edges, new Set([...loops, ...ends]), all);
  return !graph.initial.some((state) =>
    (at.get(state) ?? []).some((node) => nodes[node]!.guess.get(whole) === false && bad.has(node)),
  );
}
