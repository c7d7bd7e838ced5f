import type { AnyMachineSnapshot, AnyStateNode, EventObject } from 'xstate';
import { ReconvergeError } from '../model/error.ts';
import type { ActionMeaning } from '../model/system.ts';
import type { JsonEvent } from '../model/verdict.ts';
import { bodyText, persisted, type Body, type Reply, type Request, type Timer } from './body.ts';
import { checkSurvivesJson, canonical } from './canonical.ts';
import { deepFreeze, evaluate } from './purity.ts';
import { isReference, Stepper, type ListedAction, type Stepped } from './scope.ts';

export interface Message {
  readonly to: string;
  readonly event: JsonEvent;
}

/** What one event did to one actor: its new body, what it sent, and the requests it no longer awaits. */
export interface Reaction {
  readonly body: Body;
  readonly sent: readonly Message[];
  readonly abandoned: readonly Request[];
}

/** What the actor's part and the system say about its invokes and actions. */
export interface Surroundings {
  readonly name: string;
  readonly checkpoint: string | null;
  readonly effects: ReadonlySet<string>;
  readonly actions: Readonly<Record<string, ActionMeaning>>;
}

function unsupported(at: string, what: string, hint: string): never {
  throw new ReconvergeError('RCV209', `${what} is not supported`, { at, hint });
}

