import type {
  Facets,
  Evaluation,
  IntegerSystem,
  JointForm,
  Observation,
  Action,
  Outcome,
} from '../model/integer-system.ts';
import type { AnyView, System } from '../model/system.ts';
import type { StateView } from '../model/verdict.ts';
import { agreeing } from './answers.ts';
import { deciderOf, type NamedPredicate } from './ask.ts';
import { describe } from './describe.ts';
import { explained } from './explain.ts';
import { facetsOf, localText } from './facets.ts';
import { guardsOf } from './guards.ts';
import { InitialStates } from './initial.ts';
import { Keyholes, Probe } from './probe.ts';
import { Projected, type Projection } from './projection.ts';
import { RuleBook } from './rule-book.ts';
import { ActionNames, Steps, type Rule } from './steps.ts';
import { viewOf } from './view.ts';
import { World } from './world.ts';

export type { NamedPredicate } from './ask.ts';

/** A system as integers, and the way back from integers to what people read. */
export interface Compiled extends IntegerSystem {
  readonly order: readonly number[];
  readonly world: World;
  readonly starts: InitialStates;
  readonly actorNames: readonly string[];
  /** What kind of step a rule makes, and the actor it is about. */
  rule(index: number): Pick<Rule, 'kind' | 'of'>;
  claimText(index: number): string;
  stateView(state: Int32Array): StateView;
  /** The named guards that let an action happen in a state. */
  guards(action: number, state: Int32Array): readonly string[];
  /** What a predicate that is false in a state looked at there, in words. */
  explain(predicate: number, state: Int32Array): readonly string[];
  /** A view of a state for lambdas; reads are not tracked. */
  view(state: Int32Array): AnyView;
  /** What is to be seen of states, as canonical JSON. */
  projected(projection: Projection): (state: Int32Array) => string;
}

/** A rule's joint form, whose members are asked twice, too. */
function jointOf({ name, joint }: Rule, names: ActionNames): JointForm | null {
  if (joint === undefined) return null;
  const { naming, budget, members } = joint;
  return {
    action: names.intern(naming),
    budget,
    members: members.map((member) => ({
      component: member.component,
      react: (value) => agreeing(name, () => ({ reads: [], answer: member.react(value) })).answer,
    })),
  };
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
  const keyholes = new Keyholes();
  const rules = new RuleBook(world);
  const names = new ActionNames();
  const starts = new InitialStates(world, keyholes);
  const expanded = (rule: number, state: Int32Array, isOpen: boolean) => {
    const { name, expand } = rules.at(rule);
    return agreeing(name, (): Evaluation<readonly Outcome[]> => {
      const probe = new Probe(keyholes, state, null, isOpen);
      const steps = new Steps(names);
      expand(probe, steps);
      return { reads: probe.reads, answer: steps.outcomes };
    });
  };
  return {
    world,
    starts,
    get width() {
      return world.width;
    },
    get initial() {
      return starts.all;
    },
    get initialValues() {
      return starts.values;
    },
    get rules() {
      return rules.count;
    },
    get order() {
      return rules.order;
    },
    predicates: predicates.length,
    budgets: world.plan.pools.map((_, pool) => world.budgetComponent(pool)),
    joint: (rule) => jointOf(rules.at(rule), names),
    actorNames: world.instances.map(({ name }) => name),
    observation: (index): Observation => keyholes.at(index),
    replicas: Object.keys(world.parts).map((part) => world.members(part).map(({ index }) => index)),
    text: (component, value): string => {
      const { locals, instance } = world.actor(component);
      return localText(locals.at(value), instance.name);
    },
    facets: (component, value): Facets | null => {
      const actor = world.actors[component];
      if (actor === undefined) return null;
      return facetsOf(actor.locals.at(value), actor.instance.name);
    },
    action: (index): Action => names.actions[index] as Action,
    rule: (index) => rules.at(index),
    claimText: (index) => names.claims[index] as string,
    expand: (rule, state) => expanded(rule, state, false),
    ...(world.inboxes.every((lists) => lists === null)
      ? {}
      : {
          expandOpen: (rule, state) => expanded(rule, state, true),
          edited: (edit, value) => world.edits.apply(edit, value),
        }),
    decide: deciderOf(world, keyholes, predicates),
    stateView: (state) => describe(world, state),
    guards: (index, state) => guardsOf(world, names.actions[index] as Action, state),
    explain: (index, state) => explained(world, predicates[index] as NamedPredicate, state),
    view: (state) => viewOf(world, new Probe(keyholes, state)),
    projected: (projection) => {
      const projected = new Projected(world, keyholes, projection);
      return (state) => projected.text(state);
    },
  };
}
