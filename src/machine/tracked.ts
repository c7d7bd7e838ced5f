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

/** What all views of one state look through; one by one for as many states as there are. */
export class Source {
  look: Look;
  /** Whether something was done to a view that other looks are not to see. */
  isTouched = false;
  private readonly arrays = new Map<Path, object>();
  private readonly objects = new Map<Path, object>();

  constructor(look: Look) {
    this.look = look;
  }

  /** What stands for an array or object; always the same for the same place. */
  view(path: Path, isArray: boolean): object {
    const views = isArray ? this.arrays : this.objects;
    const known = views.get(path);
    if (known !== undefined) return known;
    const made = new Proxy(isArray ? [] : {}, new Tracked(path, this, isArray));
    views.set(path, made);
    return made;
  }
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
  seen(source: Source): unknown {
    this.kind ??= this.open(this.text, (local) => kindOf(this.find(local)));
    const kind = source.look.see(this.kind);
    return kind === ARRAY || kind === OBJECT ? source.view(this, kind === ARRAY) : kind;
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

  child(key: string, source: Source): unknown {
    let found = this.children.get(key);
    if (found === undefined) {
      const text = `${this.text}.${JSON.stringify(key)}`;
      found = new Path(this.open, text, (local) => ownValue(this.find(local), key));
      this.children.set(key, found);
    }
    return found.seen(source);
  }
}

/** How an object or array behaves of which only the paths that are read are observed. */
class Tracked implements ProxyHandler<object> {
  private readonly path: Path;
  private readonly source: Source;
  private readonly isArray: boolean;

  constructor(path: Path, source: Source, isArray: boolean) {
    this.path = path;
    this.source = source;
    this.isArray = isArray;
  }

  private owns(key: string): boolean {
    return this.path.keys(this.source.look).includes(key);
  }

  get(target: object, key: string | symbol, receiver: unknown): unknown {
    if (typeof key === 'symbol') return Reflect.get(target, key, receiver) as unknown;
    if (this.isArray && key === 'length') return this.path.length(this.source.look);
    const inherited: unknown = Reflect.get(target, key, receiver);
    const isInherited = typeof inherited === 'function' && !this.owns(key);
    return isInherited ? inherited : this.path.child(key, this.source);
  }

  has(_: object, key: string | symbol): boolean {
    return typeof key === 'string' && this.owns(key);
  }

  ownKeys(): string[] {
    const keys = this.path.keys(this.source.look);
    return this.isArray ? [...keys, 'length'] : [...keys];
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    if (this.isArray && key === 'length') return Reflect.getOwnPropertyDescriptor(target, key);
    if (typeof key === 'symbol' || !this.owns(key)) return undefined;
    const value = this.path.child(key, this.source);
    return { configurable: true, enumerable: true, writable: false, value };
  }

  set(_: object, key: string | symbol): never {
    throw new TypeError(`Cannot assign to read only property '${String(key)}'`);
  }

  private touched(): true {
    this.source.isTouched = true;
    return true;
  }

  defineProperty(target: object, key: string | symbol, how: PropertyDescriptor): boolean {
    return this.touched() && Reflect.defineProperty(target, key, how);
  }

  deleteProperty(target: object, key: string | symbol): boolean {
    return this.touched() && Reflect.deleteProperty(target, key);
  }

  setPrototypeOf(target: object, prototype: object | null): boolean {
    return this.touched() && Reflect.setPrototypeOf(target, prototype);
  }

  preventExtensions(target: object): boolean {
    return this.touched() && Reflect.preventExtensions(target);
  }
}
