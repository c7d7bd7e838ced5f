/** Retreat is what a general does who has no order, or as many reasons for one as for the other. */
export type Order = 'attack' | 'retreat';
export const ORDERS: readonly Order[] = ['attack', 'retreat'];

/**
 * An order and the generals through whose hands it went, the first at the beginning, one digit
 * each: 'attack 03' is what general 3 says that the commander said. The order that the commander
 * has made up himself went through none: 'attack '.
 */
export type Message = `${Order} ${string}`;

export const orderOf = (message: Message): Order =>
  message.startsWith('attack') ? 'attack' : 'retreat';
export const pathOf = (message: Message): string => message.slice(message.indexOf(' ') + 1);

/** A round as one who can see everything sees it who has to hear next. */
export interface Round {
  /** Of each general, whether he is a traitor. */
  readonly traitors: readonly boolean[];
  /** Of each general what he was told before, and has to pass on if he is loyal. */
  readonly told: readonly (readonly Message[])[];
  /** Which round it is, from 1; the messages of a round have gone through so many hands. */
  readonly round: number;
  readonly receiver: number;
}

/** Every way from the commander, over so many different generals, to the receiver. */
function paths({ traitors, round, receiver }: Round): readonly string[] {
  let found = ['0'];
  for (let length = 1; length < round; length++) {
    found = found.flatMap((path) =>
      [...traitors.keys()]
        .filter((id) => id !== receiver && !path.includes(String(id)))
        .map((id) => `${path}${id}`),
    );
  }
  return found;
}

/** Each choice of one from every list. */
function choices<One>(lists: readonly (readonly One[])[]): readonly (readonly One[])[] {
  return lists.reduce<readonly (readonly One[])[]>(
    (chosen, list) => chosen.flatMap((some) => list.map((one) => [...some, one])),
    [[]],
  );
}

/** Whether the last hand on the path, if it is loyal, passes on this order. */
const passesOn = ({ told }: Round, path: string, order: Order): boolean =>
  told[Number(path.at(-1))]!.includes(`${order} ${path.slice(0, -1)}`);

/**
 * Oral messages: over every path there comes one, and a traitor says what he likes. One who keeps
 * silent is taken to say retreat.
 */
export function oral(round: Round): readonly (readonly Message[])[] {
  const isForged = (path: string) => round.traitors[Number(path.at(-1))]!;
  return choices(
    paths(round).map((path): readonly Message[] => {
      const either = ORDERS.map((order): Message => `${order} ${path}`);
      if (isForged(path)) return either;
      return either.filter((message) => passesOn(round, path, orderOf(message)));
    }),
  );
}

/**
 * Signed messages: the path is a chain of signatures, and who has an order passes it on once. All
 * traitors use each other's signature; a loyal one is forged only where nobody verifies it. What a
 * traitor adds to an order that was signed by a loyal lieutenant is left out: the receiver had it
 * from that lieutenant, or has signed it himself.
 */
export function signed(round: Round, verified: boolean): readonly (readonly Message[])[] {
  const { traitors, told, receiver } = round;
  const isForged = (path: string) => traitors[Number(path.at(-1))]!;
  const known = told[receiver]!.map(orderOf);
  const ways = paths(round);
  const honest = ways.filter((path) => !isForged(path));
  const forged = ways.filter(
    (path) => isForged(path) && (!verified || [...path].every((digit) => traitors[Number(digit)]!)),
  );
  const lists = ORDERS.filter((order) => !known.includes(order)).map(
    (order): readonly (readonly Message[])[] => {
      const sent = honest.find((path) => passesOn(round, path, order));
      if (sent !== undefined) return [[`${order} ${sent}`]];
      return [[], ...forged.map((path): readonly Message[] => [`${order} ${path}`])];
    },
  );
  return choices<readonly Message[]>(lists).map((some) => some.flat());
}
