import type { EventObject } from 'xstate';
import type { Act, Macrostep } from './machine.ts';
import type { OracleActor, Setting } from './setting.ts';
import type { GlobalState, Local, Persisted, Reply, Request, Timer } from './state.ts';
import { delayed, handles, lookAt, persist, World } from './machine.ts';
import { actorOf, inboxOf } from './setting.ts';
import { answerEvent, canonical, decode, plain } from './state.ts';

/**
 * What a macrostep begins: it starts when the macrostep has come to rest, unless it was stopped
 * again.
 */
interface Begun {
  requests: Request[];
  saves: string[];
  timers: Timer[];
}

interface Sent {
  readonly to: OracleActor;
  readonly event: EventObject;
}

/** Whether the actor can take steps of its own: neither down, paused nor halted, and not ended. */
export function isRunning(local: Local): local is Local & { snapshot: Persisted } {
  return local.status === 'up' && local.snapshot?.status === 'active';
}

/** One global step under construction, on a copy of the state it starts from. */
export class Turn {
  readonly setting: Setting;
  readonly state: GlobalState;
  readonly #world: World;
  readonly #sent: Sent[] = [];

  constructor(setting: Setting, from: string | GlobalState) {
    this.setting = setting;
    this.state = typeof from === 'string' ? decode(from) : from;
    this.#world = new World(setting.actors.map(({ name }) => name));
  }

  local(name: string): Local {
    const found = this.state.actors[name];
    if (found === undefined) throw new Error(`no actor '${name}'`);
    return found;
  }

  /** Starts the machine of an actor; what it sends waits for `settle`. */
  start(actor: OracleActor, input: unknown): void {
    const { saved } = this.state.actors[actor.name] ?? { saved: null };
    this.state.actors[actor.name] = {
      status: 'up',
      snapshot: null,
      requests: [],
      saves: [],
      batches: [],
      saved,
    };
    this.#enter(actor, this.#world.start(actor.machine, actor.name, plain(input)));
  }

  /**
   * Continues a saved snapshot: invokes again what it was running, arms its timers as one batch.
   */
  resume(actor: OracleActor): void {
    const local = this.local(actor.name);
    const saved = local.saved!;
    local.status = 'up';
    local.snapshot = saved;
    for (const [id, { src, snapshot }] of Object.entries(saved.children)) {
      if (snapshot.status !== 'active') continue;
      if (src === actor.checkpoint) local.saves.push({ id, snapshot: saved });
      else local.requests.push({ id, src, input: snapshot.input, reply: null });
    }
    local.batches = [delayed(lookAt(actor.machine, saved))];
  }

  /** One macrostep of an actor that is running. */
  macrostep(actor: OracleActor, event: EventObject): void {
    const { snapshot } = this.local(actor.name);
    this.#enter(actor, this.#world.step(actor.machine, actor.name, snapshot!, event));
  }

  /** A request applied to its service; an event that no active state handles is an error. */
  request(service: OracleActor, event: EventObject): void {
    const snapshot = lookAt(service.machine, this.local(service.name).snapshot!);
    const open = snapshot.status === 'active' && handles(snapshot, event.type);
    if (!open) throw new Error(`unhandled: ${service.name} ${event.type}`);
    this.macrostep(service, event);
  }

  /** The outcome of an invoke reaches its asker. */
  answer(actor: OracleActor, id: string, reply: Reply): void {
    const local = this.local(actor.name);
    local.requests = local.requests.filter((request) => request.id !== id);
    local.saves = local.saves.filter((save) => save.id !== id);
    const child = local.snapshot?.children[id];
    if (child !== undefined) this.#end(local, id);
    this.macrostep(actor, answerEvent(id, reply));
  }

  /** Runs the receivers of rendezvous messages, in the order of sending, until none is left. */
  settle(): void {
    for (let next = this.#sent.shift(); next !== undefined; next = this.#sent.shift()) {
      const { status, snapshot } = this.local(next.to.name);
      const there = status === 'up' && snapshot?.status !== 'error';
      if (there) this.request(next.to, next.event);
    }
  }

  addZombie(src: string, input: unknown, forever: boolean): void {
    const effect = this.setting.tolerance.effects![src]!;
    const zombies = (this.state.zombies[effect.to] ??= { once: [], forever: [] });
    const text = canonical(effect.send({ input }));
    if (!forever) zombies.once.push(text);
    else if (!zombies.forever.includes(text)) zombies.forever.push(text);
  }

