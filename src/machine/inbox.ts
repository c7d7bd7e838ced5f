import type { JsonEvent } from '../model/verdict.ts';
import { contentOf } from './edits.ts';
import type { Instance } from './instance.ts';
import type { World } from './world.ts';

/** The components of a state that is being made. */
export interface Cells {
  readonly world: World;
  get(component: number): number;
  set(component: number, value: number): void;
  /** Does to a component what may not need to know what it has. */
  edit(component: number, edit: number): void;
}

/** What waits in a bag or fifo, in canonical order or in order of sending. */
export function messagesIn(cells: Cells, actor: number): readonly JsonEvent[] {
  const lists = cells.world.inboxes[actor];
  return lists ? lists.at(cells.get(cells.world.inboxComponent(actor))) : [];
}

/** Replaces what waits in a bag or fifo. */
export function setMessages(cells: Cells, actor: number, messages: readonly JsonEvent[]): void {
  const lists = cells.world.inboxes[actor];
  if (!lists) return;
  const { instance } = cells.world.actor(actor);
  cells.set(cells.world.inboxComponent(actor), contentOf(lists, instance, messages));
}

/** A message arrives in an inbox that is not rendezvous. */
export function putMessage(cells: Cells, receiver: Instance, event: JsonEvent): void {
  const { index, inbox } = receiver;
  if (inbox?.kind === 'set') return putLetter(cells, receiver, event);
  cells.edit(cells.world.inboxComponent(index), cells.world.edits.put(receiver, event));
}

/** The first message of a fifo is taken out of it. */
export function takeFirst(cells: Cells, receiver: Instance): void {
  const { world } = cells;
  cells.edit(world.inboxComponent(receiver.index), world.edits.takeFirst(receiver));
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
