import { assign, setup } from 'xstate';
import {
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  fault,
  integer,
  replicas,
  sometimes,
} from 'reconverge';
import {
  oral,
  orderOf,
  ORDERS,
  pathOf,
  signed,
  type Message,
  type Order,
} from './byzantine-generals/messages.ts';

/**
 * The algorithms of Lamport, Shostak and Pease, "The Byzantine generals problem" (ACM TOPLAS 4(3),
 * 1982): a commander (general 0) gives an order to his lieutenants, who tell each other in m more
 * rounds what they have heard, and then decide. Some generals are traitors, and say what they like.
 *
 * - `oral` is OM(m): a lieutenant does what most say that most say … that the commander said, and
 *   retreats if there are as many for each.
 * - `signed` is SM(m): orders carry the signatures of all through whose hands they went; a
 *   lieutenant who ends up with other than one order retreats.
 *
 * A green result proves, for these generals and every one of the traitors' choices: all loyal
 * lieutenants do the same (IC1), and they do what a loyal commander says (IC2). The paper's
 * theorems are sizes here. OM(m) copes with m traitors iff there are more than 3m generals, SM(m)
 * with m among any number. With more traitors declared than that, what is tolerated shows the
 * threshold: six generals with OM(2) tolerate one traitor of two. (Seven should tolerate both; that
 * is more than a search of every state does in minutes, and can only be sampled.)
 *
 * Rounds are in lock step, as the paper has them: no message is lost or late, and who is silent is
 * noticed. A traitor is one from the beginning (one who turns later could as well pretend until
 * then), and since all lieutenants are equal, those who betray are the last ones. What loyal
 * lieutenants receive in a round is one step of each. The model leaves out generals that are not
 * all connected, approximate agreement, and traitors who do not know each other's signatures.
 *
 * Broken variants: sizes with n ≤ 3m, `m` below the number of traitors, and `unverified` (nobody
 * looks at signatures).
 */

interface Place {
  readonly id: number;
  /** After how many rounds a lieutenant decides. */
  readonly rounds: number;
  readonly told: readonly Message[];
}
type Context = Place & { readonly round: number };

const general = setup({
  types: {} as {
    context: Context;
    input: Place;
    events: { type: 'BETRAY' } | { type: 'HEAR'; messages: readonly Message[] };
  },
  guards: {
    isLastRound: ({ context: { round, rounds } }) => round + 1 === rounds,
    isForAttack: ({ context }) => majority(context.told, '0') === 'attack',
  },
  actions: {
    hear: assign({
      round: ({ context }) => context.round + 1,
      told: ({ context, event }) =>
        event.type === 'HEAR' ? [...context.told, ...event.messages] : context.told,
    }),
    // Nobody is told what came in the last round.
    forget: assign({
      told: ({ context: { told, rounds } }) =>
        told.filter((message) => pathOf(message).length < rounds),
    }),
  },
}).createMachine({
  id: 'general',
  context: ({ input }) => ({ ...input, round: 0 }),
  initial: 'undecided',
  states: {
    undecided: {
      on: {
        BETRAY: 'traitor',
        HEAR: [{ guard: 'isLastRound', target: 'deciding', actions: 'hear' }, { actions: 'hear' }],
      },
    },
    deciding: {
      always: [{ guard: 'isForAttack', target: 'attacking' }, 'retreating'],
      exit: 'forget',
    },
    attacking: {},
    retreating: {},
    traitor: {},
  },
});

/** What came over this path, as most of those say who were told so by its last hand. */
function majority(told: readonly Message[], path: string): Order {
  const own = told.includes(`attack ${path}`) ? 'attack' : 'retreat';
  const longer = told
    .map(pathOf)
    .filter((one) => one.length === path.length + 1 && one.startsWith(path));
  const votes = [own, ...longer.map((one) => majority(told, one))];
  return 2 * votes.filter((vote) => vote === 'attack').length > votes.length ? 'attack' : 'retreat';
}

/** The lieutenant of SM(m) attacks if that is the only order he has. */
const signing = general.provide({
  guards: {
    isForAttack: ({ context: { told } }) =>
      told.length > 0 && told.every((message) => orderOf(message) === 'attack'),
  },
});

interface Sight {
  readonly general: readonly {
    readonly context: Context;
    matches(state: 'undecided' | 'attacking' | 'retreating' | 'traitor'): boolean;
  }[];
}

const loyal = ({ general: [, ...lieutenants] }: Sight) =>
  lieutenants.filter((one) => !one.matches('traitor'));
const isDecided = (s: Sight): boolean => loyal(s).every((one) => !one.matches('undecided'));
const allDo = (s: Sight, order: Order): boolean =>
  loyal(s).every((one) => one.matches(order === 'attack' ? 'attacking' : 'retreating'));

/** Who hears next: the first of the lieutenants who are a round behind. */
function nextToHear(s: Sight): number | undefined {
  const waiting = loyal(s).filter(
    (one) => one.matches('undecided') && one.context.round < one.context.rounds,
  );
  const round = Math.min(...waiting.map(({ context }) => context.round));
  return waiting.find(({ context }) => context.round === round)?.context.id;
}

export default defineModel({
  name: 'byzantine-generals',
  description: 'Loyal generals agree on an order, whatever the traitors among them say.',
  parameters: {
    generals: integer({ default: 4, min: 2, max: 7 }),
    m: integer({ default: 1, min: 0, max: 3 }),
    traitors: integer({ default: 1, min: 0, max: 3 }),
    messages: choice(['oral', 'signed']),
    bug: choice(['none', 'unverified']),
  },
  build: ({ generals, m, traitors, messages, bug }) => {
    const rounds = m + 1;
    const orders = ORDERS.map((order) => ({ id: 0, rounds, told: [`${order} ` as const] }));
    return actors({
      general: replicas(generals, messages === 'oral' ? general : signing, {
        input: (id) => (id === 0 ? anyOf(orders) : { id, rounds, told: [] }),
      }),
    }).faultTolerant({
      environment: {
        general: {
          BETRAY: fault(
            { kind: 'node', persistence: 'permanent', class: 'arbitrary', budget: traitors },
            (s, id) =>
              s.general.every(({ context }) => context.round === 0) &&
              (id === 0 || s.general.every((one, at) => at <= id || one.matches('traitor'))),
          ),
          HEAR: (s, id) => {
            if (nextToHear(s) !== id) return false;
            const round = {
              traitors: s.general.map((one) => one.matches('traitor')),
              told: s.general.map(({ context }) => [...context.told]),
              round: s.general[id]!.context.round + 1,
              receiver: id,
            };
            const heard = messages === 'oral' ? oral(round) : signed(round, bug === 'none');
            return anyOf(heard.map((some) => ({ messages: some })));
          },
        },
      },
      consistent: isDecided,
      properties: {
        'IC1: the loyal do the same': always(
          (s) => !isDecided(s) || ORDERS.some((order) => allDo(s, order)),
        ),
        'IC2: the loyal obey a loyal commander': always((s) => {
          const [commander] = s.general;
          if (!isDecided(s) || commander!.matches('traitor')) return true;
          return commander!.context.told.some((message) => allDo(s, orderOf(message)));
        }),
        'can attack': sometimes((s) => isDecided(s) && allDo(s, 'attack')),
        'can retreat': sometimes((s) => isDecided(s) && allDo(s, 'retreat')),
      },
    });
  },
});
