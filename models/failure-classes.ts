import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  names,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * The ways in which a server can fail, and what masks them: Cristian, "Understanding fault-tolerant
 * distributed systems" (CACM 34(2), 1991). A client asks a group of equal servers one request after
 * another and takes an answer as soon as it has so many `votes` for it. Some servers fail, in the
 * way that `failure` says:
 *
 * - *crash*: silent until it restarts, as it was (`pause`), with what is stable
 *   (`partial-amnesia`), with nothing (`amnesia`), or never (`halting`);
 * - *omission*: an answer does not come (`omission`), or none comes any more (`cut`);
 * - *timing*: an answer comes outside the interval of its request (`early`, `late`);
 * - *response*: a wrong `value`, or a wrong `state`, from which all answers are wrong;
 * - *arbitrary*: any of these, and otherwise to each request.
 *
 * What only keeps a server silent, or slow, is masked by one more server than can fail and one vote
 * (group masking, k + 1), or by asking again where it passes (`retry`, hierarchical masking). What
 * makes answers wrong takes k + 1 votes and 2k + 1 servers. Amnesia belongs there, too: seen from
 * outside, a server that has forgotten gives wrong answers. With numbered requests an early or a
 * late answer is no answer; without, it is a wrong one (`bug: unnumbered`).
 *
 * A green result proves, for so many servers, failures and requests: every request is answered, and
 * rightly. It leaves out how the servers come to have the same state: to agree on that takes 3k + 1
 * servers where failures are arbitrary, see byzantine-generals.
 */

/** How a server that fails behaves, and the nature of the fault that makes it. */
const EVENTS = {
  omission: { kind: 'network', persistence: 'transient', class: 'omission' },
  cut: { kind: 'network', persistence: 'permanent', class: 'omission' },
  early: { kind: 'network', persistence: 'transient', class: 'timing' },
  late: { kind: 'network', persistence: 'partial', class: 'timing' },
  value: { kind: 'data', persistence: 'transient', class: 'response' },
  state: { kind: 'data', persistence: 'permanent', class: 'response' },
  arbitrary: { kind: 'node', persistence: 'permanent', class: 'arbitrary' },
} as const;
/** What the library knows how to do to a node. */
const NODES = {
  amnesia: 'crash',
  'partial-amnesia': 'crash',
  pause: 'pause',
  halting: 'halt',
} as const;
type EventFailure = keyof typeof EVENTS;
const isEvent = (failure: string): failure is EventFailure => failure in EVENTS;
const isNode = (failure: string): failure is keyof typeof NODES => failure in NODES;

/** What a server has to know in order to answer; 0 is what it knows at first. */
const CONFIGURED = 1;
const CORRUPTED = 3;
const right = (request: number): number => CONFIGURED + request;
const WRONG = 8;
const SILENCE = null;

type Served = { type: 'SERVED' };

const server = setup({
  types: {} as {
    context: { state: number };
    input: { state: number };
    events: Served | { type: 'FAIL' };
  },
  guards: { passes: () => false, corrupts: () => false },
  actions: { corrupt: assign({ state: CORRUPTED }) },
}).createMachine({
  id: 'server',
  context: ({ input }) => input,
  initial: 'sound',
  states: {
    sound: {
      on: {
        FAIL: [{ guard: 'corrupts', target: 'failing', actions: 'corrupt' }, { target: 'failing' }],
        SERVED: { target: 'sound' },
      },
    },
    failing: { on: { SERVED: [{ guard: 'passes', target: 'sound' }, { target: 'failing' }] } },
  },
});

/** Not heard of yet, or the answer, or that it will not come. */
type Heard = { readonly answer: number | null } | null;

interface Client {
  /** From 1 on. */
  readonly request: number;
  readonly requests: number;
  readonly votes: number;
  /** By server. */
  readonly heard: readonly Heard[];
  readonly results: readonly number[];
}
const votesFor = (heard: readonly Heard[], value: number): number =>
  heard.filter((one) => one?.answer === value).length;

/** The answer with enough votes; null: there is none yet. */
const elected = ({ heard, votes }: Client): number | null =>
  heard.map((one) => one?.answer ?? null).find((v) => v !== null && votesFor(heard, v) >= votes) ??
  null;

