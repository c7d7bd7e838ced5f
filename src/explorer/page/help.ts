import { h, refill, type Child } from './dom.ts';
import { LABELS, STANDINGS } from './words.ts';

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['←', 'undo'],
  ['→', 'redo, or the next step of a counterexample'],
  ['Home End', 'the first, the last state of the path'],
  ['1 … 9', 'take that step'],
  ['c', 'the next counterexample'],
  ['t', 'light or dark'],
  ['?', 'this help'],
  ['Esc', 'close it'],
];

const SIGNS: readonly (readonly [look: string, sign: string, meaning: string])[] = [
  ['sign holds', '✓', 'the property holds in every reachable state'],
  ['sign violated', '✗', 'it does not: the line leads to a counterexample'],
  ['sign unknown', '?', 'not decided: a bound was reached first'],
  ['light true', '●', 'its predicate is true in this state'],
  ['light false', '○', 'it is false here, which violates nothing by itself'],
  ['light broken', '■', 'it is false here, and must not be'],
  ['dot settled', '', STANDINGS.settled],
  ['dot open', '', STANDINGS.open],
  ['dot broken', '', STANDINGS.broken],
];

/** Boxes of a statechart. */
const BOXES: readonly (readonly [look: string, name: string, meaning: string])[] = [
  ['active', 'a', 'where the machine is'],
  ['was', 'b', 'where it was before the last step'],
  ['next', 'c', 'where one of its transitions leads'],
  ['', 'd ⚑', 'where its last checkpoint was taken'],
];

/** What the keys do and the signs mean. */
export function fillHelp(dialog: HTMLElement, close: () => void): void {
  const keys = KEYS.flatMap(([names, meaning]): readonly Child[] => [
    h('dt', {}, ...names.split(' ').map((name) => (name === '…' ? ' … ' : h('kbd', {}, name)))),
    h('dd', {}, meaning),
  ]);
  const signs = SIGNS.flatMap(([look, sign, meaning]): readonly Child[] => [
    h('dt', {}, h('span', { class: look }, h('span', {}, sign))),
    h('dd', {}, meaning),
  ]);
  const boxes = BOXES.flatMap(([look, name, meaning]): readonly Child[] => [
    h('dt', {}, h('span', { class: `state leaf ${look}` }, h('span', { class: 'label' }, name))),
    h('dd', {}, meaning),
  ]);
  const labels = Object.entries(LABELS).map(([label, word]): Child =>
    h('span', { class: `label-of ${label}` }, word),
  );
  refill(
    dialog,
    h('h2', { id: 'help-title' }, 'Keys and signs'),
    h(
      'div',
      { class: 'legend' },
      h('div', {}, h('dl', {}, ...keys), h('dl', { class: 'chart' }, ...boxes)),
      h('dl', {}, ...signs),
    ),
    h('p', {}, 'Steps: ', ...labels),
    h('p', {}, 'The address of the page names the state: a bookmark leads back to it.'),
    h('button', { type: 'button', 'data-key': 'close', click: close }, 'Close'),
  );
}
