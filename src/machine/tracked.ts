import type { Local } from './local.ts';
import type { Keyhole, Look } from './probe.ts';

export type Find = (local: Local) => unknown;
/** Opens a keyhole onto an actor; `key` names what is seen. */
export type Open = (key: string, find: Find) => Keyhole;

const ARRAY = Symbol('array');
const OBJECT = Symbol('object');

const kindOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return ARRAY;
  return typeof value === 'object' && value !== null ? OBJECT : value;
};

const lengthOf = (value: unknown): unknown => (Array.isArray(value) ? value.length : undefined);

const keysText = (value: unknown): string =>
  JSON.stringify(typeof value === 'object' && value !== null ? Object.keys(value) : []);

function ownValue(owner: unknown, key: string): unknown {
  return owner !== null && owner !== undefined && Object.hasOwn(owner, key)
    ? (owner as Record<string, unknown>)[key]
    : undefined;
}

/** A place in what an actor holds. Only what is read below it is observed. */
export class Path {
  private readonly open: Open;
  private readonly text: string;
  private readonly find: Find;
  private readonly children = new Map<string, Path>();
  private readonly lists = new Map<string, readonly string[]>();
  private kind: Keyhole | null = null;
  private lengths: Keyhole | null = null;
  private names: Keyhole | null = null;

  constructor(open: Open, text: string, find: Find) {
    this.open = open;
    this.text = text;
    this.find = find;
  }

  /** What is there: a primitive, or an object that goes on with the look. */
  seen(look: Look): unknown {
    this.kind ??= this.open(this.text, (local) => kindOf(this.find(local)));
    const kind = look.see(this.kind);
    if (kind === ARRAY) return new Proxy([], new Tracked(this, look, true));
    return kind === OBJECT ? new Proxy({}, new Tracked(this, look, false)) : kind;
  }

  length(look: Look): unknown {
    this.lengths ??= this.open(`${this.text}.length`, (local) => lengthOf(this.find(local)));
    return look.see(this.lengths);
  }

  keys(look: Look): readonly string[] {
    this.names ??= this.open(`${this.text}#`, (local) => keysText(this.find(local)));
    const text = look.see(this.names) as string;
    const known = this.lists.get(text) ?? (JSON.parse(text) as string[]);
    this.lists.set(text, known);
    return known;
  }

  child(key: string, look: Look): unknown {
    let found = this.children.get(key);
    if (found === undefined) {
      const text = `${this.text}.${JSON.stringify(key)}`;
      found = new Path(this.open, text, (local) => ownValue(this.find(local), key));
      this.children.set(key, found);
    }
    return found.seen(look);
  }
}

/** How an object or array behaves of which only the paths that are read are observed. */
class Tracked implements ProxyHandler<object> {
  private readonly path: Path;
  private readonly look: Look;
  private readonly isArray: boolean;

  constructor(path: Path, look: Look, isArray: boolean) {
    this.path = path;
    this.look = look;
    this.isArray = isArray;
  }

  private owns(key: string): boolean {
    return this.path.keys(this.look).includes(key);
  }

  get(target: object, key: string | symbol, receiver: unknown): unknown {
    if (typeof key === 'symbol') return Reflect.get(target, key, receiver) as unknown;
    if (this.isArray && key === 'length') return this.path.length(this.look);
    const inherited: unknown = Reflect.get(target, key, receiver);
    const isInherited = typeof inherited === 'function' && !this.owns(key);
    return isInherited ? inherited : this.path.child(key, this.look);
  }

  has(_: object, key: string | symbol): boolean {
    return typeof key === 'string' && this.owns(key);
  }

  ownKeys(): string[] {
    const keys = this.path.keys(this.look);
    return this.isArray ? [...keys, 'length'] : [...keys];
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    if (this.isArray && key === 'length') return Reflect.getOwnPropertyDescriptor(target, key);
    if (typeof key === 'symbol' || !this.owns(key)) return undefined;
    const value = this.path.child(key, this.look);
    return { configurable: true, enumerable: true, writable: false, value };
  }

  set(_: object, key: string | symbol): never {
    throw new TypeError(`Cannot assign to read only property '${String(key)}'`);
  }
}
