import { ReconvergeError } from '../model/error.ts';
import type { Parts } from '../model/part.ts';
import { DOWN_TAG } from '../model/recovery.ts';
import type { AnyEffect, AnyFaultTolerance, System } from '../model/system.ts';
import { bodyText, type Body } from './body.ts';
import { canonical } from './canonical.ts';
import { Component, fastestGrowingPath } from './component.ts';
import { Edits } from './edits.ts';
import { faultPlan, type FaultPlan } from './fault.ts';
import { instancesOf, type Instance } from './instance.ts';
import { Letters } from './letters.ts';
import type { Local, Zombie } from './local.ts';
import type { Message } from './follow.ts';
import { Reactor, type Reaction } from './react.ts';
import { Stepper } from './scope.ts';

/** Distinct values of one component beyond which the span counts as unbounded. */
export const COMPONENT_VALUES_MAX = 50_000;

interface Actor {
  readonly instance: Instance;
  readonly reactor: Reactor;
  readonly locals: Component<Local>;
  /** The local states that have a body, by the body itself. */
  readonly bodies: WeakMap<Body, readonly number[]>;
  /** XState's answers, by local state and event text. */
  readonly reactions: Map<number, Map<string, Reaction>>;
  /** Its first reactions, by input text. */
  readonly starts: Map<string, Reaction>;
}

function sample<T>(name: string): (values: readonly T[]) => string {
  return (values) => fastestGrowingPath(name, values.map(growthSample));
}

function growthSample(value: unknown): unknown {
  const body = (value as Partial<Local>).body;
  if (body === undefined || body === null) return value;
  return {
    context: body.snapshot.context as unknown,
    requests: body.requests.map(({ input }) => input),
  };
}

/**
 * A system taken apart into components: one per actor, one per bag, fifo and volatile set, one per
 * service with requests adrift, one per finite budget, and one per letter, in this order. The
 * global state is the vector of their interned values; what is left of a budget, the mark of a
 * volatile set and the presence of a letter stand for themselves.
 */
export class World {
  readonly tolerance: AnyFaultTolerance;
  readonly parts: Parts;
  readonly instances: readonly Instance[];
  readonly plan: FaultPlan;
  readonly actors: readonly Actor[];
  /** The contents of bags and fifos, by actor. */
  readonly inboxes: readonly (Component<readonly Message['event'][]> | null)[];
  /** What is done to them. */
  readonly edits: Edits;
  readonly adrift: readonly (Component<readonly Zombie[]> | null)[];
  /** The messages of sets. */
  readonly letters: Letters;
  /** Components that are there from the start. */
  readonly fixedWidth: number;
  private readonly inboxSlot: readonly number[];
  private readonly adriftSlot: readonly number[];
  private readonly budgetSlot: number;
  private readonly byName: ReadonlyMap<string, Instance>;
  private readonly recoveryTags: ReadonlySet<string>;

  constructor(system: System, valuesMax: number = COMPONENT_VALUES_MAX) {
    this.tolerance = system.tolerance;
    this.parts = system.parts;
    this.instances = instancesOf(system.parts, system.tolerance.channels);
    this.byName = new Map(this.instances.map((instance) => [instance.name, instance]));
    this.plan = faultPlan(system.tolerance);
    const known = new Set(this.byName.keys());
    const effects = new Set(Object.keys(system.tolerance.effects ?? {}));
    const actions = system.tolerance.actions ?? {};
    this.actors = this.instances.map((instance) => {
      const { name, part } = instance;
      const stepper = new Stepper(part.machine, name, known);
      const reactor = new Reactor(stepper, { name, checkpoint: part.checkpoint, effects, actions });
      const locals = new Component<Local>(name, valuesMax, sample(name));
      const bodies = new WeakMap<Body, readonly number[]>();
      return { instance, reactor, locals, bodies, reactions: new Map(), starts: new Map() };
    });
    let width = this.instances.length;
    this.inboxSlot = this.instances.map(({ inbox }) =>
      inbox === null || (inbox.kind === 'set' && !inbox.volatile) ? -1 : width++,
    );
    this.inboxes = this.instances.map(({ inbox, name }) =>
      inbox === null || inbox.kind === 'set'
        ? null
        : new Component(`${name}.inbox`, valuesMax, sample(`${name}.inbox`)),
    );
    this.edits = new Edits(this.inboxes);
    const served = new Set(Object.values(system.tolerance.effects ?? {}).map(({ to }) => to));
    this.adriftSlot = this.instances.map(({ name }) => (served.has(name) ? width++ : -1));
    this.adrift = this.instances.map(({ name }) =>
      served.has(name)
        ? new Component(`${name}.adrift`, valuesMax, sample(`${name}.adrift`))
        : null,
    );
    this.budgetSlot = width;
    this.fixedWidth = width + this.plan.pools.length;
    this.letters = new Letters(this.fixedWidth, valuesMax);
    this.recoveryTags = new Set([...Object.values(system.tolerance.recovery ?? {}), DOWN_TAG]);
  }