function isPromise(logic: unknown): boolean {
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
class Effects {
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
      at: this.around.name,
      hint: `if it has no effect on any state of the model, say so: actions: { '${type}': ignore() }; else make it an invoke`,
    });
  }

  private invoke(params: ListedAction['params']): void {
    const { name, checkpoint, effects } = this.around;
    const child = params['actorRef'] as { id: string; logic: unknown } | undefined;
    const src = params['src'];
    if (child === undefined || !isPromise(child.logic)) {
      unsupported(
        name,
        `invoking '${String(src)}', which is not a promise,`,
        'invoke promises (fromPromise); declare other machines as actors of the model',
      );
    }
    if (typeof src !== 'string' || (src !== checkpoint && !effects.has(src))) {
      throw new ReconvergeError('RCV204', `the invoked source '${String(src)}' has no meaning`, {
        at: name,
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
        at: this.around.name,
        hint: 'leave a saving state by its onDone only: nobody would know whether the save took place',
      });
    }
    if (request.reply === null) this.abandoned.push(request);
  }

  private raise(params: ListedAction['params']): void {
    const { event, delay } = params as { event: EventObject; delay?: number };
    if (delay === undefined) return;
    if (!event.type.startsWith('xstate.after.')) {
      unsupported(
        this.around.name,
        `a delayed raise of '${event.type}'`,
        'use an `after` transition',
      );
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
      unsupported(this.around.name, `a delayed send of '${event.type}'`, 'use `after`, then send');
    }
    if (!isReference(to)) {
      throw new ReconvergeError('RCV207', `'${event.type}' is sent to nobody in the model`, {
        at: this.around.name,
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

/** The snapshot text that a checkpoint stores: JSON, checked to survive. */
export function checkpointText(body: Body, at: string): string {
  const snapshot = persisted(body);
  checkSurvivesJson(snapshot, 'snapshot', at);
  return canonical(snapshot, 'snapshot', at);
}

function handledBy(node: AnyStateNode, type: string): boolean {
  for (const descriptor of node.transitions.keys()) {
    const prefix = descriptor.endsWith('*') ? descriptor.slice(0, -1) : null;
    if (prefix === null ? descriptor === type : type.startsWith(prefix)) return true;
  }
  return false;
}

/** Whether some active state has a transition for events of this type, whatever its guard says. */
export function handles(snapshot: AnyMachineSnapshot, type: string): boolean {
  return snapshot._nodes.some((node: AnyStateNode) => handledBy(node, type));
}

/** The steps of one actor's machine, as XState takes them; each is run twice and must agree. */
export class Reactor {
  readonly stepper: Stepper;
  private readonly around: Surroundings;
  /** Calls of XState's step functions so far. */
  calls = 0;

  constructor(stepper: Stepper, around: Surroundings) {
    this.stepper = stepper;
    this.around = around;
  }

  private settled(stepped: Stepped, before: Body | null): Reaction {
    const { snapshot, actions } = stepped;
    deepFreeze(snapshot.context);
    const effects = new Effects(this.around, before);
    for (const action of actions) effects.follow(action);
    const active = snapshot.status === 'active';
    if (!active) effects.end();
    const requests = [...effects.requests.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const body = {
      snapshot,
      requests,
      timers: active ? effects.timers() : [],
      answered: active ? effects.answered : {},
    };
    return { body: this.withSaves(body), sent: effects.sent, abandoned: effects.abandoned };
  }

  /** A save stores the snapshot of the moment at which it was invoked. */
  private withSaves(body: Body): Body {
    const { checkpoint, name } = this.around;
    const isNew = (request: Request): boolean =>
      request.src === checkpoint && request.save === null;
    if (!body.requests.some(isNew)) return body;
    const save = checkpointText(body, name);
    return { ...body, requests: body.requests.map((r) => (isNew(r) ? { ...r, save } : r)) };
  }

  private twice(at: string, step: () => Stepped, before: Body | null): Reaction {
    this.calls += 1;
    const once = evaluate(at, () => this.settled(step(), before));
    const again = evaluate(at, () => this.settled(step(), before));
    const [first, second] = [once, again].map(
      (r) => bodyText(r.body, at) + canonical(r.sent, 'sent', at),
    );
    if (first !== second) {
      throw new ReconvergeError(
        'RCV215',
        'the same event in the same state gave two different results',
        {
          at,
          hint: 'guards and assigns may read only context and event, no variable outside the machine',
        },
      );
    }
    return once;
  }

  start(input: unknown): Reaction {
    const at = `${this.around.name} at its start`;
    return this.twice(at, () => this.stepper.initial(input), null);
  }

  transition(body: Body, event: EventObject): Reaction {
    const at = `${this.around.name} on ${event.type} in ${JSON.stringify(body.snapshot.value)}`;
    return this.twice(at, () => this.stepper.transition(body.snapshot, event), body);
  }

  /** Whether the event selects a transition that does something. */
  can(body: Body, event: EventObject): boolean {
    const at = `${this.around.name} on ${event.type} in ${JSON.stringify(body.snapshot.value)}`;
    return isActiveStatus(body) && evaluate(at, () => body.snapshot.can(event as never));
  }

  /** The body after the reply to request `id` was taken off the wire, and the event that brings it. */
  answer(body: Body, id: string, reply: Reply): { body: Body; event: EventObject } {
    const request = body.requests.find((candidate) => candidate.id === id);
    const outcome =
      reply.is === 'done'
        ? { status: 'done', ...(reply.output === undefined ? {} : { output: reply.output }) }
        : { status: 'error', error: reply.error };
    const child = {
      snapshot: { ...outcome, ...(request?.input === undefined ? {} : { input: request.input }) },
      src: request?.src,
      syncSnapshot: false,
    };
    const event =
      reply.is === 'done'
        ? { type: `xstate.done.actor.${id}`, output: reply.output, actorId: id }
        : { type: `xstate.error.actor.${id}`, error: reply.error, actorId: id };
    const requests = body.requests.filter((candidate) => candidate.id !== id);
    return { body: { ...body, requests, answered: { ...body.answered, [id]: child } }, event };
  }

  /** The body after XState's own restore from a checkpoint text, with `after`s re-armed as one batch. */
  restore(text: string): Body {
    const at = `${this.around.name} at its restart`;
    return evaluate(at, () => {
      const saved = JSON.parse(text) as {
        children: Record<string, { src: string; snapshot: { status: string; input?: unknown } }>;
      };
      this.calls += 1;
      const snapshot = this.stepper.restore(saved);
      deepFreeze(snapshot.context);
      const requests: Request[] = [];
      const answered: Record<string, unknown> = {};
      for (const [id, child] of Object.entries(saved.children)) {
        if (child.snapshot.status !== 'active') answered[id] = child;
        else
          requests.push({
            id,
            src: child.src,
            input: deepFreeze(child.snapshot.input),
            reply: null,
            save: null,
          });
      }
      const armed = snapshot.status === 'active' ? this.rearmed(snapshot) : [];
      const timers = armed.length === 0 ? [] : [armed];
      return this.withSaves({
        snapshot,
        requests: requests.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        timers,
        answered,
      });
    });
  }

  private rearmed(snapshot: AnyMachineSnapshot): Timer[] {
    const { delays } = this.stepper.machine.implementations;
    const armed = snapshot._nodes.flatMap((node: AnyStateNode) =>
      node.after.map(({ eventType, delay }): Timer => {
        const given: unknown =
          typeof delay === 'string' ? (delays as Record<string, unknown>)[delay] : delay;
        const scope = {
          context: snapshot.context as unknown,
          event: { type: 'reconverge.restart' },
        };
        const value: unknown =
          typeof given === 'function' ? (given as (s: unknown) => unknown)(scope) : given;
        return { event: eventType, delay: Number(value) };
      }),
    );
    return [...new Map(armed.map((timer: Timer) => [timer.event, timer])).values()];
  }
}

function isActiveStatus(body: Body): boolean {
  return body.snapshot.status === 'active';
}