  /** An invoked promise that has ended stays among the children, as ended: it is not run again. */
  #end(local: Local, id: string): void {
    const snapshot = structuredClone(local.snapshot!);
    const child = snapshot.children[id]!;
    const children = { ...snapshot.children };
    children[id] = { ...child, snapshot: { ...child.snapshot, status: 'done' } };
    local.snapshot = { ...snapshot, children };
  }

  #enter(actor: OracleActor, { snapshot, actions }: Macrostep): void {
    const local = this.local(actor.name);
    const begun: Begun = { requests: [], saves: [], timers: [] };
    for (const action of actions) this.#execute(actor, action, begun);
    const persisted = persist(actor.machine, snapshot);
    local.snapshot = persisted;
    if (persisted.status === 'active') {
      local.requests.push(...begun.requests);
      local.saves.push(...begun.saves.map((id) => ({ id, snapshot: persisted })));
      local.batches.push(begun.timers);
      return;
    }
    for (const { src, input, reply } of local.requests) {
      if (reply === null) this.addZombie(src, input, false);
    }
    Object.assign(local, { requests: [], saves: [], batches: [] });
    if (actor.checkpoint !== null && persisted.status === 'done') local.saved = persisted;
  }

  #execute(actor: OracleActor, { type, params }: Act, begun: Begun): void {
    const local = this.local(actor.name);
    const { id, src, input, to, event, delay, sendId } = (params ?? {}) as {
      readonly [name: string]: unknown;
    };
    if (type === 'xstate.spawnChild') {
      const known = Object.hasOwn(this.setting.tolerance.effects ?? {}, src as string);
      if (src === actor.checkpoint) begun.saves.push(id as string);
      else if (!known) throw new Error(`${actor.name} invokes '${String(src)}', not an effect`);
      else {
        const asked = { id: id as string, src: src as string, input: plain(input), reply: null };
        begun.requests.push(asked);
      }
    } else if (type === 'xstate.stopChild') {
      const others = (each: { readonly id: string }): boolean => each.id !== id;
      begun.saves = begun.saves.filter((save) => save !== id);
      local.saves = local.saves.filter(others);
      if (begun.requests.every(others)) this.#abandon(local, id);
      begun.requests = begun.requests.filter(others);
    } else if (type === 'xstate.sendTo') {
      if (delay !== undefined) throw new Error('a delayed sendTo');
      const receiver = actorOf(this.setting, this.#world.nameOf(to));
      this.#send(receiver, plain(event) as EventObject);
    } else if (type === 'xstate.raise' && delay !== undefined) {
      const after = (event as EventObject).type;
      if (!after.startsWith('xstate.after.')) throw new Error('a delayed raise');
      begun.timers.push({ type: after, delay: delay as number });
    } else if (type === 'xstate.cancel') {
      const kept = (timer: Timer) => timer.type !== sendId;
      local.batches = local.batches.map((batch) => batch.filter(kept));
      begun.timers = begun.timers.filter(kept);
    } else if (!type.startsWith('xstate.') && !(type in (this.setting.tolerance.actions ?? {}))) {
      throw new Error(`undeclared action '${type}'`);
    }
  }

  /** A request that was sent and not yet served goes on without its asker. */
  #abandon(local: Local, id: unknown): void {
    const left = local.requests.find((request) => request.id === id);
    if (left?.reply === null) this.addZombie(left.src, left.input, false);
    local.requests = local.requests.filter((request) => request !== left);
  }

  #send(to: OracleActor, event: EventObject): void {
    const { kind, capacity, volatile } = inboxOf(this.setting, to);
    if (kind === 'rendezvous') return void this.#sent.push({ to, event });
    if (volatile && this.state.actors[to.name]!.snapshot === null) return;
    const inbox = (this.state.inboxes[to.name] ??= []);
    const text = canonical(event);
    if (kind === 'set' && inbox.includes(text)) return;
    if (kind !== 'set' && inbox.length >= capacity) throw new Error(`over capacity: ${to.name}`);
    inbox.push(text);
    if (kind !== 'fifo') inbox.sort();
  }
}
