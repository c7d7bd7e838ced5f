import type { AnyMachineSnapshot } from 'xstate';
import type { Facets } from '../model/integer-system.ts';
import { bodyText } from './body.ts';
import { canonical } from './canonical.ts';
import type { Local } from './local.ts';

/** Stands for a set in what is left without it; no context has this for a value of its own. */
const SET = '\u0001set';

/** A list in strictly ascending order, of numbers or of texts: it is determined by its elements. */
function isSet(value: unknown): value is readonly (number | string)[] {
  if (!Array.isArray(value)) return false;
  const items = value as readonly unknown[];
  const kind = typeof items[0];
  if (items.length > 0 && kind !== 'number' && kind !== 'string') return false;
  return items.every((item, i) => {
    if (typeof item !== kind) return false;
    return i === 0 || (items[i - 1] as number) < (item as number);
  });
}

/** A text of all that a local state is. */
export function localText({ mode, body, saved, survives }: Local, name: string): string {
  const durable = canonical({ mode, saved, survives }, 'durable', name);
  return body === null ? durable : `${durable}${bodyText(body, name)}`;
}

/** The sets in the context of an actor's local state, and what is left without them. */
export function facetsOf({ mode, body, saved, survives }: Local, name: string): Facets {
  const durable = canonical({ mode, saved, survives }, 'durable', name);
  if (body === null) return { rest: durable, elements: [] };
  const { snapshot } = body;
  const context = snapshot.context as Readonly<Record<string, unknown>>;
  const left: Record<string, unknown> = {};
  const elements: string[] = [];
  for (const [key, value] of Object.entries(context ?? {})) {
    left[key] = isSet(value) ? SET : value;
    if (isSet(value)) elements.push(...value.map((item) => JSON.stringify([key, item])));
  }
  const { status, value, historyValue, output, error } = snapshot;
  const bare = { status, value, historyValue, output, error, context: left };
  const text = bodyText({ ...body, snapshot: bare as unknown as AnyMachineSnapshot }, name);
  return { rest: `${durable}${text}`, elements };
}