  /** Grows with the letters. */
  get width(): number {
    return this.fixedWidth + this.letters.all.length;
  }

  /** The content of a bag or fifo, the mark of a volatile set; -1 for any other actor. */
  inboxComponent(index: number): number {
    return this.inboxSlot[index] ?? -1;
  }

  adriftComponent(index: number): number {
    return this.adriftSlot[index] ?? -1;
  }

  budgetComponent(pool: number): number {
    return this.budgetSlot + pool;
  }

  actor(index: number): Actor {
    const found = this.actors[index];
    if (found === undefined) throw new Error(`internal: no actor ${index}`);
    return found;
  }

  instance(name: string, at: string): Instance {
    const found = this.byName.get(name);
    if (found !== undefined) return found;
    throw new ReconvergeError('RCV206', `'${name}' is no single actor of this model`, {
      at,
      hint: `actors: ${[...this.byName.keys()].join(', ')}`,
    });
  }

  /** The actors of a part: one, or its replicas. */
  members(partName: string): readonly Instance[] {
    return this.instances.filter((instance) => instance.partName === partName);
  }

  effect(name: string): AnyEffect {
    const effect = this.tolerance.effects?.[name];
    if (effect === undefined) throw new Error(`internal: no effect ${name}`);
    return effect;
  }

  internLocal(index: number, local: Local): number {
    const { name } = this.instances[index] as Instance;
    const { locals, bodies } = this.actor(index);
    const { mode, body, saved, survives } = local;
    const ids = body === null ? [] : (bodies.get(body) ?? []);
    const known = ids.find((id) => {
      const other = locals.at(id);
      return other.mode === mode && other.saved === saved && other.survives === survives;
    });
    if (known !== undefined) return known;
    const now = body === null ? 'null' : bodyText(body, name);
    const rest = canonical({ mode, saved, survives }, 'durable', name);
    const id = locals.intern(`${rest}${now}`, local);
    if (body !== null) bodies.set(body, [...ids, id]);
    return id;
  }

  /** The actor's start with an input; XState is asked once. */
  start(index: number, input: unknown): Reaction {
    const { starts, reactor, instance } = this.actor(index);
    const text = canonical(input, 'input', instance.name);
    const known = starts.get(text) ?? reactor.start(input);
    starts.set(text, known);
    return known;
  }

  /** The reaction of an actor in local state `localId` to an event; XState is asked once. */
  react(index: number, localId: number, body: Body, event: Message['event']): Reaction {
    const { reactions, reactor } = this.actor(index);
    const row = reactions.get(localId) ?? new Map<string, Reaction>();
    reactions.set(localId, row);
    const text = canonical(event, 'event', reactor.stepper.self.id);
    const known = row.get(text);
    if (known !== undefined) return known;
    const reaction = reactor.transition(body, event);
    row.set(text, reaction);
    return reaction;
  }

  /**
   * Whether which of its inputs it started with matters again, after a crash that leaves nothing
   * else.
   */
  remembersInput({ inputs, part, name, partName }: Instance): boolean {
    if (inputs.length < 2 || part.checkpoint !== null || part.durable !== null) return false;
    const hosts = Object.entries(this.tolerance.hosts ?? {});
    const owners = hosts.filter(([, members]) => members.includes(partName)).map(([host]) => host);
    return [name, partName, ...owners].some((owner) => this.plan.faults.has(`${owner}.crash`));
  }

  /** In dom(R): down, or in a state with a recovery tag (spec 1.2). */
  isRecovering(local: Local): boolean {
    return local.body === null || this.isTagged(local.body);
  }

  isTagged(body: Body): boolean {
    return [...(body.snapshot.tags as Set<string>)].some((tag) => this.recoveryTags.has(tag));
  }

  /** How often XState's step function was asked. */
  get xstateCalls(): number {
    return this.actors.reduce((sum, { reactor }) => sum + reactor.calls, 0);
  }
}
