import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { anyOf, replicas } from '../../src/model/part.ts';
import { always, leadsTo, type FairnessClaims } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';
import { atLeisure } from './at-leisure.ts';
import { spanOf } from './span.ts';

/** A set of resources, one bit each. */
type Resources = number;
interface Claims {
  readonly wanted: Resources;
  readonly held: Resources;
}
interface Act<Type> {
  readonly type: Type;
  readonly resources: Resources;
}

const client = setup({
  types: {} as {
    context: Claims;
    events: Act<'REQUEST'> | Act<'ALLOCATE'> | Act<'RETURN'> | Act<'RETURN_SOME'>;
  },
  actions: {
    want: assign({ wanted: ({ event }) => event.resources }),
    take: assign({
      wanted: ({ context, event }) => context.wanted & ~event.resources,
      held: ({ context, event }) => context.held | event.resources,
    }),
    giveBack: assign({ held: ({ context, event }) => context.held & ~event.resources }),
  },
}).createMachine({
  context: { wanted: 0, held: 0 },
  on: {
    REQUEST: { actions: 'want' },
    ALLOCATE: { actions: 'take' },
    RETURN: { actions: 'giveBack' },
    RETURN_SOME: { actions: 'giveBack' },
  },
});

const subsets = (of: Resources): Resources[] =>
  Array.from({ length: of }, (_, index) => index + 1).filter((some) => (some & ~of) === 0);
const eachOf = (sets: readonly Resources[]) =>
  sets.length > 0 && anyOf(sets.map((resources) => ({ resources })));

/**
 * Clients that ask for resources, get them in parts and give them back in parts, after Merz and
 * SimpleAllocator.tla. RETURN is all at once, of which fairness is asked; if `isPatient`, only of
 * who has got all that was asked for.
 */
function allocator(clients: number, resources: number, isPatient = false): System {
  const all = 2 ** resources - 1;
  const everyoneObtains = (how: string, fairness: FairnessClaims) =>
    Object.fromEntries(
      Array.from({ length: clients * resources }, (_, index) => {
        const [id, one] = [index % clients, 1 << Math.floor(index / clients)];
        const obtains = leadsTo<{ readonly client: readonly { readonly context: Claims }[] }>(
          (s) => (s.client[id]!.context.wanted & one) !== 0,
          (s) => (s.client[id]!.context.held & one) !== 0,
          { fairness },
        );
        return [`${id} obtains ${one}, ${how}`, obtains];
      }),
    );
  return actors({ client: replicas(clients, client) }).faultTolerant({
    environment: {
      client: {
        REQUEST: (s, id) => {
          const { wanted, held } = s.client[id]!.context;
          return wanted === 0 && held === 0 && eachOf(subsets(all));
        },
        ALLOCATE: (s, id) => {
          const taken = s.client.reduce((sum, { context }) => sum | context.held, 0);
          return eachOf(subsets(s.client[id]!.context.wanted & ~taken));
        },
        RETURN: (s, id) => {
          const { wanted, held } = s.client[id]!.context;
          return held !== 0 && (!isPatient || wanted === 0) && { resources: held };
        },
        RETURN_SOME: (s, id) => {
          const { wanted, held } = s.client[id]!.context;
          const returnsAll = !isPatient || wanted === 0;
          return eachOf(subsets(held).filter((some) => some !== held || !returnsAll));
        },
      },
    },
    properties: {
      'one holder each': always((s) =>
        s.client.every(({ context: { held } }, id) =>
          s.client.every(({ context }, other) => other === id || (context.held & held) === 0),
        ),
      ),
      ...everyoneObtains('strongly', { weak: ['client.RETURN'], strong: ['client.ALLOCATE'] }),
      ...everyoneObtains('weakly', { weak: ['client.RETURN', 'client.ALLOCATE'] }),
    },
  });
}

const memo = new Map<string, CheckReport>();
function report(clients: number, resources: number): CheckReport {
  const key = `${clients} ${resources}`;
  const known = memo.get(key) ?? check(allocator(clients, resources));
  memo.set(key, known);
  return known;
}

/** Whether every client obtains every resource; clients and allocator need not do anything else. */
function obtained(how: 'strongly' | 'weakly', isPatient: boolean): boolean {
  const system = atLeisure(allocator(3, 2, isPatient));
  const names = Object.keys(system.tolerance.properties ?? {}).filter((name) => name.includes(how));
  expect(names).toHaveLength(6);
  return check(system, { properties: names }).result === 'holds';
}

const answers: Answer[] = [
  { name: '3 clients, 2 resources: states', value: 400 },
  { name: 'generated', value: 1633 },
  { name: 'depth', value: 6 },
];
const worked: Record<string, () => unknown> = {
  '3 clients, 2 resources: states': () => report(3, 2).stats.states,
  generated: () => spanOf(allocator(3, 2)).generated,
  depth: () => report(3, 2).stats.depth,
};
function add(name: string, value: unknown, found: () => unknown): void {
  answers.push({ name, value });
  worked[name] = found;
}
for (const [clients, resources, ...value] of [
  [2, 1, 8, 14],
  [2, 2, 64, 198],
  [2, 3, 512, 2330],
  [3, 1, 20, 48],
] as const) {
  add(`${clients} clients, resources: ${resources}: states, steps`, value, () => {
    const { states, transitions } = report(clients, resources).stats;
    return [states, transitions];
  });
}
add('steps until two hold the same', 'none', () => {
  const property = report(3, 2).properties.find(({ name }) => name === 'one holder each');
  return property?.trace?.steps.length ?? 'none';
});
add('who wants obtains, allocation being strongly fair', true, () => obtained('strongly', false));
add('who wants obtains, allocation being weakly fair', false, () => obtained('weakly', false));
add('who wants obtains, if returns are fair to the satisfied only', false, () =>
  obtained('strongly', true),
);

answered('resource allocator', answers, worked);

describe('resource allocator', () => {
  it('has the same verdicts by symmetry and by reduction', () => {
    const properties = ['one holder each'];
    for (const options of [{ symmetry: true }, { reduce: true }]) {
      expect(check(allocator(3, 2), { properties, ...options }).result).toBe('holds');
    }
  });
});
