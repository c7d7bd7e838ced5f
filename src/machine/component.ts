import { assertInternal } from '../model/error.ts';

/** Thrown when a component takes more distinct values than the cap: the span may be infinite. */
export class UnboundedComponent extends Error {
  readonly component: string;
  readonly growing: string;
  constructor(component: string, growing: string, cap: number) {
    super(`${component} has taken more than ${cap} distinct values; what grows most is ${growing}`);
    this.component = component;
    this.growing = growing;
  }
}

/** Interns the values of one component of the global state: equal texts, equal small integers. */
export class Component<T> {
  readonly name: string;
  readonly values: T[] = [];
  private readonly ids = new Map<string, number>();
  private readonly cap: number;
  private readonly growth: (values: readonly T[]) => string;

  constructor(name: string, cap: number, growth: (values: readonly T[]) => string) {
    this.name = name;
    this.cap = cap;
    this.growth = growth;
  }

  /** @throws UnboundedComponent beyond the cap */
  intern(text: string, value: T): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    if (this.values.length >= this.cap) {
      throw new UnboundedComponent(this.name, this.growing, this.cap);
    }
    const id = this.values.push(value) - 1;
    this.ids.set(text, id);
    return id;
  }

  /** The part of its values that has taken most distinct ones. */
  get growing(): string {
    return this.growth(this.values);
  }

  at(id: number): T {
    const value = this.values[id];
    assertInternal(value !== undefined, `component ${this.name} has no value ${id}`);
    return value;
  }
}

function leaves(value: unknown, path: string, visit: (path: string, text: string) => void): void {
  if (typeof value !== 'object' || value === null)
    return visit(path, JSON.stringify(value) ?? 'undefined');
  if (Array.isArray(value)) visit(`${path}.length`, String(value.length));
  for (const [key, item] of Object.entries(value)) {
    leaves(item, Array.isArray(value) ? `${path}[]` : `${path}.${key}`, visit);
  }
}

/** The path with the most distinct values among `samples`: where to look when a component grows. */
export function fastestGrowingPath(root: string, samples: readonly unknown[]): string {
  const seen = new Map<string, Set<string>>();
  for (const sample of samples) {
    leaves(sample, root, (path, text) => {
      const texts = seen.get(path) ?? new Set();
      seen.set(path, texts.add(text));
    });
  }
  const ranked = [...seen].toSorted(([, a], [, b]) => b.size - a.size);
  const [path, texts] = ranked[0] ?? [root, new Set()];
  return `${path} (${texts.size} distinct values)`;
}
