import type { Json, StateView } from '../../model/verdict.ts';
import type { ChartState } from '../../export/chart.ts';
import { h, refill, type Child } from './dom.ts';
import type { Shown } from './walk.ts';
import { eventWords } from './words.ts';

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

interface Seen {
  readonly active: ReadonlySet<string>;
  readonly was: ReadonlySet<string>;
  readonly saved: ReadonlySet<string>;
}

/** A state as a box, with the states inside it; what it leads to is told on demand. */
function box(state: ChartState, seen: Seen): HTMLElement {
  const { name, path, states, isInitial, isFinal, isParallel, tags, ways } = state;
  const key = path.join('.');
  const isActive = seen.active.has(key);
  const isLeaf = states === null || states.length === 0;
  const look = [
    'state',
    isLeaf ? 'leaf' : 'compound',
    isActive ? 'active' : '',
    !isActive && seen.was.has(key) ? 'was' : '',
    isFinal ? 'final' : '',
    isParallel ? 'parallel' : '',
  ];
  const leads = ways.map(({ text: event, to }) => {
    const target = to.join('.');
    return target === key ? eventWords(event) : `${eventWords(event)} → ${target}`;
  });
  const tagged = tags.map((tag) => `tag ${tag}`);
  const isSaved = isLeaf && seen.saved.has(key);
  return h(
    'li',
    { class: look.filter((one) => one !== '').join(' '), title: [...tagged, ...leads].join('\n') },
    h(
      'span',
      { class: 'label' },
      isInitial ? h('i', { class: 'initial', title: 'initial' }) : null,
      name,
      isActive && isLeaf ? h('span', { class: 'unseen' }, ' (current)') : null,
      isSaved ? h('i', { class: 'saved', title: 'where its checkpoint was taken' }, '⚑') : null,
    ),
    isLeaf ? null : h('ul', {}, ...states.map((inner) => box(inner, seen))),
  );
}

/** What the machine does next from where it is, innermost states first. */
function waysFrom(root: ChartState, active: ReadonlySet<string>): readonly Child[] {
  const found: Child[] = [];
  const visit = (state: ChartState): void => {
    for (const inner of state.states ?? []) visit(inner);
    const key = state.path.join('.');
    if (!active.has(key) && key !== '') return;
    for (const { text: event, to } of state.ways) {
      const target = to.join('.');
      const leads = target === key ? null : h('b', {}, target);
      found.push(h('li', {}, eventWords(event), leads === null ? null : ' → ', leads));
    }
  };
  visit(root);
  return found;
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

/** A machine with more states than this has a row of its own. */
const NARROW_MAX = 6;

function sizeOf({ states }: ChartState): number {
  return (states ?? []).reduce((sum, inner) => sum + 1 + sizeOf(inner), 0);
}

function card(actor: string, root: ChartState, view: StateView, last: StateView | null): Child {
  const now = fieldsOf(view[actor]);
  const before = last === null ? null : fieldsOf(last[actor]);
  const isChanged = before !== null && JSON.stringify(before) !== JSON.stringify(now);
  const seen = {
    active: new Set(activeIn(now['value'])),
    was: new Set(before === null ? [] : activeIn(before['value'])),
    saved: new Set(activeIn(fieldsOf(now['saved'])['value'])),
  };
  const badge = badgeOf(now);
  const leads = badge === '' ? waysFrom(root, seen.active) : [];
  const look = ['actor', isChanged ? 'changed' : '', sizeOf(root) > NARROW_MAX ? 'wide' : ''];
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
    leads.length === 0 ? null : h('ul', { class: 'ways' }, ...leads),
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
