import type { EventObject } from 'xstate';
import { ReconvergeError } from '../model/error.ts';
import type { ActionMeaning } from '../model/system.ts';
import type { JsonEvent } from '../model/verdict.ts';
import type { Body, Request, Timer } from './body.ts';
import { deepFreeze } from './purity.ts';
import { isReference, type ListedAction } from './scope.ts';

export interface Message {
  readonly to: string;
  readonly event: JsonEvent;
}

/** What the actor's part and the system say about its invokes and actions. */
export interface Surroundings {
  readonly name: string;
  readonly checkpoint: string | null;
  readonly effects: ReadonlySet<string>;
  readonly actions: Readonly<Record<string, ActionMeaning>>;
}

function unsupported(what: string, hint: string): never {
  throw new ReconvergeError('RCV209', `${what} is not supported`, { hint });
}

const promises = new WeakMap<object, boolean>();

function isPromise(logic: unknown): boolean {
  if (typeof logic !== 'object' || logic === null) return false;
  const known = promises.get(logic) ?? resolves(logic);
  promises.set(logic, known);
  return known;
}

/** Whether a logic is done as soon as it is told a result. */
function resolves(logic: object): boolean {
  const { transition } = logic as { transition?: unknown };
  if (typeof transition !== 'function') return false;
  const probe = { status: 'active', output: undefined, error: undefined, input: undefined };
  const resolved = { type: 'xstate.promise.resolve', data: 1 };
  try {
    const next = (transition as (...args: unknown[]) => unknown)(probe, resolved, {});
    return (next as { status?: unknown } | null)?.status === 'done';
  } catch {
    return false;
  }
}

/** Follows the listed actions of one macrostep from the requests and timers before it. */
export class Following {
  readonly requests: Map<string, Request>;
  readonly answered: Record<string, unknown>;
  readonly sent: Message[] = [];
  readonly abandoned: Request[] = [];
  private batches: Timer[][];
  private readonly armed: Timer[] = [];
  /** Invoked in this very macrostep: XState starts children at its end only. */
  private readonly fresh = new Set<string>();
  private readonly around: Surroundings;

  constructor(around: Surroundings, before: Body | null) {
    this.around = around;
    this.requests = new Map(before?.requests.map((request) => [request.id, request]));
    this.answered = { ...before?.answered };
    this.batches = before?.timers.map((batch) => [...batch]) ?? [];
  }

  follow(action: ListedAction): void {
    const { params, type } = action;
    switch (type) {
      case 'xstate.spawnChild':
        return this.invoke(params);
      case 'xstate.stopChild':
        return this.stop((action.params as { id?: string } | undefined)?.id);
      case 'xstate.raise':
        return this.raise(params);
      case 'xstate.cancel':
        return this.cancel(params['sendId']);
      case 'xstate.sendTo':
        return this.send(params);
      case 'xstate.emit':
      case 'xstate.log':
        return undefined;
      default:
        return this.custom(type);
    }
  }

  private custom(type: string): void {
    if (Object.hasOwn(this.around.actions, type)) return;
    throw new ReconvergeError('RCV208', `the action '${type}' is not declared`, {
      hint: `if it has no effect on any state of the model, say so: actions: { '${type}': ignore() }; else make it an invoke`,
    });
  }

  private invoke(params: ListedAction['params']): void {
    const { checkpoint, effects } = this.around;
    const child = params['actorRef'] as { id: string; logic: unknown } | undefined;
    const src = params['src'];
    if (child === undefined || !isPromise(child.logic)) {
      unsupported(
        `invoking '${String(src)}', which is not a promise,`,
        'invoke promises (fromPromise); declare other machines as actors of the model',
      );
    }
    if (typeof src !== 'string' || (src !== checkpoint && !effects.has(src))) {
      throw new ReconvergeError('RCV204', `the invoked source '${String(src)}' has no meaning`, {
        hint: 'declare it under effects: { … }, or as the checkpoint of its actor',
      });
    }
    const input = deepFreeze(params['input']);
    this.requests.set(child.id, { id: child.id, src, input, reply: null, save: null });
    this.fresh.add(child.id);
  }

  private stop(id: string | undefined): void {
    if (id === undefined) return;
    delete this.answered[id];
    const request = this.requests.get(id);
    if (request === undefined) return;
    this.requests.delete(id);
    if (this.fresh.delete(id)) return;
    if (request.src === this.around.checkpoint) {
      throw new ReconvergeError('RCV214', 'a state is left while its checkpoint is being saved', {
        hint: 'leave a saving state by its onDone only: nobody would know whether the save took place',
      });
    }
    if (request.reply === null) this.abandoned.push(request);
  }

  private raise(params: ListedAction['params']): void {
    const { event, delay } = params as { event: EventObject; delay?: number };
    if (delay === undefined) return;
    if (!event.type.startsWith('xstate.after.')) {
      unsupported(`a delayed raise of '${event.type}'`, 'use an `after` transition');
    }
    this.armed.push({ event: event.type, delay });
  }

  private cancel(id: unknown): void {
    this.batches = this.batches.map((batch) => batch.filter((timer) => timer.event !== id));
    const index = this.armed.findIndex((timer) => timer.event === id);
    if (index >= 0) this.armed.splice(index, 1);
  }

  private send(params: ListedAction['params']): void {
    const { to, event, delay } = params as { to: unknown; event: JsonEvent; delay?: number };
    if (delay !== undefined) {
      unsupported(`a delayed send of '${event.type}'`, 'use `after`, then send');
    }
    if (!isReference(to)) {
      throw new ReconvergeError('RCV207', `'${event.type}' is sent to nobody in the model`, {
        hint: "send to actors of the model by system id: sendTo(peer('name'), event)",
      });
    }
    this.sent.push({ to: to.id, event: deepFreeze(event) });
  }

  /** The machine is done or in error: nobody awaits anything any more. */
  end(): void {
    for (const [id, { reply, src }] of this.requests) {
      if (reply !== null || this.fresh.has(id) || src === this.around.checkpoint) continue;
      this.abandoned.push(this.requests.get(id) as Request);
    }
    this.requests.clear();
  }

  timers(): readonly (readonly Timer[])[] {
    return [...this.batches, this.armed].filter((batch) => batch.length > 0);
  }
}
