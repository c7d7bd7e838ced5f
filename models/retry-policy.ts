import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  everyStep,
  integer,
  leadsTo,
  replicas,
  sometimes,
} from 'reconverge';
import { breaker } from './retry-policy/breaker.ts';
import { caller, type Caller, type Request } from './retry-policy/caller.ts';

/**
 * Calls that are tried again: attempts, backoff and time-outs, a retry budget for all callers, and
 * a circuit breaker. After Nygard, "Release It!" (2nd edition 2018), for the breaker (closed, open,
 * half-open); Beyer et al., "Site Reliability Engineering" (2016), chapters 21 and 22, for budgets
 * that bound how far retries multiply the load; Helland, "Life beyond distributed transactions"
 * (CIDR 2007), for what a time-out leaves: nobody knows whether it happened, so a request has a
 * key, and who gives up withdraws it.
 *
 * A time-out may come at any moment while a call is under way: before the request is served (it
 * then lands late, or never) or after (its reply comes too late and is dropped). A caller may die
 * at any point; what it has counted is durable, where it was is not, so it calls again.
 *
 * A green result proves, for these callers and budgets: a call that succeeded has been done once,
 * one that was given up is not done and never will be; the requests sent are at most one for each
 * caller, the retry budget, and one for each death; nobody runs out of attempts before that many
 * have failed; an open breaker lets nobody through and a half-open one a single probe; and every
 * call ends. It leaves out durations, jitter, a service that is slow because of the load, layers of
 * callers that retry each other, and effects that cannot be withdrawn. That requests and replies
 * get lost is in it already, as time-outs; `losses` and `refusals` say so to the caller.
 *
 * Broken variants: `no-key` (each attempt is a request of its own: a reply that was merely late
 * makes it happen twice), `no-withdrawal` (who gives up takes it for not done), `no-budget` (each
 * caller has only its own limit), `death-consumes-attempt` (attempts are counted when they start),
 * `all-probe` (half-open lets everybody through), `never-half-open` (an open breaker stays so) and
 * `lost-probe` (the breaker waits for its probe although the one who made it died).
 */

/** One row for each caller: how often it was done (counted to 2), and whether it was withdrawn. */
type Row = { readonly done: number; readonly isVoid: boolean };

const service = setup({
  types: {} as {
    context: { rows: readonly Row[] };
    input: { callers: number };
    events: ({ type: 'PERFORM' } & Request) | ({ type: 'WITHDRAW' } & Request);
  },
  guards: {
    isNew: ({ context, event }) => {
      const { done, isVoid } = context.rows[event.id]!;
      return done === 0 && !isVoid;
    },
  },
  actions: {
    perform: assign({
      rows: ({ context: { rows }, event: { id } }) =>
        rows.with(id, { ...rows[id]!, done: Math.min(2, rows[id]!.done + 1) }),
    }),
    withdraw: assign({
      rows: ({ context: { rows }, event: { id } }) => rows.with(id, { done: 0, isVoid: true }),
    }),
  },
}).createMachine({
  id: 'service',
  context: ({ input }) => ({
    rows: Array.from({ length: input.callers }, () => ({ done: 0, isVoid: false })),
  }),
  on: {
    PERFORM: { guard: 'isNew', actions: 'perform' },
    WITHDRAW: { actions: 'withdraw' },
  },
});

const BUGS = [
  'no-key',
  'no-withdrawal',
  'no-budget',
  'death-consumes-attempt',
  'all-probe',
  'never-half-open',
  'lost-probe',
] as const;

interface Breaker {
  matches(state: 'open' | 'closed' | 'halfOpen' | 'probing'): boolean;
}

interface Counting {
  readonly status: string;
  readonly context: { readonly started: number };
}
/** Requests sent; one that is down is counted again when it is back. */
const startedBy = (one: Counting): number => (one.status === 'down' ? 0 : one.context.started);

