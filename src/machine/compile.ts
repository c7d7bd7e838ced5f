import type {
  Evaluation,
  IntegerSystem,
  Observation,
  Action,
  Outcome,
} from '../model/integer-system.ts';
import type { Predicate } from '../model/property.ts';
import type { AnyView, System } from '../model/system.ts';
import type { StateView } from '../model/verdict.ts';
import { ReconvergeError } from '../model/error.ts';
import { describe } from './describe.ts';
import { Draft } from './draft.ts';
import { Keyholes, Probe } from './probe.ts';
import { evaluate } from './purity.ts';
import { adriftRule, answerRule, checkEffects, serveRule } from './rules-effect.ts';
import { environmentRules, inboxRule, timerRule } from './rules-environment.ts';
import { nodeRules } from './rules-node.ts';
import { ActionNames, Steps, type Rule } from './steps.ts';
import { viewOf } from './view.ts';
import { World } from './world.ts';

/** A predicate with the name under which its exceptions are reported. */
export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<AnyView>;
}

/** A system as integers, and the way back from integers to what people read. */
export interface Compiled extends IntegerSystem {
  readonly world: World;
  readonly actorNames: readonly string[];
  claimText(index: number): string;
  stateView(state: Int32Array): StateView;
  /** A view of a state for lambdas; reads are not tracked. */
  view(state: Int32Array): AnyView;
}

function rulesOf(world: World): readonly Rule[] {
  checkEffects(world);
  const { instances } = world;
  const asking = instances.filter(
    ({ part }) => Object.keys(world.tolerance.effects ?? {}).length > 0 || part.checkpoint !== null,
  );
  return [
    ...environmentRules(world),
    ...instances
      .filter(({ inbox }) => inbox !== null)
      .map((instance) => inboxRule(world, instance)),
    ...instances.map((instance) => timerRule(world, instance)),
    ...asking.flatMap((instance) => [serveRule(world, instance), answerRule(world, instance)]),
    ...instances
      .filter(({ index }) => world.adriftComponent(index) >= 0)
      .map((instance) => adriftRule(world, instance)),
    ...nodeRules(world),
  ];
}

/** All combinations of the actors' inputs. */
function* inputVectors(world: World): Generator<readonly unknown[]> {
  const counts = world.instances.map(({ inputs }) => inputs.length);
  const choice = counts.map(() => 0);
  for (;;) {
    yield choice.map((pick, index) => world.instances[index]?.inputs[pick]);
    let position = choice.length - 1;
    while (position >= 0 && choice[position] === (counts[position] as number) - 1) {
      choice[position] = 0;
      position -= 1;
    }
    if (position < 0) return;
    choice[position] = (choice[position] as number) + 1;
  }
}

function initialState(world: World, keyholes: Keyholes, inputs: readonly unknown[]): Int32Array {
  const state = new Int32Array(world.width).fill(-1);
  const draft = new Draft(world, new Probe(keyholes, state));
  for (const { index } of world.instances) {
    draft.setInbox(index, []);
    draft.setAdrift(index, []);
  }
  draft.startAll(inputs);
  const writes = draft.writes();
  for (let i = 0; i < writes.length; i += 2) state[writes[i] as number] = writes[i + 1] as number;
  for (const [pool, { budget }] of world.plan.pools.entries())
    state[world.budgetComponent(pool)] = budget;
  return state;
}

function initialStates(world: World, keyholes: Keyholes): readonly Int32Array[] {
  const distinct = new Map<string, Int32Array>();
  for (const inputs of inputVectors(world)) {
    const state = initialState(world, keyholes, inputs);
    distinct.set(state.join(), state);
  }
  return [...distinct.values()];
}

/** Asks twice: what is answered once per distinct reading must be a function of what is read. */
function agreeing<A>(at: string, ask: () => Evaluation<A>): Evaluation<A> {
  const first = ask();
  if (JSON.stringify(ask()) === JSON.stringify(first)) return first;
  throw new ReconvergeError('RCV215', 'the same question about the same state got two answers', {
    at,
    hint: 'lambdas and predicates may read only the state they are given, no variable outside',
  });
}

/**
 * Takes a system apart into interned components and rules. Nothing is explored yet.
 * @throws ReconvergeError for what is wrong with the system or its machines
 */
export function compile(
  system: System,
  predicates: readonly NamedPredicate[],
  options: { valuesMax?: number } = {},
): Compiled {
  const world = new World(system, options.valuesMax);
  const keyholes = new Keyholes(world.width);
  const rules = rulesOf(world);
  const names = new ActionNames();
  const initial = initialStates(world, keyholes);
  return {
    world,
    width: world.width,
    initial,
    rules: rules.length,
    predicates: predicates.length,
    initialValues: null,
    budgets: world.plan.pools.map((_, pool) => world.budgetComponent(pool)),
    joint: () => null,
    actorNames: world.instances.map(({ name }) => name),
    observation: (index): Observation => keyholes.at(index),
    action: (index): Action => names.actions[index] as Action,
    claimText: (index) => names.claims[index] as string,
    expand(rule, state): Evaluation<readonly Outcome[]> {
      const { name, expand } = rules[rule] as Rule;
      return agreeing(name, () => {
        const probe = new Probe(keyholes, state);
        const steps = new Steps(names);
        expand(probe, steps);
        return { reads: probe.reads, answer: steps.outcomes };
      });
    },
    decide(index, state): Evaluation<boolean> {
      const { name, holds } = predicates[index] as NamedPredicate;
      const { reads, answer } = agreeing(name, () => {
        const probe = new Probe(keyholes, state);
        const said: unknown = evaluate(name, () => holds(viewOf(world, probe)));
        return { reads: probe.reads, answer: said };
      });
      if (typeof answer !== 'boolean') {
        throw new ReconvergeError(
          'RCV219',
          `a predicate answered ${String(answer)}, not true or false`,
          {
            at: name,
            hint: 'compare explicitly: x !== null, list.length > 0',
          },
        );
      }
      return { reads, answer };
    },
    stateView: (state) => describe(world, state),
    view: (state) => viewOf(world, new Probe(keyholes, state)),
  };
}
