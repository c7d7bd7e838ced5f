import type { Json, JsonEvent, StateView } from '../model/verdict.ts';
import type { Request } from './body.ts';
import type { Instance } from './instance.ts';
import type { Local } from './local.ts';
import type { World } from './world.ts';

function requestView({ src, reply, save }: Request): Json {
  if (save !== null) return `${src}: saving`;
  if (reply === null) return `${src}: asked`;
  if (reply.is === 'done') return `${src}: answered`;
  return `${src}: failed (${reply.error.kind}, ${reply.error.persistence})`;
}

/** Equal values were interned with keys in any order; they read the same whichever came first. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Undefined fields are left out, as in JSON; keys are sorted. */
function json(value: unknown): Json {
  const text = JSON.stringify(value, inOrder) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Json);
}

function localView({ mode, body, saved, survives }: Local): Json {
  const view: Record<string, Json> = {};
  if (mode !== 'up') view['mode'] = mode;
  if (body !== null) {
    view['value'] = json(body.snapshot.value);
    const context = json(body.snapshot.context) as Record<string, Json>;
    if (Object.keys(context).length > 0) view['context'] = context;
    if (body.snapshot.status !== 'active') view['status'] = body.snapshot.status;
    if (body.requests.length > 0) view['pending'] = body.requests.map(requestView);
    if (body.timers.length > 0) view['timers'] = json(body.timers);
  }
  if (survives !== null) view['survives'] = json(survives.input);
  if (saved !== null) {
    const { value, context } = JSON.parse(saved) as { value: Json; context: Json };
    view['saved'] = json({ value, context });
  }
  return view;
}

/** In a set and a bag in canonical order, in a fifo in order of sending. */
function waiting(world: World, { index }: Instance, state: Int32Array): readonly JsonEvent[] {
  const lists = world.inboxes[index];
  if (lists) return lists.at(state[world.inboxComponent(index)] as number);
  const sent = world.letters.sentTo(index);
  return sent.filter(({ component }) => state[component] === 1).map(({ event }) => event);
}

/**
 * A global state for people: what each actor is in, what waits, what is adrift, what is left of
 * budgets.
 */
export function describe(world: World, state: Int32Array): StateView {
  const view: Record<string, Json> = {};
  for (const { instance, locals } of world.actors) {
    const { index, name } = instance;
    view[name] = localView(locals.at(state[index] as number));
    if (instance.inbox !== null) view[`${name}.inbox`] = json(waiting(world, instance, state));
    const adrift = world.adrift[index];
    const zombies = adrift?.at(state[world.adriftComponent(index)] as number) ?? [];
    if (zombies.length > 0) view[`${name}.adrift`] = json(zombies.map(({ event }) => event));
  }
  for (const [pool, { name }] of world.plan.pools.entries()) {
    view[`budget ${name}`] = state[world.budgetComponent(pool)] as number;
  }
  return view;
}
