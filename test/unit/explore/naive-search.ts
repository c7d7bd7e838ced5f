import { precedes, stateKey, successor } from '../../../src/model/integer-system.ts';
import type { IntegerSystem } from '../../../src/model/integer-system.ts';

interface Edge {
  action: number;
  readonly target: number;
}

/** All reachable states breadth-first, as plainly as can be: no tables, every question anew. */
export function naively(system: IntegerSystem) {
  const numbers = new Map<string, number>();
  const states: Int32Array[] = [];
  const parents: number[] = [];
  const number = (state: Int32Array, parent: number): number => {
    const key = stateKey(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    parents.push(parent);
    return states.push(state) - 1;
  };
  for (const state of system.initial) number(state, -1);
  const edges: Edge[][] = [];
  for (let from = 0; from < states.length; from += 1) {
    const row: Edge[] = [];
    edges.push(row);
    for (let rule = 0; rule < system.rules; rule += 1) {
      for (const { action, writes } of system.expand(rule, states[from]!).answer) {
        const target = number(successor(states[from]!, writes), from);
        const { step, label } = system.action(action);
        const twin = row.find(
          (edge) => edge.target === target && system.action(edge.action).step === step,
        );
        if (twin === undefined) row.push({ action, target });
        else if (precedes(label, system.action(twin.action).label)) twin.action = action;
      }
    }
  }
  const first = (predicate: number, value: boolean): number =>
    states.findIndex((state) => system.decide(predicate, state).answer === value);
  return { states, parents, edges, first };
}

/** A system that tells writes of constants to what it did not look at as edits. */
export function withEdits(system: IntegerSystem): IntegerSystem {
  const values: number[] = [];
  return {
    ...rest(system),
    expandOpen: (rule, state) => {
      const { reads, answer } = system.expand(rule, state);
      const seen = new Set(reads.map((read) => system.observation(read).component));
      const outcomes = answer.map(({ action, brokenClaim, writes }) => {
        const kept: number[] = [];
        const edits: number[] = [];
        for (let i = 0; i < writes.length; i += 2) {
          const [component, value] = [writes[i]!, writes[i + 1]!];
          if (seen.has(component)) kept.push(component, value);
          // Twice: what the first one leaves is what the second one finds.
          else edits.push(component, values.push(-1) - 1, component, values.push(value) - 1);
        }
        return { action, brokenClaim, writes: kept, edits };
      });
      return { reads, answer: outcomes };
    },
    edited: (edit, value) => (values[edit] === -1 ? value : values[edit]!),
  };
}

/** A system whose observations do not show values but numbers of them, the other way round. */
export function throughClasses(system: IntegerSystem): IntegerSystem {
  return {
    ...rest(system),
    observation: (index) => ({ ...system.observation(index), classify: (value) => 60 - value }),
  };
}

/** What a system says, without what it does not say of itself. */
function rest(system: IntegerSystem): IntegerSystem {
  const { width, initial, initialValues, rules, predicates, budgets } = system;
  return {
    width,
    initial,
    initialValues,
    rules,
    predicates,
    budgets,
    joint: (rule) => system.joint(rule),
    observation: (index) => system.observation(index),
    expand: (rule, state) => system.expand(rule, state),
    decide: (predicate, state) => system.decide(predicate, state),
    action: (index) => system.action(index),
  };
}
