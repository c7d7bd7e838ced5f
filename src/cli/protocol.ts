import type { MessagePort } from 'node:worker_threads';
import type { ErrorDescription, ModelIdentity } from '../report/document.ts';

/** A property of which nothing is known yet. */
export interface AskedProperty {
  readonly name: string;
  readonly kind: string;
}

/** What is known as soon as a model is loaded: what is left to say if nothing more comes. */
export interface Started {
  readonly model: ModelIdentity;
  /** The parameters that are not the default anyway, for commands to copy. */
  readonly given: { readonly [name: string]: string | number };
  readonly properties: readonly AskedProperty[];
}

/** What the worker thread tells the main thread; `done` carries the answer of the task. */
export type Message =
  | { readonly is: 'started'; readonly started: Started }
  | { readonly is: 'progress'; readonly progress: unknown }
  | { readonly is: 'done'; readonly answer: unknown }
  | { readonly is: 'mistake'; readonly error: ErrorDescription }
  | { readonly is: 'bug'; readonly message: string; readonly stack: string }
  | { readonly is: 'exhausted'; readonly what: string };

export type TaskName =
  | 'check'
  | 'example'
  | 'explore'
  | 'export'
  | 'history'
  | 'mutate'
  | 'names'
  | 'replay'
  | 'report'
  | 'simulate'
  | 'testgen';

/** What the main thread starts the worker thread with: enough to load what the task needs. */
export interface Preparation {
  readonly task: TaskName;
}

/** The one message to the worker thread, which waits for it. */
export interface Order {
  readonly request: unknown;
  /** One byte; other than 0 asks for an early end. */
  readonly interruption: Uint8Array;
  /** Where a task that answers questions while it runs is asked; null: it is asked nothing. */
  readonly port: MessagePort | null;
}

/** How a task in the worker thread speaks to the main thread while it runs. */
export interface Control<Progress> {
  readonly started: (started: Started) => void;
  /** May be called as often as one likes: what comes too soon after the last is not sent. */
  readonly progress: (progress: Progress) => void;
  readonly interrupted: () => boolean;
  readonly port: MessagePort | null;
}

/** A piece of work for the worker thread: plain data in, plain data out. */
export type Task<Request, Answer, Progress> = (
  request: Request,
  control: Control<Progress>,
) => Promise<Answer>;
