import { ReconvergeError } from '../model/error.ts';
import { isActive, type Body, type Reply, type Request } from './body.ts';
import { canonical, sortedTexts } from './canonical.ts';
import { Changes } from './changes.ts';
import type { DeclaredFault } from './fault.ts';
import { clearInbox, putMessage } from './inbox.ts';
import { canCrash, isRunning, type Local, type Zombie } from './local.ts';
import type { Message } from './follow.ts';
import type { Instance } from './instance.ts';
import { checkpointText, handles, type Reaction } from './react.ts';
import { deepFreeze, evaluate } from './purity.ts';

/**
 * Messages in one step beyond which rendezvous partners are taken to answer each other for ever.
 */
const MESSAGES_MAX = 1_000;

function endless({ to, event }: Message): ReconvergeError {
  return new ReconvergeError('RCV222', `a step never ends: '${event.type}' to ${to} goes round`, {
    at: to,
    hint: 'partners that answer every message answer for ever: give one a guard, or an inbox',
  });
}

/**
 * One successor being made: reads go to where it starts from, which may note them; writes are kept
 * apart.
 */
export class Draft extends Changes {
  fork(): Draft {
    const draft = new Draft(this.world, this.source, this.written);
    draft.takeOver(this);
    return draft;
  }

  /** The first message in a bag or fifo; null: none. */
  firstMessage(receiver: Instance): Message['event'] | null {
    const component = this.world.inboxComponent(receiver.index);
    const { edits, inboxes } = this.world;
    const first = (content: number): Message['event'] | null =>
      inboxes[receiver.index]?.at(content)[0] ?? null;
    if (this.source.isOpen !== true) return first(this.get(component));
    const seen = this.glimpse(component, 'first', (content) => {
      const event = first(content);
      return event === null ? -1 : edits.put(receiver, event);
    });
    return seen === -1 ? null : edits.eventOf(seen as number);
  }

  localId(actor: number): number {
    return this.get(actor);
  }

  local(actor: number): Local {
    return this.world.actor(actor).locals.at(this.get(actor));
  }

  setLocal(actor: number, local: Local): void {
    this.written.set(actor, this.world.internLocal(actor, local));
  }

  adrift(actor: number): readonly Zombie[] {
    const component = this.world.adrift[actor];
    return component ? component.at(this.get(this.world.adriftComponent(actor))) : [];
  }

  setAdrift(actor: number, zombies: readonly Zombie[]): void {
    const component = this.world.adrift[actor];
    if (!component) return;
    const [text, items] = sortedTexts(zombies, component.name);
    this.written.set(this.world.adriftComponent(actor), component.intern(text, items));
  }

  /** Whether the fault may still happen; counts it down if so. */
  spend(fault: DeclaredFault): boolean {
    if (fault.pool === null) return true;
    const component = this.world.budgetComponent(fault.pool);
    const left = this.get(component);
    if (left === 0) return false;
    this.written.set(component, left - 1);
    return true;
  }

  /** A request that nobody awaits any more is still under way (spec 2.5). */
  setAdriftRequest(request: Request, forever: boolean): void {
    const { to, send } = this.world.effect(request.src);
    const service = this.world.instance(to, `effects.${request.src}`).index;
    const event = evaluate(`effects.${request.src}.send`, () => send({ input: request.input }));
    const zombies = this.adrift(service);
    const zombie = deepFreeze({ event, forever });
    const text = canonical(zombie, 'zombie', request.src);
    if (forever && zombies.some((other) => canonical(other, 'zombie', '') === text)) return;
    this.setAdrift(service, [...zombies, zombie]);
  }

  /**
   * A new body for a running actor: its messages go out, a final state is saved in the same step.
   */
  private settle(actor: number, reaction: Reaction): void {
    const { instance } = this.world.actor(actor);
    const { body, sent, abandoned } = reaction;
    const final = instance.part.checkpoint !== null && body.snapshot.status === 'done';
    const { saved, mode, survives } = this.local(actor);
    const last = final ? checkpointText(body, instance.name) : saved;
    this.setLocal(actor, { mode, body, saved: last, survives });
    for (const request of abandoned) this.setAdriftRequest(request, false);
    this.post(sent);
  }

