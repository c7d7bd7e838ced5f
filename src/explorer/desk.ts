import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { Session } from './session.ts';
import type { Mistake, Overview, Question, Route, Walked } from './wire.ts';

interface Asked {
  readonly id: number;
  readonly question: Question;
}

type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly mistake: Mistake };

/** What each kind of question is answered with. */
export interface Answers {
  readonly overview: Overview;
  readonly walk: Walked;
  /** null: the model has no such behaviour. */
  readonly route: Route | null;
}

/** A question that the model could not answer: the page tells why. */
export class Unanswered extends Error {
  readonly mistake: Mistake;

  constructor(mistake: Mistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** What was thrown, as the page tells it; a defect of this toolkit is called one. */
export function mistakeOf(thrown: unknown): Mistake {
  if (thrown instanceof ReconvergeError) {
    const { code, message, hint, at } = thrown;
    return { code, message: at === null ? message : `${message} (${at})`, hint };
  }
  const hint = 'reconverge is wrong, not your model: please report it';
  return { code: 'RCV900', message: `internal error: ${messageOf(thrown)}`, hint };
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Where questions about a model are put to the thread in which it is loaded. */
export class Desk {
  /** For the thread, to which it has to be transferred. */
  readonly remote: MessagePort;
  private readonly port: MessagePort;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.remote = port2;
    this.port.on('message', (reply: Reply) => this.hear(reply));
    // The thread and the server keep the process going, not the desk between them.
    this.port.unref();
  }

  /** @throws Unanswered for a model, or a toolkit, that is wrong there */
  async ask<K extends Question['is']>(
    question: Extract<Question, { readonly is: K }>,
  ): Promise<Answers[K]> {
    const id = this.asked;
    this.asked += 1;
    return new Promise<Answers[K]>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      const asked: Asked = { id, question };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
      this.port.postMessage(asked);
    });
  }

  private hear(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('mistake' in reply) waiting?.reject(new Unanswered(reply.mistake));
    else waiting?.resolve(reply.answer);
  }

  close(): void {
    this.port.close();
  }
}

/** Answers what is asked at the other end, in the thread of the model, until that is closed. */
export async function attend(port: MessagePort, session: Session): Promise<void> {
  const reply = (one: Reply): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    port.postMessage(one);
  };
  port.on('message', ({ id, question }: Asked) => {
    try {
      reply({ id, answer: session.answer(question) });
    } catch (thrown) {
      reply({ id, mistake: mistakeOf(thrown) });
    }
  });
  await new Promise((resolve) => void port.once('close', resolve));
}
