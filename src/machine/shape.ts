import type { Instance } from './instance.ts';
import type { Local } from './local.ts';
import { Keyhole, type Keyholes } from './probe.ts';
import { Path, type Find, type Open } from './tracked.ts';
import type { World } from './world.ts';

interface Persisted {
  readonly value: unknown;
  readonly context: unknown;
  readonly output?: unknown;
}
type FindSnapshot = (local: Local) => Persisted | null;
type FindTags = (local: Local) => ReadonlySet<string>;

/** The pattern as it is now; what is undefined in it matches nothing. */
function fixed(pattern: unknown): readonly [pattern: unknown, text: string] {
  const kept = (_: string, value: unknown): unknown => (value === undefined ? 0 : value);
  const text = JSON.stringify(pattern, kept) as string | undefined;
  return text === undefined ? [0, '0'] : [JSON.parse(text), text];
}

/** Seen in the place of what a crash took away. */
export const GONE = Symbol('gone');
const DOWN = { value: null, context: GONE, output: GONE };
const NONE: ReadonlySet<string> = new Set();

function matches(pattern: unknown, value: unknown): boolean {
  if (typeof value === 'string' && typeof pattern === 'string') return pattern === value;
  if (typeof pattern === 'string') {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, pattern);
  }
  if (typeof value !== 'object' || value === null) return false;
  if (typeof pattern !== 'object' || pattern === null) return false;
  return Object.entries(pattern).every(
    ([key, inner]) =>
      Object.hasOwn(value, key) && matches(inner, (value as Record<string, unknown>)[key]),
  );
}

/** What can be looked at in a snapshot of an actor: the current one, or the saved one. */
export class SnapshotShape {
  readonly value: Path;
  readonly context: Path;
  readonly output: Path;
  private readonly prefix: string;
  private readonly open: Open;
  private readonly find: FindSnapshot;
  private readonly tags: FindTags;
  private readonly byPattern = new Map<unknown, Keyhole>();
  private readonly byTag = new Map<string, Keyhole>();

  constructor(open: Open, prefix: string, find: FindSnapshot, tags: FindTags) {
    this.open = open;
    this.prefix = prefix;
    this.find = find;
    this.tags = tags;
    this.value = new Path(open, `${prefix}value`, (local) => find(local)?.value ?? null);
    this.context = new Path(open, `${prefix}context`, (local) => find(local)?.context);
    this.output = new Path(open, `${prefix}output`, (local) => find(local)?.output);
  }

  matches(given: unknown): Keyhole {
    const known = this.byPattern.get(given);
    if (known !== undefined) return known;
    const { prefix, find } = this;
    const [pattern, text] = fixed(given);
    const keyhole = this.open(`${prefix}matches ${text}`, (local) =>
      matches(pattern, find(local)?.value),
    );
    if (typeof given === 'string') this.byPattern.set(given, keyhole);
    return keyhole;
  }

  hasTag(tag: string): Keyhole {
    const known = this.byTag.get(tag);
    if (known !== undefined) return known;
    const keyhole = this.open(`${this.prefix}tag ${tag}`, (local) => this.tags(local).has(tag));
    this.byTag.set(tag, keyhole);
    return keyhole;
  }
}

/** What can be looked at in an actor: all its keyholes. */
export class Shape {
  readonly name: string;
  readonly component: number;
  readonly isCheckpointed: boolean;
  readonly status: Keyhole;
  readonly current: SnapshotShape;
  readonly saved: SnapshotShape;
  private readonly open: Open;
  private readonly world: World;
  private readonly keyholes: Keyholes;
  private readonly tests = new Map<object, Keyhole[]>();
  private readonly parsed = new Map<string, Persisted>();
  private readonly savedTags = new Map<string, ReadonlySet<string>>();

  constructor(world: World, keyholes: Keyholes, { index, name, part }: Instance) {
    const { locals } = world.actor(index);
    this.world = world;
    this.keyholes = keyholes;
    this.name = name;
    this.component = index;
    this.isCheckpointed = part.checkpoint !== null;
    this.open = (key: string, find: Find) =>
      keyholes.open(index, key, (value) => find(locals.at(value)));
    this.status = this.open('status', ({ mode, body }) =>
      mode === 'up' && body !== null ? (body.snapshot.status as unknown) : mode,
    );
    this.current = new SnapshotShape(
      this.open,
      '',
      ({ body }) => body?.snapshot ?? DOWN,
      ({ body }) => (body === null ? NONE : (body.snapshot.tags as Set<string>)),
    );
    this.saved = new SnapshotShape(
      this.open,
      'saved.',
      ({ saved }) => this.parse(saved),
      ({ saved }) => this.tagsOf(saved),
    );
  }

  /** How many values the actor is known to take. */
  get values(): number {
    return this.world.actor(this.component).locals.values.length;
  }

  /** A keyhole that shows how the actor fares at place `index` of a test. */
  test(test: object, index: number, see: () => (value: number) => unknown): Keyhole {
    let known = this.tests.get(test);
    if (known === undefined) {
      known = [];
      this.tests.set(test, known);
    }
    return (known[index] ??= this.keyholes.add(
      (number) => new Keyhole(number, this.component, see()),
    ));
  }

  private parse(saved: string | null): Persisted | null {
    if (saved === null) return null;
    const known = this.parsed.get(saved) ?? (JSON.parse(saved) as Persisted);
    this.parsed.set(saved, known);
    return known;
  }

  private tagsOf(saved: string | null): ReadonlySet<string> {
    if (saved === null) return NONE;
    const known = this.savedTags.get(saved);
    if (known !== undefined) return known;
    const { machine } = this.world.actor(this.component).reactor.stepper;
    const value = this.parse(saved)?.value;
    const { tags } = machine.resolveState({ value, context: {} } as never);
    this.savedTags.set(saved, tags as Set<string>);
    return tags as Set<string>;
  }
}
