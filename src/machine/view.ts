import { ReconvergeError } from '../model/error.ts';
import type { AnyView } from '../model/system.ts';
import type { Instance } from './instance.ts';
import type { Local } from './local.ts';
import type { Probe } from './probe.ts';
import type { World } from './world.ts';

type See = (local: Local) => unknown;

const kindOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return '\u0001array';
  return typeof value === 'object' && value !== null ? '\u0001object' : value;
};

/** Reads of one actor through keyholes; answers depend on no more than what was looked at. */
class Lens {
  private readonly probe: Probe;
  private readonly world: World;
  private readonly actor: number;

  constructor(world: World, probe: Probe, actor: number) {
    this.world = world;
    this.probe = probe;
    this.actor = actor;
  }

  see(key: string, see: See): unknown {
    const { locals } = this.world.actor(this.actor);
    return this.probe.observe(this.actor, key, (value) => see(locals.at(value)));
  }

  /** A value found by `find`, wrapped so that only the paths that are read are observed. */
  track(path: string, find: See): unknown {
    const kind = this.see(path, (local) => kindOf(find(local)));
    if (kind !== '\u0001array' && kind !== '\u0001object') return kind;
    const keys = (): readonly string[] =>
      JSON.parse(
        this.see(`${path}#`, (local) =>
          JSON.stringify(Object.keys(find(local) as object)),
        ) as string,
      ) as string[];
    const child = (key: string): unknown =>
      this.track(`${path}.${JSON.stringify(key)}`, (local) => {
        const owner = find(local) as Record<string, unknown> | null | undefined;
        return owner !== null && owner !== undefined && Object.hasOwn(owner, key)
          ? owner[key]
          : undefined;
      });
    const isArray = kind === '\u0001array';
    return new Proxy(isArray ? [] : {}, {
      get: (target, key, receiver) => {
        if (typeof key === 'symbol') return Reflect.get(target, key, receiver) as unknown;
        if (isArray && key === 'length') {
          return this.see(`${path}.length`, (local) => (find(local) as unknown[]).length);
        }
        const inherited: unknown = Reflect.get(target, key, receiver);
        return typeof inherited === 'function' && !keys().includes(key) ? inherited : child(key);
      },
      has: (_, key) => typeof key === 'string' && keys().includes(key),
      ownKeys: () => (isArray ? [...keys(), 'length'] : [...keys()]),
      getOwnPropertyDescriptor: (target, key) => {
        if (isArray && key === 'length') return Reflect.getOwnPropertyDescriptor(target, key);
        if (typeof key === 'symbol' || !keys().includes(key)) return undefined;
        return { configurable: true, enumerable: true, writable: false, value: child(key) };
      },
      set: (_, key) => {
        throw new TypeError(`Cannot assign to read only property '${String(key)}'`);
      },
    });
  }
}

const bodyOf = (local: Local): NonNullable<Local['body']>['snapshot'] | null =>
  local.body?.snapshot ?? null;

interface Persisted {
  readonly value: unknown;
  readonly context: unknown;
  readonly output?: unknown;
}
const parsed = new Map<string, Persisted>();
function savedOf(local: Local): Persisted | null {
  if (local.saved === null) return null;
  const known = parsed.get(local.saved) ?? (JSON.parse(local.saved) as Persisted);
  parsed.set(local.saved, known);
  return known;
}

function gone(name: string, what: string): never {
  throw new ReconvergeError('RCV218', `a predicate reads the ${what} of ${name} while it is down`, {
    at: name,
    hint: `nothing current is left of a crashed actor: ask ${name}.status first, or read ${name}.saved`,
  });
}

function actorView(world: World, probe: Probe, { index, name, part }: Instance): object {
  const lens = new Lens(world, probe, index);
  const isUp = (): boolean => lens.see('up', (local) => local.body !== null) as boolean;
  const snapshotView = (prefix: string, find: (local: Local) => Persisted | null): object => ({
    get value() {
      return lens.track(`${prefix}value`, (local) => find(local)?.value ?? null);
    },
    get context() {
      return lens.track(`${prefix}context`, (local) => find(local)?.context);
    },
    get output() {
      return lens.track(`${prefix}output`, (local) => find(local)?.output);
    },
    matches: (value: unknown) =>
      lens.see(`${prefix}matches ${JSON.stringify(value)}`, (local) =>
        matches(value, find(local)?.value),
      ),
    hasTag: (tag: string) =>
      lens.see(`${prefix}tag ${tag}`, (local) => tagsOf(world, index, find(local)?.value).has(tag)),
  });
  const current = snapshotView('', bodyOf) as { context: unknown; output: unknown };
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(current),
      status: {
        enumerable: true,
        get: () =>
          lens.see('status', ({ mode, body }) =>
            mode === 'up' && body !== null ? (body.snapshot.status as unknown) : mode,
          ),
      },
      context: { enumerable: true, get: () => (isUp() ? current.context : gone(name, 'context')) },
      output: { enumerable: true, get: () => (isUp() ? current.output : gone(name, 'output')) },
      saved: {
        enumerable: true,
        get: () => (part.checkpoint === null ? null : snapshotView('saved.', savedOf)),
      },
    },
  ) as object;
}

function matches(pattern: unknown, value: unknown): boolean {
  if (typeof value === 'string' && typeof pattern === 'string') return pattern === value;
  if (typeof pattern === 'string') {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, pattern);
  }
  if (typeof value !== 'object' || value === null || typeof pattern !== 'object') return false;
  return Object.entries(pattern as object).every(
    ([key, inner]) =>
      Object.hasOwn(value, key) && matches(inner, (value as Record<string, unknown>)[key]),
  );
}

function tagsOf(world: World, index: number, value: unknown): ReadonlySet<string> {
  if (value === null || value === undefined) return new Set();
  const { machine } = world.actor(index).reactor.stepper;
  return machine.resolveState({ value: value as string, context: {} } as never).tags as Set<string>;
}

/** The state as predicates and lambdas see it; every read is noted by the probe. */
export function viewOf(world: World, probe: Probe): AnyView {
  const view: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(world.parts)) {
    const members = world.members(name).map((instance) => actorView(world, probe, instance));
    view[name] = part.count === null ? members[0] : members;
  }
  return view;
}
