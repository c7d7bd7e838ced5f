import type { Json, StateView } from '../../model/verdict.ts';
import type { ChartState } from '../../export/chart.ts';
import { h, refill, type Child } from './dom.ts';
import { box, isWide, wayLine, waysFrom } from './statechart.ts';
import type { Shown } from './walk.ts';

type Fields = { readonly [name: string]: Json };

const fieldsOf = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

/** The paths of all states that a machine is in, each as a text. */
function activeIn(value: Json | undefined, path: readonly string[] = []): readonly string[] {
  if (typeof value === 'string') return [[...path, value].join('.')];
  return Object.entries(fieldsOf(value)).flatMap(([name, inner]) => {
    const own = [...path, name];
    return [own.join('.'), ...activeIn(inner, own)];
  });
}

/** `{key: o1}`, without the quotes of JSON; an event as `DO {key: o1}`. */
function text(value: Json): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(text).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { type, ...payload } = value as Fields;
  const isEvent = typeof type === 'string';
  const inner = Object.entries(isEvent ? payload : value).map(
    ([name, one]) => `${name}: ${text(one as Json)}`,
  );
  const fields = `{${inner.join(', ')}}`;
  if (!isEvent) return fields;
  return inner.length === 0 ? type : `${type} ${fields}`;
}

/** What an actor remembers; what the last step changed of it is marked. */
function memory(now: Fields, before: Fields | null): Child {
  const context = Object.entries(fieldsOf(now['context']));
  if (context.length === 0) return null;
  const old = before === null ? null : fieldsOf(before['context']);
  const rows = context.map(([name, value]) => {
    const isNew = old !== null && JSON.stringify(old[name]) !== JSON.stringify(value);
    return h(
      'div',
      {},
      h('dt', {}, name),
      h('dd', {}, isNew ? h('mark', {}, text(value)) : text(value)),
    );
  });
  return h('dl', {}, ...rows);
}

/** What an actor waits for, what waits for it, and what is under way to it. */
function flights(view: StateView, actor: string, now: Fields): readonly Child[] {
  const lines: readonly (readonly [name: string, items: readonly Json[]])[] = [
    ['waits for', listOf(now['pending'])],
    ['timer', listOf(now['timers'])],
    ['inbox', listOf(view[`${actor}.inbox`])],
    ['adrift', listOf(view[`${actor}.adrift`])],
  ];
  return lines.flatMap(([name, items]) =>
    items.length === 0
      ? []
      : [h('p', { class: 'flight' }, h('span', {}, name), ` ${items.map(text).join(', ')}`)],
  );
}

function badgeOf({ mode, status }: Fields): string {
  if (mode !== undefined && mode !== 'up') return String(mode);
  return status !== undefined && status !== 'active' ? String(status) : '';
}

function card(actor: string, root: ChartState, view: StateView, last: StateView | null): Child {
  const now = fieldsOf(view[actor]);
  const before = last === null ? null : fieldsOf(last[actor]);
  const isChanged = before !== null && JSON.stringify(before) !== JSON.stringify(now);
  const badge = badgeOf(now);
  const active = new Set(activeIn(now['value']));
  const ways = badge === '' ? waysFrom(root, active) : [];
  const seen = {
    active,
    was: new Set(before === null ? [] : activeIn(before['value'])),
    saved: new Set(activeIn(fieldsOf(now['saved'])['value'])),
    next: new Set(ways.map(({ to }) => to.join('.'))),
  };
  const look = ['actor', isChanged ? 'changed' : '', isWide(root) ? 'wide' : ''];
  return h(
    'article',
    { class: look.filter((one) => one !== '').join(' ') },
    h(
      'div',
      { class: 'who' },
      h(
        'h3',
        {},
        actor,
        badge === '' ? null : h('span', { class: `badge ${badge}` }, badge),
        isChanged ? h('span', { class: 'unseen' }, ' (changed by the last step)') : null,
      ),
      memory(now, before),
    ),
    ...flights(view, actor, now),
    h('ul', { class: 'chart' }, ...(root.states ?? []).map((state) => box(state, seen))),
    ways.length === 0 ? null : h('ul', { class: 'ways' }, ...ways.map(wayLine)),
  );
}

/** The statecharts of all actors: where they are, where they were, and what they remember. */
export function showActors(panel: HTMLElement, { overview, walked }: Shown): void {
  const { frames, at } = walked;
  const view = frames[at]?.view ?? {};
  const last = frames[at - 1]?.view ?? null;
  const cards = overview.actors.map((actor) => {
    const chart = overview.charts.find(({ actors }) => actors.includes(actor));
    return chart === undefined ? null : card(actor, chart.root, view, last);
  });
  const budgets = Object.entries(view).flatMap(([name, left]): readonly Child[] => {
    const fault = /^budget (.*)$/.exec(name)?.[1];
    if (fault === undefined) return [];
    const isUsed = last !== null && last[name] !== left;
    const look = [left === 0 ? 'spent' : '', isUsed ? 'changed' : ''].join(' ').trim();
    return [h('li', { class: look }, fault, h('b', {}, ` ${String(left)}`))];
  });
  refill(
    panel,
    h('header', {}, h('h2', { id: 'actors-title' }, 'Actors')),
    h(
      'div',
      {
        class: 'scrolls',
        'data-key': 'actors',
        tabindex: 0,
        role: 'group',
        'aria-label': 'Actors',
      },
      h('div', { class: 'cards' }, ...cards),
      budgets.length === 0
        ? null
        : h('ul', { class: 'budgets', 'aria-label': 'faults that are left' }, ...budgets),
    ),
  );
}
