import type { AnyMachineSnapshot, AnyStateNode, EventObject } from 'xstate';
import { ReconvergeError } from '../model/error.ts';
import { bodyText, persisted, type Body, type Reply, type Request, type Timer } from './body.ts';
import { checkSurvivesJson, canonical } from './canonical.ts';
import { deepFreeze, evaluate } from './purity.ts';
import { Following, type Message, type Surroundings } from './follow.ts';
import type { Stepper, Stepped } from './scope.ts';

/**
 * What one event did to one actor: its new body, what it sent, and the requests it no longer
 * awaits.
 */
export interface Reaction {
  readonly body: Body;
  readonly sent: readonly Message[];
  readonly abandoned: readonly Request[];
}

/** The snapshot text that a checkpoint stores: JSON, checked to survive. */
export function checkpointText(body: Body, at: string): string {
  const snapshot = persisted(body);
  checkSurvivesJson(snapshot, 'snapshot', at);
  return canonical(snapshot, 'snapshot', at);
}

/** Whether an event descriptor means this type: `a.*` is `a` and all that begins with `a.`. */
function describes(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  if (!descriptor.endsWith('.*')) return false;
  const stem = descriptor.slice(0, -2);
  return type === stem || type.startsWith(`${stem}.`);
}

function handledBy(node: AnyStateNode, type: string): boolean {
  return [...node.transitions.keys()].some((descriptor) => describes(descriptor, type));
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
    const effects = new Following(this.around, before);
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

  /**
   * The body after the reply to request `id` was taken off the wire, and the event that brings it.
   */
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

  /**
   * The body after XState's own restore from a checkpoint text, with `after`s re-armed as one
   * batch.
   */
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
