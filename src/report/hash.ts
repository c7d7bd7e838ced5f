import { createHash } from 'node:crypto';
import type { AnyPart } from '../model/part.ts';
import type { System } from '../model/system.ts';

interface MachineText {
  readonly config: unknown;
  readonly implementations: unknown;
}

const isMachine = (value: object): value is MachineText =>
  'config' in value && 'implementations' in value;

/**
 * Writes any value as text: functions by their source, objects in their own order, cycles by
 * number.
 */
class Writer {
  private readonly known = new Map<object, number>();
  private readonly write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  value(value: unknown): void {
    if (typeof value === 'function') return this.reference(value);
    if (typeof value === 'object' && value !== null) return this.reference(value);
    this.write(
      typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`,
    );
  }

  private reference(value: object): void {
    const number = this.known.get(value);
    if (number !== undefined) return this.write(`#${number}`);
    this.known.set(value, this.known.size);
    if (typeof value === 'function') this.write(Function.prototype.toString.call(value));
    if (isMachine(value)) return this.entries([value.config, value.implementations]);
    if (value instanceof Map || value instanceof Set) this.entries([...value]);
    if (value instanceof Date || value instanceof RegExp) this.write(String(value));
    this.entries(value);
  }

  private entries(value: object): void {
    this.write(Array.isArray(value) ? '[' : '{');
    for (const [key, item] of Object.entries(value)) {
      this.write(`${key}:`);
      this.value(item);
      this.write(',');
    }
    this.write('}');
  }
}

/**
 * What `input` gives each replica; a model whose input throws is told so by the check, not here.
 */
function inputsOf({ count, input }: AnyPart): readonly unknown[] {
  try {
    return Array.from({ length: count ?? 1 }, (_, index): unknown => input(index));
  } catch (thrown) {
    return [String(thrown)];
  }
}

/**
 * A fingerprint of everything that a verdict depends on: name, parameters, machines and lambdas,
 * these by the text of their source. Values that a lambda closes over count only as far as the
 * parameters decide them. The same file gives the same hash in every process; other source text,
 * another hash.
 */
export function modelHash(
  name: string,
  parameters: { readonly [name: string]: string | number },
  system: System,
): string {
  const hash = createHash('sha256');
  const writer = new Writer((text) => void hash.update(text));
  const parts = Object.entries(system.parts).map(([part, { machine, ...rest }]) => {
    const { count, checkpoint, durable } = rest;
    const inputs = inputsOf({ machine, ...rest });
    return { part, machine: machine as unknown, count, checkpoint, durable, inputs };
  });
  writer.value({ name, parameters, parts, tolerance: system.tolerance });
  return hash.digest('hex');
}
