import { ReconvergeError } from '../model/error.ts';
import type { JsonEvent } from '../model/verdict.ts';
import { canonical, sortedTexts } from './canonical.ts';
import type { Instance } from './instance.ts';
import type { World } from './world.ts';

/** The components of a state that is being made. */
export interface Cells {
  readonly world: World;
  get(component: number): number;
  set(component: number, value: number): void;
}

/** What waits in a bag or fifo, in canonical order or in order of sending. */
export function messagesIn(cells: Cells, actor: number): readonly JsonEvent[] {
  const lists = cells.world.inboxes[actor];
  return lists ? lists.at(cells.get(cells.world.inboxComponent(actor))) : [];
}

/** Replaces what waits in a bag or fifo. */
export function setMessages(cells: Cells, actor: number, messages: readonly JsonEvent[]): void {
  const lists = cells.world.inboxes[actor];
  const { inbox, name } = cells.world.actor(actor).instance;
  if (!lists || inbox === null) return;
  const [text, items] =
    inbox.kind === 'fifo'
      ? [canonical(messages, 'inbox', name), [...messages]]
      : sortedTexts(messages, name);
  cells.set(cells.world.inboxComponent(actor), lists.intern(text, items));
}

/** A message arrives in an inbox that is not rendezvous. */
export function putMessage(cells: Cells, receiver: Instance, event: JsonEvent): void {
  const { index, inbox, name } = receiver;
  if (inbox === null) throw new Error('internal: a message for no inbox');
  if (inbox.kind === 'set') return putLetter(cells, receiver, event);
  const messages = messagesIn(cells, index);
  if (messages.length >= inbox.capacity) {
    throw new ReconvergeError(
      'RCV216',
      `the inbox of ${name} is full (${inbox.capacity} messages)`,
      {
        at: `${name} on ${event.type}`,
        hint: `raise it: channels: { ${name}: { kind: '${inbox.kind}', capacity: … } }, or bound the senders`,
      },
    );
  }
  setMessages(cells, index, [...messages, event]);
}

/**
 * In a volatile set the letter may raise the mark: one more than the highest number of a letter in
 * it. The mark follows from the letters; it is there so that a crash can say by reading it what it
 * takes away, and need not know of letters that are yet to come.
 */
function putLetter(cells: Cells, receiver: Instance, event: JsonEvent): void {
  const { number, component } = cells.world.letters.to(receiver, event);
  cells.set(component, 1);
  const mark = cells.world.inboxComponent(receiver.index);
  if (mark >= 0 && cells.get(mark) <= number) cells.set(mark, number + 1);
}

/** What a crash does to a volatile inbox. */
export function clearInbox(cells: Cells, actor: number): void {
  const { world } = cells;
  if (world.inboxes[actor]) return setMessages(cells, actor, []);
  const mark = world.inboxComponent(actor);
  const end = cells.get(mark);
  for (const { number, component } of world.letters.sentTo(actor)) {
    if (number < end) cells.set(component, 0);
  }
  cells.set(mark, 0);
}
