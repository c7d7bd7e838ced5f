import type { Request } from '../machine/body.ts';
import { canonical } from '../machine/canonical.ts';
import type { FiredFault, Json, JsonEvent } from '../model/verdict.ts';
import type { State, Step, Stepping } from './stepping.ts';

/** What an asker is told; `output` is null where there is none. */
export type ActionReply =
  | { readonly is: 'done'; readonly output: Json }
  | { readonly is: 'error'; readonly error: Json };

/**
 * A step of the model as it is to be made happen in a real system. By the way it is made:
 *
 * - `EFFECT.serve`: the request is applied by its service, and the answer is on its way;
 * - `EFFECT.deliver`: that answer reaches the one that asked;
 * - `ACTOR.save`: the checkpoint in flight is durable, and the actor goes on;
 * - `ACTOR.timer`: a pending `after` fires; `ACTOR.restart`, `ACTOR.wake`: after a crash, a pause;
 * - `ACTOR.EVENT`: an event from the environment, or a message that waited in the inbox;
 * - a fault under the name it has in the model: `order.crash`, `charge.late`, `payments.adrift` (a
 *   request that nobody awaits any more is applied after all).
 *
 * Plain JSON, so that it may be sent to another process.
 */
export interface ModelAction {
  readonly name: string;
  /** Whose step it is: an actor, or a replica such as `rm[1]`. For an effect the service's. */
  readonly actor: string;
  readonly effect: string | null;
  /** Who asked for the effect; null where it is about none. */
  readonly asker: string | null;
  readonly event: JsonEvent;
  /** What the asker is told: on its way after `serve` and the faults of effects, else arriving. */
  readonly reply: ActionReply | null;
  /** For a crash: the actors whose save in flight is durable all the same. */
  readonly saved: readonly string[];
  readonly fault: FiredFault | null;
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

const replyOf = ({ reply }: Request): ActionReply | null => {
  if (reply === null) return null;
  return reply.is === 'done'
    ? { is: 'done', output: plain(reply.output) }
    : { is: 'error', error: plain(reply.error) };
};

/** Tells steps of a model as actions. */
export class Actions {
  private readonly stepping: Stepping;
  private readonly known = new WeakMap<Step, ModelAction>();
  private readonly identities = new WeakMap<Step, string>();

  constructor(stepping: Stepping) {
    this.stepping = stepping;
  }

  /** The action that a step from a state is. */
  of(from: State, step: Step): ModelAction {
    const known = this.known.get(step);
    if (known !== undefined) return known;
    const action = this.told(from, step);
    this.known.set(step, action);
    return action;
  }

  /** Equal for steps that a driver cannot tell apart by what it is told. */
  identity(from: State, step: Step): string {
    const known = this.identities.get(step);
    if (known !== undefined) return known;
    const text = canonical(this.of(from, step), 'action', 'identity');
    this.identities.set(step, text);
    return text;
  }

  /**
   * The action in a few words, unlike that of any other step from this state: its name, the replica
   * it is of, the payload of an event, and where that is not enough a number in order of the steps.
   */
  text(from: State, step: Step): string {
    const own = this.plainText(from, step);
    const steps = this.stepping.steps(from);
    const alike = steps.filter((other) => this.plainText(from, other) === own);
    if (alike.length === 1) return own;
    const isSame = ({ action, to, brokenClaim }: Step): boolean =>
      action === step.action && to === step.to && brokenClaim === step.brokenClaim;
    return `${own} #${alike.findIndex(isSame) + 1}`;
  }

  /** The step from a state that `text` names; undefined if there is none. */
  find(from: State, text: string): Step | undefined {
    return this.stepping.steps(from).find((step) => this.text(from, step) === text);
  }

