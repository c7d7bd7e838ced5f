import type { AnyMachineSnapshot, AnyStateNode, EventObject } from 'xstate';
import {
  bodyText,
  isActive,
  persisted,
  type Body,
  type Reply,
  type Request,
  type Timer,
} from './body.ts';
import { canonical } from './canonical.ts';
import { checkSurvivesJson } from '../model/survives-json.ts';
import { deepFreeze, evaluateTwice } from './purity.ts';
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

/** Whether an event would do something, by its text. */
const possible = new WeakMap<Body, Map<string, boolean>>();

/** By the surroundings and the machine that actors share: the reactions of them all, by text. */
const shared = new WeakMap<object, Map<object, Map<string, Reaction>>>();

function sharedReactions({ effects }: Surroundings, machine: object): Map<string, Reaction> {
  const all = shared.get(effects) ?? new Map<object, Map<string, Reaction>>();
  shared.set(effects, all);
  const reactions = all.get(machine) ?? new Map<string, Reaction>();
  all.set(machine, reactions);
  return reactions;
}

const isChildless = (body: Body | null): boolean =>
  body === null || Object.keys(body.snapshot.children as object).length === 0;

/**
 * The steps of one actor's machine, as XState takes them; each is run twice and must agree. What
 * one replica does another one does, unless the machine asks which of them it is.
 */
export class Reactor {
  readonly stepper: Stepper;
  private readonly around: Surroundings;
  private readonly reactions: Map<string, Reaction>;
  private readonly restored = new Map<string, Body>();
  /** Calls of XState's step functions so far. */
  calls = 0;

  constructor(stepper: Stepper, around: Surroundings) {
    this.stepper = stepper;
    this.around = around;
    this.reactions = sharedReactions(around, stepper.machine);
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

  private reaction(at: string, key: string, step: () => Stepped, before: Body | null): Reaction {
    const { stepper, around, reactions } = this;
    const shareKey = `${around.checkpoint} ${key}`;
    const known = reactions.get(shareKey);
    if (known !== undefined) return known;
    this.calls += 1;
    stepper.asksWho = false;
    const reaction = evaluateTwice(
      at,
      () => this.settled(step(), before),
      ({ body, sent }) => bodyText(body, at) + canonical(sent, 'sent', at),
    );
    const isAnyones = !stepper.asksWho && isChildless(before) && isChildless(reaction.body);
    if (isAnyones) reactions.set(shareKey, reaction);
    return reaction;
  }

  start(input: unknown): Reaction {
    const at = `${this.around.name} at its start`;
    const key = canonical(input, 'input', this.around.name);
    return this.reaction(at, key, () => this.stepper.initial(input), null);
  }

  private place(body: Body, event: EventObject): string {
    return `${this.around.name} on ${event.type} in ${JSON.stringify(body.snapshot.value)}`;
  }

  transition(body: Body, event: EventObject): Reaction {
    const at = this.place(body, event);
    const key = `${canonical(event, 'event', at)} ${bodyText(body, at)}`;
    return this.reaction(at, key, () => this.stepper.transition(body.snapshot, event), body);
  }

  /** Whether the event selects a transition that does something. */
  can(body: Body, event: EventObject): boolean {
    if (!isActive(body)) return false;
    const known = possible.get(body) ?? new Map<string, boolean>();
    possible.set(body, known);
    const text = canonical(event, 'event', this.around.name);
    const found = known.get(text);
    if (found !== undefined) return found;
    const ask = (): boolean => body.snapshot.can(event as never);
    const answer = evaluateTwice(this.place(body, event), ask, String);
    known.set(text, answer);
    return answer;
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
    const known = this.restored.get(text);
    if (known !== undefined) return known;
    const at = `${this.around.name} at its restart`;
    this.calls += 1;
    const body = evaluateTwice(
      at,
      () => this.revived(text),
      (one) => bodyText(one, at),
    );
    this.restored.set(text, body);
    return body;
  }

  private revived(text: string): Body {
    const saved = JSON.parse(text) as {
      children: Record<string, { src: string; snapshot: { status: string; input?: unknown } }>;
    };
    const snapshot = this.stepper.restore(saved);
    deepFreeze(snapshot.context);
    const requests: Request[] = [];
    const answered: Record<string, unknown> = {};
    for (const [id, { src, snapshot: child }] of Object.entries(saved.children)) {
      if (child.status !== 'active') answered[id] = saved.children[id];
      else requests.push({ id, src, input: deepFreeze(child.input), reply: null, save: null });
    }
    const armed = snapshot.status === 'active' ? this.rearmed(snapshot) : [];
    return this.withSaves({
      snapshot,
      requests: requests.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      timers: armed.length === 0 ? [] : [armed],
      answered,
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
