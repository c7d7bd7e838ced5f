import { successor, stateKey } from '../model/integer-system.ts';
import type { Json } from '../model/verdict.ts';
import { describe } from './describe.ts';
import { Draft } from './draft.ts';
import { setMessages } from './inbox.ts';
import type { Instance } from './instance.ts';
import { Probe, type Keyholes } from './probe.ts';
import type { World } from './world.ts';

/** One of each list, in all ways; the last one changes first. */
function* combinations<T>(lists: readonly (readonly T[])[]): Generator<readonly T[]> {
  const choice = lists.map(() => 0);
  for (;;) {
    yield choice.map((pick, index) => (lists[index] as readonly T[])[pick] as T);
    let position = choice.length - 1;
    while (position >= 0 && choice[position] === (lists[position] as readonly T[]).length - 1) {
      choice[position] = 0;
      position -= 1;
    }
    if (position < 0) return;
    choice[position] = (choice[position] as number) + 1;
  }
}

const unread = {
  value: (component: number): never => {
    throw new Error(`internal: component ${component} is read before it has a value`);
  },
};

/** Nobody has started: all inboxes are empty, all budgets untouched, no actor has a value. */
function before(world: World): Int32Array {
  const draft = new Draft(world, unread);
  for (const { index } of world.instances) {
    setMessages(draft, index, []);
    draft.setAdrift(index, []);
  }
  for (const [pool, { budget }] of world.plan.pools.entries()) {
    draft.set(world.budgetComponent(pool), budget);
  }
  const empty = new Int32Array(world.fixedWidth).fill(-1, 0, world.instances.length);
  return successor(empty, draft.writes());
}

/** The local states in which an actor may start; null where its start concerns other actors. */
function startsOf(world: World, { index, inputs }: Instance): readonly number[] | null {
  const starts = new Set<number>();
  for (const input of inputs) {
    const { sent, abandoned } = world.start(index, input);
    if (sent.length > 0 || abandoned.length > 0) return null;
    const draft = new Draft(world, unread);
    draft.start(index, input);
    starts.add(draft.localId(index));
  }
  return [...starts];
}

function initialValues(world: World): readonly (readonly number[])[] | null {
  const starts: (readonly number[])[] = [];
  for (const instance of world.instances) {
    const values = startsOf(world, instance);
    if (values === null) return null;
    starts.push(values);
  }
  return [...before(world)].map((value, component) => starts[component] ?? [value]);
}

/** The initial states (spec 1.1). There may be far more of them than one would want to list. */
export class InitialStates {
  private readonly world: World;
  private readonly keyholes: Keyholes;
  private known: { readonly values: readonly (readonly number[])[] | null } | null = null;
  private listed: readonly Int32Array[] | null = null;

  constructor(world: World, keyholes: Keyholes) {
    this.world = world;
    this.keyholes = keyholes;
  }

  /** By component its initial values, where all combinations of them are initial; else null. */
  get values(): readonly (readonly number[])[] | null {
    this.known ??= { values: initialValues(this.world) };
    return this.known.values;
  }

  /** In the order of the inputs; those of the last actor change first. */
  get all(): readonly Int32Array[] {
    this.listed ??= this.values === null ? this.started() : this.combined(this.values);
    return this.listed;
  }

  get count(): number {
    if (this.values === null) return this.all.length;
    return this.values.reduce((product, { length }) => product * length, 1);
  }

  /** The state at that place in `all`. */
  at(index: number): Int32Array {
    if (this.values === null) return this.all[index] as Int32Array;
    let rest = index;
    const state = this.values.toReversed().map((values) => {
      const place = rest % values.length;
      rest = (rest - place) / values.length;
      return values[place] as number;
    });
    return Int32Array.from(state.toReversed());
  }

  /** At least those in which every actor reads so that `isAlike` is true. */
  alike(isAlike: (name: string, seen: Json | undefined) => boolean): readonly Int32Array[] {
    const { values, world } = this;
    if (values === null) return this.all;
    const state = this.at(0);
    const reads = (component: number, value: number): boolean => {
      const { name } = world.instances[component] as Instance;
      return isAlike(name, describe(world, state.with(component, value))[name]);
    };
    const chosen = values.map((some, component) =>
      component < world.instances.length ? some.filter((value) => reads(component, value)) : some,
    );
    return chosen.some((some) => some.length === 0) ? [] : this.combined(chosen);
  }

  private combined(values: readonly (readonly number[])[]): readonly Int32Array[] {
    return Array.from(combinations(values), (state) => Int32Array.from(state));
  }

  private started(): readonly Int32Array[] {
    const inputs = combinations(this.world.instances.map((instance) => instance.inputs));
    const states = Array.from(inputs, (each) => this.start(each));
    return [...new Map(states.map((state) => [stateKey(state), state])).values()];
  }

  private start(inputs: readonly unknown[]): Int32Array {
    const state = before(this.world);
    const draft = new Draft(this.world, new Probe(this.keyholes, state));
    draft.startAll(inputs);
    return successor(state, draft.writes());
  }
}
