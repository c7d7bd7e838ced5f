import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { always } from '../../../src/model/property.ts';
import { actors, fault } from '../../../src/model/system.ts';
import type { PropertyReport } from '../../../src/model/verdict.ts';
import { at, both, judged } from './tiny-system.ts';

const account = setup({
  types: {} as {
    context: { owner: string; note: string; rows: Record<string, string>; log: readonly number[] };
    events: { type: 'PAY' } | { type: 'CUT' };
  },
  guards: { isNew: ({ context }) => context.log.length === 0 },
}).createMachine({
  initial: 'open',
  context: { owner: 'o1', note: '', rows: {}, log: [] },
  states: {
    open: {
      on: {
        PAY: {
          guard: 'isNew',
          actions: assign({ rows: { a: 'full', b: 'void' }, log: [3] }),
        },
        CUT: 'shut',
      },
    },
    shut: { tags: 'lost' },
  },
});

const halt = { kind: 'node', persistence: 'permanent', class: 'crash' } as const;

type Property = Parameters<typeof always>[0];

const of = (holds: Property): PropertyReport => {
  const system = actors({ bank: actor(account), tills: replicas(2, account) }).faultTolerant({
    environment: {
      bank: { PAY: true, CUT: fault({ ...halt, budget: 1 }) },
      tills: { PAY: true, CUT: fault({ ...halt, budget: 1 }) },
    },
    properties: { p: always(holds as never) },
  });
  return check(system, { properties: ['p'] }).properties[0]!;
};

interface Bank {
  readonly bank: {
    readonly context: { readonly owner: string; readonly note: string } & {
      readonly rows: Record<string, string>;
      readonly log: readonly number[];
    };
    readonly status: string;
    matches(state: string): boolean;
    hasTag(tag: string): boolean;
  };
  readonly tills: readonly Bank['bank'][];
}
const because = (holds: (s: Bank) => boolean): string | null => of(holds as never).because;

describe('what a predicate that is false looked at', () => {
  const rest = (text: string): string => `'p' is false in the last state: ${text}`;

  it('is told by path and value', () => {
    expect(because((s) => s.bank.context.rows['a'] !== 'full')).toBe(rest('bank.rows.a = full'));
    expect(because((s) => s.bank.context.note !== '')).toBe(rest('bank.note = ""'));
    expect(because((s) => s.bank.context.log[0] !== 3)).toBe(rest('bank.log[0] = 3'));
    expect(because((s) => s.bank.context.rows['a'] !== undefined)).toBe(
      rest('bank.rows.a = nothing'),
    );
  });

  it('is told by states and tags that are so, before those that are not', () => {
    expect(because((s) => !s.bank.matches('shut'))).toBe(rest('bank in shut'));
    expect(because((s) => s.bank.matches('open'))).toBe(rest('bank not in open'));
    expect(because((s) => !s.bank.hasTag('lost'))).toBe(rest('bank with tag lost'));
    expect(because((s) => s.bank.matches('open') || s.tills[0]!.matches('shut'))).toBe(
      rest('bank not in open, tills[0] not in shut'),
    );
  });

  it('is told of each replica by itself, as far as it was looked at', () => {
    const isShut = (one: Bank['bank']): boolean => one.matches('shut');
    expect(because((s) => !s.tills.some(isShut))).toBe(rest('tills[0] in shut'));
  });

  it('ends with what decided, where there is much', () => {
    const long = because((s) => {
      const { owner, rows, log } = s.bank.context;
      const seen = [owner, rows['x'], rows['y'], rows['z'], rows['u'], rows['v'], log[0]];
      return seen.length === 0 || rows['a'] !== 'full';
    });
    expect(long).toMatch(/last state: …, .*, bank\.rows\.a = full$/);
    expect(long?.split(', ')).toHaveLength(7);
  });

  it('says so of states that are not consistent', () => {
    const { because: said } = judged(
      { m: ['a GO b'] },
      { kind: 'converges', fairness: 'default' },
      {
        consistent: both(at('m', 'a')),
      },
    );
    expect(said).toMatch(/it is not consistent: m not in a$/);
  });
});

describe('the guards of a step', () => {
  it('are those of the transition that was taken', () => {
    const { trace } = of(((s: Bank) => s.bank.context.rows['a'] !== 'full') as never);
    expect(trace?.steps.map(({ guards }) => guards)).toEqual([['isNew']]);
  });

  it('are left out where there are none', () => {
    const { trace } = of(((s: Bank) => !s.bank.matches('shut')) as never);
    expect(trace?.steps.map((step) => 'guards' in step)).toEqual([false]);
  });
});