const client = setup({
  types: {} as {
    context: Client;
    input: { servers: number; requests: number; votes: number };
    events: { type: 'HEAR'; from: number; answer: number | null } | { type: 'TAKE' | 'ASK_AGAIN' };
  },
  guards: {
    hasElected: ({ context }) => elected(context) !== null,
    endsIt: ({ context }) => elected(context) !== null && context.request === context.requests,
    isOver: ({ context }) => elected(context) === null && !context.heard.includes(null),
  },
  actions: {
    hear: enqueueActions(({ context: { heard }, event, enqueue }) => {
      if (event.type !== 'HEAR') return;
      const { from, answer } = event;
      enqueue.sendTo(peer<Served>(names('server', heard.length)[from]!), { type: 'SERVED' });
      enqueue.assign({ heard: heard.map((one, at) => (at === from ? { answer } : one)) });
    }),
    take: assign(({ context }) => ({
      results: [...context.results, elected(context) ?? 0],
      heard: context.heard.map(() => null),
      request: context.request + 1,
    })),
    askAgain: assign({
      heard: ({ context }) => context.heard.map(() => null),
    }),
  },
}).createMachine({
  id: 'client',
  context: ({ input: { servers, ...rest } }) => ({
    ...rest,
    request: 1,
    heard: Array.from({ length: servers }, () => null),
    results: [],
  }),
  initial: 'asking',
  states: {
    asking: {
      on: {
        HEAR: { actions: 'hear' },
        TAKE: [
          { guard: 'endsIt', target: 'answered', actions: 'take' },
          { guard: 'hasElected', actions: 'take' },
        ],
        ASK_AGAIN: { guard: 'isOver', actions: 'askAgain' },
      },
    },
    answered: {},
  },
});

/** What a server that runs may answer to a request. */
function answers(
  { failure, isNumbered }: { readonly failure: string; readonly isNumbered: boolean },
  isFailing: boolean,
  state: number,
  request: number,
): readonly (number | null)[] {
  const own = state + request;
  if (!isFailing) return [own];
  switch (failure) {
    case 'early':
      return [isNumbered ? SILENCE : own + 1];
    case 'late':
      return [isNumbered || request === 1 ? SILENCE : own - 1];
    case 'value':
      return [WRONG];
    case 'state':
      return [own];
    case 'arbitrary':
      return [own, SILENCE, WRONG, WRONG + 1];
    default:
      return [SILENCE];
  }
}

export default defineModel({
  name: 'failure-classes',
  description: 'One group of servers under each class of failure, with what masks it.',
  parameters: {
    failure: choice([
      'value',
      ...(['omission', 'cut', 'early', 'late', 'state', 'arbitrary'] as const),
      ...(['amnesia', 'partial-amnesia', 'pause', 'halting'] as const),
    ]),
    servers: integer({ default: 3, min: 1, max: 7 }),
    failing: integer({ default: 1, min: 0, max: 3 }),
    votes: integer({ default: 2, min: 1, max: 4 }),
    requests: integer({ default: 2, min: 1, max: 3 }),
    retry: choice(['off', 'on']),
    bug: choice(['none', 'unnumbered']),
  },
  build: ({ failure, servers, failing, votes, requests, retry, bug }) => {
    const passes = isEvent(failure) && EVENTS[failure].persistence !== 'permanent';
    const failingServer = server.provide({
      guards: { passes: () => passes, corrupts: () => failure === 'state' },
    });
    const how = { failure, isNumbered: bug === 'none' };
    return actors({
      client: actor(client, { input: { servers, requests, votes } }),
      server: replicas(servers, failingServer, {
        input: () => ({ state: CONFIGURED }),
        durable: ({ state }) => ({ state: failure === 'amnesia' ? 0 : state }),
      }),
    }).faultTolerant({
      faults: isNode(failure) ? { server: { [NODES[failure]]: failing } } : {},
      environment: {
        client: {
          HEAR: (s) => {
            const { heard, request } = s.client.context;
            const open = s.server.flatMap((one, from) => {
              if (heard[from] !== null || one.status !== 'active') return [];
              const may = answers(how, one.matches('failing'), one.context.state, request);
              return may.map((answer) => ({ from, answer }));
            });
            return open.length > 0 && anyOf(open);
          },
          TAKE: true,
          ASK_AGAIN: () => retry === 'on',
        },
        server: {
          FAIL: fault({
            ...(isEvent(failure) ? EVENTS[failure] : EVENTS.value),
            budget: isEvent(failure) ? failing : 0,
          }),
        },
      },
      consistent: (s) => s.client.matches('answered'),
      properties: {
        'answers rightly': always((s) =>
          s.client.context.results.every((value, at) => value === right(at + 1)),
        ),
        'is over with all answers': always((s) => s.client.context.results.length === requests, {
          when: (s) => s.client.matches('answered'),
        }),
        'answers every request': eventually((s) => s.client.matches('answered')),
        'can answer': sometimes((s) => s.client.matches('answered')),
      },
    });
  },
});
