import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stateDiagram } from '../../src/export/statechart.ts';
import { readDot } from '../unit/export/dot-reader.ts';
import { documentIn, reconverge } from './cli.ts';

const golden = (name: string): string =>
  readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

const RING = ['token-ring', '--set', 'processes=4', '--set', 'values=2', '--property', 'converges'];
const LATE = ['two-phase-commit', '--set', 'bug=late-refusal'];
const VOLATILE = ['order-fulfilment', '--set', 'bug=volatile-intent'];

describe.concurrent('reconverge export', () => {
  it.each([
    ['two-phase-commit.mmd', ['two-phase-commit']],
    ['order-fulfilment.mmd', ['order-fulfilment']],
    [
      'order-fulfilment-volatile-intent.mmd',
      [...VOLATILE, '--property', 'ships only what is charged'],
    ],
    ['token-ring-lasso.mmd', RING],
    [
      'two-phase-commit-late-refusal.txt',
      [...LATE, '--property', 'consistent', '--format', 'text'],
    ],
    [
      'order-fulfilment-volatile-intent.txt',
      [...VOLATILE, '--property', 'ships only what is charged', '--format', 'text'],
    ],
    ['token-ring-lasso.txt', [...RING, '--format', 'text']],
    ['two-phase-commit-1.dot', ['two-phase-commit', '--set', 'participants=1', '--format', 'dot']],
    ['token-ring-lasso.itf', [...RING, '--format', 'itf']],
  ])('writes %s', async (name, args) => {
    const ran = await reconverge(['export', ...args]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toBe(golden(name));
  });

  it('writes traces that other tools can go through: every state has every variable', () => {
    const { vars, states, loop } = JSON.parse(golden('token-ring-lasso.itf')) as {
      readonly vars: readonly string[];
      readonly states: readonly Readonly<Record<string, unknown>>[];
      readonly loop: number;
    };
    expect(states.length).toBeGreaterThan(loop);
    for (const [index, { '#meta': meta, ...state }] of states.entries()) {
      expect(meta).toEqual({ index });
      expect(Object.keys(state).toSorted()).toEqual([...vars].toSorted());
    }
    expect(golden('token-ring-lasso.itf')).not.toContain('null');
  });

  it.each([['two-phase-commit'], ['outbox', '--set', 'writers=1'], ['token-ring']])(
    'draws every state and every step: %s %s %s',
    async (...model) => {
      const dot = ['export', ...model, '--format', 'dot', '--max-states', '10000'];
      const { nodes, edges } = readDot((await reconverge(dot)).stdout);
      const { stats } = documentIn(
        await reconverge(['check', ...model, '--no-tolerance', '--json']),
      );
      expect(nodes.length).toBe(stats?.states);
      const known = new Set(nodes);
      expect(edges.filter(([from, to]) => !known.has(from) || !known.has(to))).toEqual([]);
      const steps = edges.map(([, , label]) => label.split('\\l').length - 1 || 1);
      expect(steps.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(stats!.transitions);
      const reached = new Set(edges.filter(([from, to]) => from !== to).map(([, to]) => to));
      expect(nodes.filter((node) => !reached.has(node)).length).toBeLessThan(nodes.length / 2);
    },
  );

  it.each([
    [['order-fulfilment', '--property', 'total', '--format', 'dot'], 'RCV507'],
    [['order-fulfilment', '--format', 'dot', '--max-states', '10'], 'RCV507'],
    [['order-fulfilment', '--property', 'total'], 'RCV507'],
    [['order-fulfilment', '--format', 'itf'], 'RCV507'],
    [['order-fulfilment', '--format', 'text'], 'RCV507'],
    [['order-fulfilment', '--property', 'nothing'], 'RCV302'],
    [['order-fulfilment', '--format', 'tla'], 'RCV502'],
  ])('explains why it cannot: %j', async (args, code) => {
    const ran = await reconverge(['export', ...args, '--json']);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe(code);
  });
});

describe('a state diagram', () => {
  it('has nested and parallel states, and what is done in any state', () => {
    const text = stateDiagram({
      type: 'parallel',
      on: { RESET: '.one' },
      states: {
        one: { initial: 'a b', states: { 'a b': { on: { GO: 'c' } }, c: { type: 'final' } } },
        two: { after: { 10: [{ guard: 'late', target: 'one' }, { actions: 'tick' }] } },
      },
    });
    expect(text.split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "in any state" as in_any_state',
      '  state in_any_state {',
      '    state "one" as one',
      '    state one {',
      '      [*] --> one__a_b',
      '      state "a b" as one__a_b',
      '      state "c" as one__c',
      '      one__c --> [*]',
      '    }',
      '    --',
      '    state "two" as two',
      '  }',
      '  in_any_state --> one: RESET',
      '  one__a_b --> one__c: GO',
      '  two --> one: after 10 [late]',
      '  two --> two: after 10',
      '',
    ]);
  });

  it('has a state around all others only where there are others', () => {
    const alone = stateDiagram({ on: { ASK: { actions: 'answer' } } });
    expect(alone.split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "in any state" as in_any_state',
      '  in_any_state --> in_any_state: ASK',
      '',
    ]);
  });
});
