import type { NamedPredicate } from '../machine/compile.ts';
import { always, eventually, ltl, type Formula, type Property } from '../model/property.ts';
import type { AnyView, System } from '../model/system.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { check, type CheckOptions } from './check.ts';
import { planOf, type Plan, type PlannedProperty } from './plan.ts';

type Goal = (view: AnyView) => boolean;

/** What an example may show: what is false of it, so that a counterexample to that is one. */
interface Aim {
  readonly denied: Property<AnyView>;
  readonly shows: string;
}

const not =
  (goal: Goal): Goal =>
  (view) =>
    !goal(view);

const arrives = (goal: Goal, shows: string): Aim => ({ denied: always(not(goal)), shows });

/** A run that satisfies the formula. */
const satisfies = (formula: Formula<AnyView>, shows: string): Aim => ({
  denied: ltl({ not: formula }),
  shows,
});

const inTurn = (first: Goal, then: Goal, shows: string): Aim =>
  satisfies({ eventually: { and: [first, { eventually: then }] } }, shows);

/** The predicate with all that must hold with it. */
function goalOf({ holds, and }: NamedPredicate): Goal {
  if (and === undefined) return holds;
  const rest = goalOf(and);
  return (view) => holds(view) && rest(view);
}

const there = (plan: Plan, predicate: number): Goal | null => {
  const named = plan.predicates[predicate];
  return named === undefined ? null : goalOf(named);
};

/** Away from the goal and back to it; where nothing ever leaves it, just to it. */
function back(goal: Goal | null, what: string): readonly Aim[] {
  if (goal === null) return [];
  const returns = inTurn(not(goal), goal, `it leaves ${what}, and comes back`);
  return [returns, arrives(goal, `it comes to ${what}`)];
}

const AT_REST = 'the states that are consistent and at rest';

/** What a run can show of a property, what says most first. */
function aimsOf(plan: Plan, { property, predicate, antecedent }: PlannedProperty): readonly Aim[] {
  const own = there(plan, predicate);
  const settled = there(plan, plan.settled);
  const ends: readonly Aim[] = [
    arrives(there(plan, plan.allDone)!, 'it ends, and all are done'),
    ...back(settled, AT_REST),
    { denied: eventually(() => false), shows: 'it goes on for as long as there is a way' },
  ];
  switch (property.kind) {
    case 'always': {
      const when = there(plan, antecedent);
      return when === null ? ends : [arrives(when, 'it comes to a state that is asked for')];
    }
    case 'sometimes':
    case 'eventually':
      return [arrives(own!, 'it comes to where it holds')];
    case 'eventuallyAlways':
    case 'recoverable':
    case 'withinSteps':
    case 'closed': {
      const consistent = property.kind === 'withinSteps' ? settled : there(plan, plan.consistent);
      return back(own ?? consistent, 'where it holds');
    }
    case 'converges':
      return back(settled, AT_REST);
    case 'leadsTo': {
      const [first, then] = partsOf(property.formula);
      return [satisfies({ eventually: { and: [first, then] } }, 'one leads to the other')];
    }
    case 'until':
    case 'ltl':
      return [satisfies(property.formula, 'the formula is true of it')];
    default:
      return ends;
  }
}

/** Of `always(first implies then)`. */
function partsOf(formula: Formula<AnyView>): readonly [Formula<AnyView>, Formula<AnyView>] {
  const { always: whole } = formula as { readonly always: { readonly implies: never } };
  return whole.implies;
}

const NAME = 'example';

/**
 * A shortest run on which a property has something to say, and says nothing against it: its goal
 * is reached, or what it asks for happens. It is the counterexample to there being none. `violated`
 * says that there is no such run, whatever the verdict of the property. Of a run that goes round
 * for ever, the way to the loop is shortest.
 * @throws ReconvergeError RCV302 for an unknown name
 */
export function exampleOf(
  system: System,
  name: string,
  options: CheckOptions = {},
): PropertyReport {
  const plan = planOf(system, [name]);
  const planned = plan.properties[0]!;
  const shown = { name, kind: NAME, vacuous: false, values: {}, replay: null };
  const { parts, tolerance } = system;
  let isUnknown = false;
  for (const { denied, shows } of aimsOf(plan, planned)) {
    const asked = { parts, tolerance: { ...tolerance, properties: { [NAME]: denied } } };
    const [found] = check(asked, { ...options, properties: [NAME] }).properties;
    const trace = found?.trace ?? null;
    if (trace !== null) return { ...shown, result: 'holds', failure: null, because: shows, trace };
    isUnknown ||= found?.result !== 'holds';
  }
  const none = { ...shown, failure: null, trace: null };
  if (isUnknown) return { ...none, result: 'unknown', because: 'a bound was reached first' };
  const because = 'no run shows what it asks for';
  return { ...none, result: 'violated', failure: 'unreached', because };
}
