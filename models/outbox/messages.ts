import { fromPromise } from 'xstate';

/** A message about a change: the writer and a count, as in `0.2`. */
export type Message = string;

/** A row of the outbox: a message, and the number of the transaction that it belongs to. */
export interface Entry {
  readonly number: number;
  readonly message: Message;
}

export const publish = fromPromise<void, { message: Message }>(() =>
  Promise.reject(new Error('provided by whoever runs the machine')),
);
