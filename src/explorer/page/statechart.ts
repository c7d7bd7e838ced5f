import type { ChartState, ChartWay } from '../../export/chart.ts';
import { h } from './dom.ts';
import { eventWords } from './words.ts';

/** Paths of states, by what is to be seen of them. */
export interface Seen {
  /** Where the machine is. */
  readonly active: ReadonlySet<string>;
  /** Where it was before the last step. */
  readonly was: ReadonlySet<string>;
  /** Where its last checkpoint was taken. */
  readonly saved: ReadonlySet<string>;
  /** Where one of its transitions leads from where it is. */
  readonly next: ReadonlySet<string>;
}

/** A transition, and the path of the state that has it. */
interface Way extends ChartWay {
  readonly from: readonly string[];
}

const pathText = (path: readonly string[]): string => path.join('.');

/** The transition in words: `charge done → charged`; without an arrow where it stays. */
function wayText({ text, from, to }: Way): readonly [event: string, target: string | null] {
  return [eventWords(text), pathText(to) === pathText(from) ? null : pathText(to)];
}

/** A state as a box, with the states inside it; what it leads to is told on demand. */
export function box(state: ChartState, seen: Seen): HTMLElement {
  const { name, path, states, isInitial, isFinal, isParallel, tags } = state;
  const key = pathText(path);
  const isActive = seen.active.has(key);
  const isLeaf = states === null || states.length === 0;
  const look = [
    'state',
    isLeaf ? 'leaf' : 'compound',
    isActive ? 'active' : '',
    !isActive && seen.was.has(key) ? 'was' : '',
    !isActive && seen.next.has(key) ? 'next' : '',
    isFinal ? 'final' : '',
    isParallel ? 'parallel' : '',
  ];
  const ways = state.ways.map((way) => wayText({ ...way, from: path }));
  const leads = ways.map(([event, target]) => (target === null ? event : `${event} → ${target}`));
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

/** The transitions of a machine from where it is, those of the innermost states first. */
export function waysFrom(root: ChartState, active: ReadonlySet<string>): readonly Way[] {
  const inner = (root.states ?? []).flatMap((state) => waysFrom(state, active));
  const isOut = root.path.length > 0 && !active.has(pathText(root.path));
  return isOut ? inner : [...inner, ...root.ways.map((way) => ({ ...way, from: root.path }))];
}

export function wayLine(way: Way): HTMLElement {
  const [event, target] = wayText(way);
  return target === null ? h('li', {}, event) : h('li', {}, `${event} → `, h('b', {}, target));
}

/** A machine with more states than this has a row of its own. */
const NARROW_MAX = 6;

const sizeOf = ({ states }: ChartState): number =>
  (states ?? []).reduce((sum, inner) => sum + 1 + sizeOf(inner), 0);

export const isWide = (root: ChartState): boolean => sizeOf(root) > NARROW_MAX;
