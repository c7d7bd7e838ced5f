import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, anyOf, replicas } from '../../src/model/part.ts';
import { always, sometimes } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

type Order = 'attack' | 'retreat';
const ORDERS: readonly Order[] = ['retreat', 'attack'];

/** The commander's order, and who is the traitor: 0 is the commander, null nobody. */
interface Plan {
  readonly order: Order;
  readonly traitor: number | null;
}

const plan = setup({
  types: {} as { context: Plan; input: Plan },
}).createMachine({ context: ({ input }) => input });

interface Heard {
  /** How many lieutenants there are besides. */
  readonly others: number;
  readonly order: Order | null;
  readonly relayed: readonly Order[];
}

const lieutenant = setup({
  types: {} as {
    context: Heard;
    input: { others: number };
    events: { type: 'ORDER'; order: Order } | { type: 'RELAY'; order: Order };
  },
  guards: {
    isTold: ({ context }) => context.order !== null && context.relayed.length === context.others,
    isForAttack: ({ context: { order, relayed } }) =>
      2 * [order, ...relayed].filter((one) => one === 'attack').length > relayed.length + 1,
  },
  actions: {
    hear: assign({ order: ({ event }) => event.order }),
    hearOther: assign({ relayed: ({ context, event }) => [...context.relayed, event.order] }),
  },
}).createMachine({
  context: ({ input: { others } }) => ({ others, order: null, relayed: [] }),
  initial: 'waiting',
  states: {
    waiting: { on: { ORDER: { target: 'listening', actions: 'hear' } } },
    listening: {
      always: { guard: 'isTold', target: 'deciding' },
      on: { RELAY: { actions: 'hearOther' } },
    },
    deciding: { always: [{ guard: 'isForAttack', target: 'attacking' }, 'retreating'] },
    attacking: {},
    retreating: {},
  },
});

interface Sight {
  readonly plan: { readonly context: Plan };
  readonly lieutenants: readonly {
    readonly matches: (state: 'attacking' | 'retreating') => boolean;
    readonly context: Heard;
  }[];
}

const isDecided = ({ lieutenants }: Sight): boolean =>
  lieutenants.every((one) => one.matches('attacking') || one.matches('retreating'));

/** Whether every loyal lieutenant, once all have decided, does it. */
const doAll = (view: Sight, state: 'attacking' | 'retreating'): boolean =>
  view.lieutenants.every(
    (one, index) => one.matches(state) || index + 1 === view.plan.context.traitor,
  );

const agree = (view: Sight): boolean =>
  !isDecided(view) || doAll(view, 'attacking') || doAll(view, 'retreating');

const obey = (view: Sight): boolean => {
  const { order, traitor } = view.plan.context;
  if (traitor === 0 || !isDecided(view)) return true;
  return doAll(view, order === 'attack' ? 'attacking' : 'retreating');
};

/** Whose relay is the next one that it takes: they are taken in the order of the senders. */
function nextSender({ lieutenants }: Sight, index: number): number {
  const taken = lieutenants[index]!.context.relayed.length;
  return taken < index ? taken : taken + 1;
}

/**
 * Oral messages, OM(1) of Lamport, Shostak and Pease ("The Byzantine generals problem", ACM TOPLAS
 * 4(3), 1982): a commander gives an order, and lieutenants tell each other what they have heard and
 * do what most say; retreat, if it is undecided. A traitor tells everybody what it likes. Every
 * message is one step.
 */
function generals(count: number): System {
  const traitors = [null, ...Array.from({ length: count }, (_, general) => general)];
  const plans = ORDERS.flatMap((order) => traitors.map((traitor) => ({ order, traitor })));
  const anything = anyOf(ORDERS.map((order) => ({ order })));
  return actors({
    plan: actor(plan, { input: anyOf(plans) }),
    lieutenants: replicas(count - 1, lieutenant, { input: () => ({ others: count - 2 }) }),
  }).faultTolerant({
    environment: {
      lieutenants: {
        ORDER: ({ plan: { context } }) =>
          context.traitor === 0 ? anything : { order: context.order },
        RELAY: (s, index) => {
          const from = nextSender(s, index);
          const order = s.lieutenants[from]?.context.order ?? null;
          if (order === null) return false;
          return s.plan.context.traitor === from + 1 ? anything : { order };
        },
      },
    },
    properties: {
      'IC1: the loyal do the same': always(agree),
      'IC2: the loyal do what a loyal commander says': always(obey),
      'all decide': sometimes(isDecided),
    },
  });
}

const reports = new Map<number, CheckReport>();
function report(count: number): CheckReport {
  const known = reports.get(count) ?? check(generals(count));
  reports.set(count, known);
  return known;
}

interface Counts {
  readonly behaviours: number;
  readonly violations: readonly number[];
}
const counts = new Map<number, Counts>();
/** A behaviour is what it ends in: who has heard what from whom. */
function counted(count: number): Counts {
  const known = counts.get(count);
  if (known !== undefined) return known;
  const system = generals(count);
  const [, { properties }, found] = explored(system, planOf(system));
  const [same, loyal, over] = properties.map(({ predicate }) => found.count(predicate));
  const violations = [found.states - same!, found.states - loyal!];
  const fresh = { behaviours: over!, violations };
  counts.set(count, fresh);
  return fresh;
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [count, behaviours, disagreements, disobediences, messages] of [
  [3, 18, 0, 2, 4],
  [4, 42, 0, 0, 9],
  [5, 98, 0, 0, 16],
] as const) {
  const of = `${count} generals`;
  add(`${of}: behaviours`, behaviours, () => counted(count).behaviours);
  add(`${of}: that violate IC1`, disagreements, () => counted(count).violations[0]);
  add(`${of}: that violate IC2`, disobediences, () => counted(count).violations[1]);
  add(`${of}: messages, as many as steps`, messages, () => (report(count).stats.depth ?? 0) - 1);
}
answered('oral messages', answers, worked);

describe('oral messages', () => {
  it.each([3, 4])('%i generals: one traitor is one too many, or not', (count) => {
    const verdicts = (options: object) =>
      check(generals(count), options).properties.map(({ result }) => result);
    const expected = ['holds', count > 3 ? 'holds' : 'violated', 'holds'];
    for (const options of [{}, { symmetry: true }, { reduce: true }]) {
      expect(verdicts(options)).toEqual(expected);
    }
  });
});
