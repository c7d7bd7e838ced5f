import { ReconvergeError } from '../model/error.ts';
import { GONE, type Shape, type SnapshotShape } from './shape.ts';
import type { Source } from './tracked.ts';

function snapshotView(shape: SnapshotShape, source: Source): object {
  return {
    get value() {
      return shape.value.seen(source);
    },
    get context() {
      return shape.context.seen(source);
    },
    get output() {
      return shape.output.seen(source);
    },
    matches: (pattern: unknown) => source.look.see(shape.matches(pattern)),
    hasTag: (tag: string) => source.look.see(shape.hasTag(tag)),
  };
}

const EMPTY = {};
const SIGHT = Symbol('sight');

/** The sight behind an actor's view; null for any other thing, and for a view that was changed. */
export function sightOf(view: unknown): ActorSight | null {
  if (typeof view !== 'object' || view === null) return null;
  const sight = (view as { [SIGHT]?: ActorSight })[SIGHT];
  return sight === undefined || sight.isChanged ? null : sight;
}

/**
 * An actor as seen by one look. Its view is an object with the properties that `fill` gives it,
 * which is put off until more is asked than to get one of them.
 */
export class ActorSight implements ProxyHandler<object> {
  readonly source: Source;
  readonly shape: Shape;
  readonly view: object;
  isChanged = false;
  private isFull = false;
  private matching: ((pattern: unknown) => unknown) | null = null;
  private tagging: ((tag: string) => unknown) | null = null;

  constructor(source: Source, shape: Shape) {
    this.source = source;
    this.shape = shape;
    this.view = new Proxy({}, this);
  }

  private present(what: string, seen: unknown): unknown {
    if (seen !== GONE) return seen;
    const { name } = this.shape;
    throw new ReconvergeError(
      'RCV218',
      `a predicate reads the ${what} of ${name} while it is down`,
      {
        at: name,
        hint: `nothing current is left of a crashed actor: ask ${name}.status first, or read ${name}.saved`,
      },
    );
  }

  private seen(key: string | symbol): unknown {
    const { source, shape } = this;
    const { current } = shape;
    switch (key) {
      case 'status':
        return source.look.see(shape.status);
      case 'value':
        return current.value.seen(source);
      case 'context':
        return this.present('context', current.context.seen(source));
      case 'output':
        return this.present('output', current.output.seen(source));
      case 'matches':
        return (this.matching ??= (pattern) => source.look.see(current.matches(pattern)));
      case 'hasTag':
        return (this.tagging ??= (tag) => source.look.see(current.hasTag(tag)));
      case 'saved':
        return shape.isCheckpointed ? snapshotView(shape.saved, source) : null;
      case SIGHT:
        return this;
      default:
        return Reflect.get(EMPTY, key) as unknown;
    }
  }

  private fill(view: object): void {
    if (this.isFull) return;
    this.isFull = true;
    this.source.isTouched = true;
    const get = (key: string, configurable: boolean) => ({
      configurable,
      enumerable: true,
      get: (): unknown => this.seen(key),
    });
    const data = (key: string) => ({
      configurable: true,
      enumerable: true,
      writable: true,
      value: this.seen(key),
    });
    Object.defineProperties(view, {
      value: get('value', true),
      context: get('context', false),
      output: get('output', false),
      matches: data('matches'),
      hasTag: data('hasTag'),
      status: get('status', false),
      saved: get('saved', false),
    });
  }

  private change(view: object): void {
    this.fill(view);
    this.isChanged = true;
  }

  get(view: object, key: string | symbol, receiver: unknown): unknown {
    if (this.isFull && key !== SIGHT) return Reflect.get(view, key, receiver) as unknown;
    return this.seen(key);
  }

  has(view: object, key: string | symbol): boolean {
    this.fill(view);
    return Reflect.has(view, key);
  }

  ownKeys(view: object): (string | symbol)[] {
    this.fill(view);
    return Reflect.ownKeys(view);
  }

  getOwnPropertyDescriptor(view: object, key: string | symbol): PropertyDescriptor | undefined {
    this.fill(view);
    return Reflect.getOwnPropertyDescriptor(view, key);
  }

  set(view: object, key: string | symbol, value: unknown): boolean {
    this.change(view);
    return Reflect.set(view, key, value);
  }

  defineProperty(view: object, key: string | symbol, how: PropertyDescriptor): boolean {
    this.change(view);
    return Reflect.defineProperty(view, key, how);
  }

  deleteProperty(view: object, key: string | symbol): boolean {
    this.change(view);
    return Reflect.deleteProperty(view, key);
  }

  preventExtensions(view: object): boolean {
    this.change(view);
    return Reflect.preventExtensions(view);
  }
}
