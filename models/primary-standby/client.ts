import { assign, setup } from 'xstate';
import { inRole, leaderOf, type Server } from './replication.ts';
import type { Found } from './server.ts';

/**
 * What a session was told of its commits, in the order of the log, a digit each: the timeline of
 * one that was answered, or 0 if the answer came with a warning.
 */
type Returned<Type> = { type: Type; done: string };

/** A session that commits one transaction after the other. */
export const client = setup({
  types: {} as {
    context: { done: string };
    events: Returned<'ANSWER'> | Returned<'CANCEL'> | Returned<'RETRY'> | Found;
  },
  guards: { isNews: ({ context, event }) => event.done.length > context.done.length },
  actions: { note: assign({ done: ({ event }) => event.done }) },
}).createMachine({
  id: 'client',
  context: { done: '' },
  on: {
    ANSWER: { actions: 'note' },
    CANCEL: { actions: 'note' },
    RETRY: { actions: 'note' },
    FOUND: { guard: 'isNews', actions: 'note' },
  },
});

export interface Replicated {
  readonly server: readonly Server[];
  readonly client: { readonly context: { readonly done: string } };
}

/** The log up to the next commit, of each primary that has it and may answer. */
export function answerable(
  s: Replicated,
  may: (primary: Server, length: number) => boolean,
): readonly string[] {
  const next = s.client.context.done.length + 1;
  return inRole(s.server, 'primary')
    .filter((primary) => primary.context.wal.length >= next && may(primary, next))
    .map((primary) => primary.context.wal.slice(0, next));
}

/** What was done, without the commits that came with a warning and are not there; else false. */
export function withoutDoubtful({ server, client: { context } }: Replicated) {
  const primary = server[leaderOf(server)]!;
  if (!primary.matches('primary')) return false;
  const { length } = primary.context.wal;
  const missing = context.done.slice(length);
  return /^0+$/u.test(missing) && { done: context.done.slice(0, length) };
}

/** Does the history that counts have whatever was answered without a warning? */
export function hasAnswered({ server, client: { context } }: Replicated): boolean {
  const { wal } = server[leaderOf(server)]!.context;
  return [...context.done].every((timeline, place) => timeline === '0' || timeline === wal[place]);
}
