import type { Json, JsonEvent } from '../model/verdict.ts';

type Dictionary = { readonly [key: string]: Json };

export const isDictionary = (value: Json | undefined): value is Dictionary =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with fewer quotes: `{key: o1, rows: []}`. For reading, not for parsing. */
export function shortJson(value: Json): string {
  if (typeof value === 'string')
    return /^[\w./:[\] -]+$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shortJson).join(', ')}]`;
  if (!isDictionary(value)) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${shortJson(item)}`);
  return `{${entries.join(', ')}}`;
}

/** A state of a machine as a path: `forward.charging`; parallel regions are set off by commas. */
export function stateName(value: Json): string {
  if (!isDictionary(value)) return String(value);
  const regions = Object.entries(value).map(([region, inner]) => {
    const name = stateName(inner);
    return name === '' ? region : `${region}.${name}`;
  });
  return regions.join(', ');
}

/** `0.order.forward.charging` is the invoke of `forward.charging` in the machine `order`. */
function place(invokeId: string): string {
  return invokeId.replace(/^\d+\.[^.]+\./, '');
}

function failureText(error: Json | undefined): string {
  if (!isDictionary(error)) return shortJson(error ?? null);
  const { kind, persistence, message, ...rest } = error;
  const known = [persistence, kind, message].filter((item) => typeof item === 'string').join(' ');
  return known === '' ? shortJson(rest) : known;
}

/** An event as a person would say it; XState's own names are put in words. */
export function eventText(event: JsonEvent): string {
  const { type, ...payload } = event;
  const [, outcome, invokeId] = /^xstate\.(done|error)\.actor\.(.*)$/.exec(type) ?? [];
  if (outcome === 'done' && invokeId !== undefined) {
    const { output } = payload;
    return `done ${place(invokeId)}${output === undefined ? '' : ` ${shortJson(output)}`}`;
  }
  if (outcome === 'error' && invokeId !== undefined) {
    return `failed ${place(invokeId)}: ${failureText(payload['error'])}`;
  }
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(type) ?? [];
  if (delay !== undefined) return `after ${delay}`;
  const own = /^reconverge\.(.+)$/.exec(type)?.[1];
  if (own !== undefined) return own;
  return Object.keys(payload).length === 0 ? type : `${type} ${shortJson(payload)}`;
}
