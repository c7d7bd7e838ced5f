import type { Json, JsonEvent, StateView } from '../model/verdict.ts';
import { eventText, isDictionary, shortJson, stateName } from './shorten.ts';

/** What an actor loses with its current snapshot; that it is down says it all. */
const SNAPSHOT_FIELDS = new Set(['value', 'context', 'pending', 'timers', 'status']);
/** What a field says where `describe` leaves it out. */
const UNSAID: { readonly [field: string]: Json } = {
  mode: 'up',
  status: 'active',
  pending: [],
  timers: [],
};

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

const labelled = (path: string, text: string): string => (path === '' ? text : `${path} ${text}`);
const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Items of `from` that are not in `other`, counted as often as they occur. */
function missing(
  from: readonly Json[],
  other: readonly Json[],
  text: (item: Json) => string = shortJson,
): readonly string[] {
  const left = other.map(text);
  return from.map(text).filter((item) => {
    const at = left.indexOf(item);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function arrayChanges(before: readonly Json[], after: readonly Json[], path: string): string[] {
  if (before.length === after.length) {
    return after.flatMap((item, index) =>
      changes(before[index], item, before.length === 1 ? path : `${path}[${index}]`),
    );
  }
  const gone = missing(before, after).map((item) => `−${item}`);
  const come = missing(after, before).map((item) => `+${item}`);
  return [labelled(path, [...gone, ...come].join(' '))];
}

/** The differing leaves of two values, each as `path before → after`. */
function changes(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (same(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return arrayChanges(before, after, path);
  if (isDictionary(before) && isDictionary(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changes(before[key], after[key], joined(path, key)));
  }
  if (before === undefined) {
    const text = shortJson(after ?? null);
    return [path === '' ? text : `${path} = ${text}`];
  }
  if (after === undefined) return [`${path} gone`];
  return [labelled(path, `${shortJson(before)} → ${shortJson(after)}`)];
}

const stateText = (value: Json | undefined): string => stateName(value ?? null) || '·';

/** `ship: asked`, as the engine names a pending invoke, told as what has just happened to it. */
function invokeText(pending: string): string {
  const [, source = pending, phase = ''] = /^(.*?): (.*)$/.exec(pending) ?? [];
  if (phase === 'asked') return `asks ${source}`;
  return phase === 'saving' ? 'saving' : `${source} ${phase}`;
}

/** What a step consumed of its own actor's invokes goes without saying. */
function pendingChange(before: readonly Json[], after: readonly Json[], path: string): string[] {
  const come = missing(after, before, String).map(invokeText);
  const isTold = path === '' || come.length > 0;
  const gone = isTold ? [] : missing(before, after, String).map((item) => `no longer ${item}`);
  return [...come, ...gone].map((text) => labelled(path, text));
}

const messageText = (message: Json): string => {
  const isEvent = isDictionary(message) && typeof message['type'] === 'string';
  return isEvent ? eventText(message as JsonEvent) : shortJson(message);
};

/** Messages that came into an inbox, or went adrift, and those that left. */
function messageChange(before: Json, after: Json, path: string): string[] {
  if (!Array.isArray(before) || !Array.isArray(after)) return changes(before, after, path);
  const gone = missing(before, after, messageText).map((item) => `−${item}`);
  const come = missing(after, before, messageText).map((item) => `+${item}`);
  return [labelled(path, [...gone, ...come].join(' ') || 'in another order')];
}

function savedChange(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (same(before, after) || !isDictionary(after)) return [];
  return [labelled(path, `saved at ${stateText(after['value'])}`)];
}

/** One field of an actor, as `describe` in the engine names them. */
function fieldChange(
  field: string,
  before: { readonly [key: string]: Json },
  after: { readonly [key: string]: Json },
  path: string,
): string[] {
  const [old = UNSAID[field], now = UNSAID[field]] = [before[field], after[field]];
  if (same(old, now)) return [];
  const isGone = after['value'] === undefined && SNAPSHOT_FIELDS.has(field);
  if (isGone) return [];
  switch (field) {
    case 'value':
      return [labelled(path, `→ ${stateText(now)}`)];
    case 'pending':
      return pendingChange(old as readonly Json[], now as readonly Json[], path);
    case 'saved':
      return savedChange(old, now, path);
    case 'timers':
      return [labelled(path, same(now, []) ? 'timer off' : 'timer set')];
    case 'mode':
    case 'status':
      return [labelled(path, shortJson(now ?? null))];
    case 'context':
      return changes(old, now, path);
    default:
      return changes(old, now, joined(path, field));
  }
}

const FIELDS = ['mode', 'value', 'status', 'context', 'pending', 'timers', 'saved', 'survives'];

function actorChanges(
  before: { readonly [key: string]: Json },
  after: { readonly [key: string]: Json },
  path: string,
): string[] {
  return FIELDS.flatMap((field) => fieldChange(field, before, after, path));
}

const isBudget = (name: string): boolean => name.startsWith('budget ');
const isActor = (name: string): boolean =>
  !isBudget(name) && !name.endsWith('.inbox') && !name.endsWith('.adrift');

/** A component that is no actor: what is left of a budget, or messages on their way. */
function otherChange(name: string, before: Json, after: Json): string[] {
  if (isBudget(name)) return [`${shortJson(after)} left of ${name.slice('budget '.length)}`];
  return messageChange(before, after, name);
}

/**
 * What a step changed, in words: `actor`, whose step it is, comes first and is not named again.
 * Left out are what a crash wipes, the contents of a checkpoint, and an answer that its asker has
 * taken.
 */
export function differences(before: StateView, after: StateView, actor: string): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const ordered = [actor, ...names.filter((name) => name !== actor)];
  return ordered.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (same(old, now)) return [];
    const path = name === actor ? '' : name;
    if (isActor(name) && isDictionary(old) && isDictionary(now))
      return actorChanges(old, now, path);
    return otherChange(name, old ?? [], now ?? []);
  });
}

/** An initial state: where each actor is and what it remembers. */
export function stateSummary(state: StateView): readonly string[] {
  return Object.entries(state).flatMap(([name, view]) => {
    if (!isActor(name) || !isDictionary(view)) return [];
    const { value, context } = view;
    const where = value === undefined ? '' : stateName(value);
    const what = context === undefined ? '' : shortJson(context);
    return [[name, where, what].filter((text) => text !== '').join(' ')];
  });
}
