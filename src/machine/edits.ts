import { ReconvergeError } from '../model/error.ts';
import type { JsonEvent } from '../model/verdict.ts';
import { canonical, sortedTexts } from './canonical.ts';
import type { Component } from './component.ts';
import type { Instance } from './instance.ts';

/** The contents of a bag or fifo, in canonical order or in order of sending. */
type Lists = Component<readonly JsonEvent[]>;

interface Edit {
  readonly receiver: Instance;
  /** What is put behind the rest; null: the first is taken away. */
  readonly event: JsonEvent | null;
}

/** The number of a content of an inbox, a new one if need be. */
export function contentOf(
  lists: Lists,
  { inbox, name }: Instance,
  messages: readonly JsonEvent[],
): number {
  const [text, items] =
    inbox?.kind === 'fifo'
      ? [canonical(messages, 'inbox', name), [...messages]]
      : sortedTexts(messages, name);
  return lists.intern(text, items);
}

/**
 * What steps do to bags and fifos without knowing what else is in there. All receivers that take no
 * such messages have null instead of lists.
 */
export class Edits {
  private readonly inboxes: readonly (Lists | null)[];
  private readonly all: Edit[] = [];
  private readonly known = new Map<string, number>();

  constructor(inboxes: readonly (Lists | null)[]) {
    this.inboxes = inboxes;
  }

  private intern(edit: Edit): number {
    const { receiver, event } = edit;
    const key = `${receiver.index} ${event === null ? '' : canonical(event, 'event', receiver.name)}`;
    const known = this.known.get(key) ?? this.all.push(edit) - 1;
    this.known.set(key, known);
    return known;
  }

  put(receiver: Instance, event: JsonEvent): number {
    return this.intern({ receiver, event });
  }

  takeFirst(receiver: Instance): number {
    return this.intern({ receiver, event: null });
  }

  /** What an edit puts. */
  eventOf(edit: number): JsonEvent | null {
    return (this.all[edit] as Edit).event;
  }

  /**
   * The content after an edit, by that before.
   * @throws ReconvergeError RCV216 over capacity
   */
  apply(edit: number, content: number): number {
    const { receiver, event } = this.all[edit] as Edit;
    const lists = this.inboxes[receiver.index] as Lists;
    const before = lists.at(content);
    if (event === null) return contentOf(lists, receiver, before.slice(1));
    const { inbox, name } = receiver;
    if (inbox === null || inbox.kind === 'set') throw new Error('internal: a message for no inbox');
    if (before.length < inbox.capacity) return contentOf(lists, receiver, [...before, event]);
    throw new ReconvergeError(
      'RCV216',
      `the inbox of ${name} is full (${inbox.capacity} messages)`,
      {
        at: `${name} on ${event.type}`,
        hint: `raise it: channels: { ${name}: { kind: '${inbox.kind}', capacity: … } }, or bound the senders`,
      },
    );
  }
}