  private plainText(from: State, step: Step): string {
    const { name, actor, asker, event, saved } = this.of(from, step);
    const { kind } = this.stepping.compiled.rule(step.rule);
    const who = kind === 'serve' || kind === 'deliver' ? (asker ?? '') : actor;
    const index = /\[\d+\]$/.exec(who)?.[0] ?? '';
    const { type: _type, ...payload } = event;
    const isLaden = (kind === 'event' || kind === 'message') && Object.keys(payload).length > 0;
    const load = isLaden ? ` ${JSON.stringify(payload)}` : '';
    const saves = saved.length === 0 ? '' : ` (saved${saved.length > 1 ? ` ${saved.join()}` : ''})`;
    return `${name}${index}${load}${saves}`;
  }

  private requests(state: State, actor: number): readonly Request[] {
    const { world } = this.stepping.compiled;
    return world.actor(actor).locals.at(state.row[actor] as number).body?.requests ?? [];
  }

  private told(from: State, step: Step): ModelAction {
    const { compiled } = this.stepping;
    const { kind, of } = compiled.rule(step.rule);
    const { actor, event, fault } = compiled.action(step.action);
    const { name, partName } = compiled.world.actor(actor).instance;
    const base = { actor: name, effect: null, asker: null, event, reply: null, saved: [], fault };
    switch (kind) {
      case 'serve': {
        const { before, after } = this.served(from, step, of);
        const effect = before.src;
        const asker = compiled.actorNames[of] as string;
        const reply = after === undefined ? null : replyOf(after);
        return { ...base, name: fault?.name ?? `${effect}.serve`, effect, asker, reply };
      }
      case 'deliver': {
        const request = this.delivered(from, event.type, of);
        if (request.save !== null) return { ...base, name: `${partName}.save` };
        const { src } = request;
        const reply = replyOf(request);
        return { ...base, name: `${src}.deliver`, effect: src, asker: name, reply };
      }
      case 'strike':
        return { ...base, name: fault?.name ?? '', saved: this.savedAt(from, step) };
      case 'adrift':
        return { ...base, name: fault?.name ?? '' };
      case 'timer':
      case 'restart':
      case 'wake':
        return { ...base, name: `${partName}.${kind}` };
      case 'event':
      case 'message':
        return { ...base, name: `${partName}.${event.type}` };
    }
  }

  /** The request that a step serves, before and, if its asker still waits, after it. */
  private served(
    from: State,
    { action, to }: Step,
    asker: number,
  ): { readonly before: Request; readonly after: Request | undefined } {
    const { compiled } = this.stepping;
    const { actor, fault } = compiled.action(action);
    const service = compiled.actorNames[actor] as string;
    const later = new Map(this.requests(to, asker).map((request) => [request.id, request]));
    const candidates = this.requests(from, asker).filter(
      ({ src, reply, save }) =>
        reply === null &&
        save === null &&
        compiled.world.effect(src).to === service &&
        (fault === null || fault.name.startsWith(`${src}.`)),
    );
    const before =
      candidates.find(({ id }) => (later.get(id)?.reply ?? null) !== null) ??
      candidates.find(({ id }) => !later.has(id));
    if (before === undefined) throw new Error('internal: a service step served nothing');
    return { before, after: later.get(before.id) };
  }

  private delivered(from: State, type: string, asker: number): Request {
    const request = this.requests(from, asker).find(
      ({ id }) => type === `xstate.done.actor.${id}` || type === `xstate.error.actor.${id}`,
    );
    if (request === undefined) throw new Error('internal: nobody waits for a reply');
    return request;
  }

  /** The actors whose checkpoint in flight at a crash is the last one after it. */
  private savedAt(from: State, { to }: Step): readonly string[] {
    const { world } = this.stepping.compiled;
    return world.actors.flatMap(({ instance: { index, name }, locals }) => {
      if (from.row[index] === to.row[index]) return [];
      const before = locals.at(from.row[index] as number);
      const after = locals.at(to.row[index] as number);
      const inFlight = before.body?.requests.find(({ save }) => save !== null)?.save ?? null;
      const isSaved = inFlight !== null && after.saved === inFlight && before.saved !== inFlight;
      return isSaved ? [name] : [];
    });
  }
}