  /** Sends messages: into inboxes, or, by rendezvous, first in first out within this very step. */
  private readonly queue: Message[] = [];
  private posting = false;
  post(sent: readonly Message[]): void {
    this.queue.push(...sent);
    if (this.posting) return;
    this.posting = true;
    let arrived = 0;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      arrived += 1;
      if (arrived > MESSAGES_MAX) throw endless(next);
      this.arrive(next);
    }
    this.posting = false;
  }

  private arrive({ to, event }: Message): void {
    const receiver = this.world.instance(to, 'sendTo');
    const { index, inbox, name } = receiver;
    if (inbox === null) return this.meet(index, name, event);
    if (inbox.volatile && this.isGone(index)) return;
    putMessage(this, receiver, event);
  }

  private isGone(actor: number): boolean {
    const { locals } = this.world.actor(actor);
    const isGone = (local: number): boolean => {
      const { mode } = locals.at(local);
      return mode === 'down' || mode === 'halted';
    };
    return this.glimpse(actor, 'gone', isGone) === true;
  }

  private meet(index: number, name: string, event: Message['event']): void {
    const local = this.local(index);
    if (local.mode !== 'up' || local.body === null) return;
    if (local.body.snapshot.status === 'error') return;
    if (!isActive(local.body) || !handles(local.body.snapshot, event.type)) {
      throw new ReconvergeError(
        'RCV217',
        `${name} does not handle '${event.type}' in ${JSON.stringify(local.body.snapshot.value)}`,
        {
          at: name,
          hint: 'give that state a transition for it (an empty one ignores it on purpose)',
        },
      );
    }
    this.deliver(index, local.body, event);
  }

  /** The actor takes one event, XState decides. */
  deliver(actor: number, body: Body, event: Message['event']): void {
    const local = this.local(actor);
    const id =
      local.body === body ? this.localId(actor) : this.world.internLocal(actor, { ...local, body });
    this.settle(actor, this.world.react(actor, id, body, event));
  }

  /** The service takes a request; an unhandled one is the user's mistake. */
  request(service: number, event: Message['event']): void {
    this.post([{ to: this.world.actor(service).instance.name, event }]);
  }

  /** A pending invoke is answered: the reply reaches the machine. */
  answer(actor: number, request: Request, reply: Reply): Message['event'] {
    const local = this.local(actor);
    if (local.body === null) throw new Error('internal: a reply to nobody');
    const { reactor } = this.world.actor(actor);
    const answered = reactor.answer(local.body, request.id, reply);
    this.deliver(actor, answered.body, answered.event as Message['event']);
    return answered.event as Message['event'];
  }

  /** The outcome of a request is fixed, and waits to be told. */
  setReply(actor: number, request: Request, reply: Reply): void {
    this.mapRequests(actor, (r) => (r === request ? { ...r, reply } : r));
  }

  /** Puts the real reply in the place of a provisional one, if its asker still waits for it. */
  replaceReply(actor: number, { id }: Request, reply: Reply): void {
    this.mapRequests(actor, (r) => (r.id === id && r.reply !== null ? { ...r, reply } : r));
  }

  private mapRequests(actor: number, change: (request: Request) => Request): void {
    const local = this.local(actor);
    if (local.body === null) return;
    const requests = local.body.requests.map(change);
    this.setLocal(actor, { ...local, body: { ...local.body, requests } });
  }

  /** Takes the current part of an actor away; `saved` is what it leaves as its last checkpoint. */
  crash(actor: number, mode: 'down' | 'halted', saved: string | null, forever: boolean): void {
    const { instance } = this.world.actor(actor);
    const { body, survives } = this.local(actor);
    if (body === null) return;
    const { durable, checkpoint } = instance.part;
    const at = `${instance.name}.durable`;
    const rest =
      checkpoint === null && durable !== null
        ? { input: evaluate(at, () => durable(body.snapshot.context)) as unknown }
        : survives;
    this.setLocal(actor, { mode, body: null, saved, survives: mode === 'down' ? rest : null });
    if (instance.inbox?.volatile) clearInbox(this, actor);
    for (const request of body.requests) {
      if (request.reply === null && request.save === null) this.setAdriftRequest(request, forever);
    }
  }

  /** What the last checkpoint may be after a crash now: a save in flight took place or did not. */
  possibleSaves(actor: number): readonly (string | null)[] {
    const { body, saved } = this.local(actor);
    const inFlight = body?.requests.flatMap(({ save }) => save ?? []) ?? [];
    return [...new Set([saved, ...inFlight])];
  }

  canCrash(actor: number): boolean {
    return canCrash(this.local(actor));
  }

  isRunning(actor: number): boolean {
    return isRunning(this.local(actor));
  }

  /** The same; where components may be edited unseen, no more than that is looked at. */
  seemsRunning(actor: number): boolean {
    if (this.source.isOpen !== true) return this.isRunning(actor);
    const { locals } = this.world.actor(actor);
    return this.glimpse(actor, 'running', (local) => isRunning(locals.at(local))) === true;
  }

  /** All actors start; what they send arrives once all of them exist, in order of parts. */
  startAll(inputs: readonly unknown[]): void {
    this.posting = true;
    for (const [actor, input] of inputs.entries()) this.start(actor, input);
    this.posting = false;
    this.post([]);
  }

  /** A fresh machine from `input`; a checkpointed one saves checkpoint 0. */
  start(actor: number, input: unknown): void {
    const { instance } = this.world.actor(actor);
    const reaction = this.world.start(actor, input);
    const checkpointed = instance.part.checkpoint !== null;
    const saved = checkpointed ? checkpointText(reaction.body, instance.name) : null;
    const survives = this.world.remembersInput(instance) ? { input } : null;
    this.setLocal(actor, { mode: 'up', body: reaction.body, saved, survives });
    this.settle(actor, reaction);
  }

  /** A down actor comes back: from its checkpoint, or as what survives of it. */
  restart(actor: number, input: unknown): void {
    const local = this.local(actor);
    if (local.saved === null) return this.start(actor, input);
    const body = this.world.actor(actor).reactor.restore(local.saved);
    this.setLocal(actor, { ...local, mode: 'up', body });
  }
}