export default defineModel({
  name: 'retry-policy',
  description: 'Attempts, time-outs, a retry budget and a circuit breaker, shared by callers.',
  parameters: {
    callers: integer({ default: 2, min: 1, max: 3 }),
    attempts: integer({ default: 2, min: 1, max: 4 }),
    budget: integer({ default: 1, min: 0, max: 4 }),
    threshold: integer({ default: 2, min: 1, max: 4 }),
    crashes: integer({ default: 1, min: 0, max: 3 }),
    losses: integer({ default: 0, min: 0, max: 3 }),
    refusals: integer({ default: 0, min: 0, max: 2 }),
    bug: choice(['none', ...BUGS]),
  },
  build: ({ callers, attempts, budget, threshold, crashes, losses, refusals, bug }) => {
    const client = caller.provide({
      guards:
        bug === 'death-consumes-attempt'
          ? { isExhausted: ({ context }) => context.started >= context.attempts }
          : {},
    });
    const forgetful = service.provide({
      guards:
        bug === 'no-key'
          ? { isNew: ({ context: { rows }, event }) => !rows[event.id]!.isVoid }
          : {},
      actions: bug === 'no-withdrawal' ? { withdraw: assign({}) } : {},
    });
    const gate = breaker.provide({
      guards: {
        ...(bug === 'never-half-open' ? { halfOpens: () => false } : {}),
        ...(bug === 'lost-probe' ? { probeMayDie: () => false } : {}),
      },
    });
    const isLimited = bug !== 'no-budget';
    const letsIn = (one: Breaker): boolean =>
      one.matches('closed') ||
      one.matches('halfOpen') ||
      (bug === 'all-probe' && one.matches('probing'));
    return actors({
      caller: replicas(callers, client, {
        input: (id): Caller => ({ id, attempts, started: 0, failed: 0, why: null }),
        durable: (context) => context,
      }),
      service: actor(forgetful, { input: { callers } }),
      breaker: actor(gate, { input: { threshold, budget } }),
    }).faultTolerant({
      effects: {
        perform: { to: 'service', send: ({ input }) => ({ type: 'PERFORM', ...input }) },
        withdraw: { to: 'service', send: ({ input }) => ({ type: 'WITHDRAW', ...input }) },
      },
      environment: {
        caller: {
          CALL: (s, id) =>
            letsIn(s.breaker) &&
            (!isLimited || s.caller[id]!.context.failed === 0 || s.breaker.context.budget > 0),
          GIVE_UP: (s, id) =>
            isLimited && s.caller[id]!.context.failed > 0 && s.breaker.context.budget === 0,
        },
      },
      faults: {
        caller: { crash: crashes },
        perform: { loseRequest: losses, loseReply: losses, late: losses, refuse: refusals },
      },
      pools: {
        losses: {
          budget: losses,
          faults: ['perform.loseRequest', 'perform.loseReply', 'perform.late'],
        },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'rollback' },
      escalates: {
        transient: (s) =>
          s.caller.some((one) => one.status === 'active' && one.context.failed + 1 >= attempts),
      },
      consistent: (s) =>
        s.caller.every((one, id) => {
          const { done, isVoid } = s.service.context.rows[id]!;
          return one.matches('done') ? done === 1 : one.matches('withdrawn') && isVoid;
        }),
      properties: {
        'done once': always((s) => s.service.context.rows.every(({ done }) => done <= 1)),
        'success means done': always((s) =>
          s.caller.every((one, id) => !one.matches('done') || s.service.context.rows[id]!.done > 0),
        ),
        'withdrawn means not done': always((s) =>
          s.caller.every(
            (one, id) => !one.matches('withdrawn') || s.service.context.rows[id]!.done === 0,
          ),
        ),
        'the load is bounded': always(
          (s) =>
            s.caller.reduce((sum, one) => sum + startedBy(one), 0) <= callers + budget + crashes,
        ),
        'only failures use up attempts': always((s) =>
          s.caller.every(
            (one) =>
              one.status === 'down' ||
              one.context.why !== 'exhausted' ||
              one.context.failed >= attempts,
          ),
        ),
        'an open breaker lets one probe through': everyStep({
          of: (s) => s.breaker.value,
          keeps: (before) => before === 'closed' || before === 'halfOpen',
          when: (_before, _after, { event }) => event.type === 'CALL',
        }),
        'the breaker counts failures in a row': everyStep({
          of: ({ breaker: { value, context }, caller: all }) => ({
            state: value,
            failures: context.failures,
            failed: all.map((one) => (one.status === 'down' ? null : one.context.failed)),
            done: all.filter((one) => one.matches('done')).length,
          }),
          keeps: (before, after) => {
            const hasFailed = after.failed.some((count, id) => {
              const known = before.failed[id] ?? null;
              return count !== null && known !== null && count > known;
            });
            const failures = before.failures + 1;
            if (hasFailed && failures >= threshold) return after.state === 'open';
            if (after.state !== 'closed') return false;
            return hasFailed
              ? after.failures === failures
              : after.done === before.done || after.failures === 0;
          },
          when: (before) => before.state === 'closed',
        }),
        'an open breaker is probed': leadsTo(
          (s) => s.breaker.matches('open'),
          (s) => !s.breaker.matches('open'),
        ),
        'a probe ends': leadsTo(
          (s) => s.breaker.matches('probing'),
          (s) => !s.breaker.matches('probing'),
        ),
        'can succeed after a failure': sometimes((s) =>
          s.caller.some((one) => one.matches('done') && one.context.failed > 0),
        ),
        'can run out of attempts': sometimes((s) =>
          s.caller.some((one) => one.matches('withdrawn') && one.context.why === 'exhausted'),
        ),
        'can run out of budget': sometimes((s) =>
          s.caller.some((one) => one.matches('withdrawn') && one.context.why === 'budget'),
        ),
      },
    });
  },
});
