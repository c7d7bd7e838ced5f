import type { Label } from '../../model/verdict.ts';
import type { Onward } from '../wire.ts';
import { h, refill, type Child } from './dom.ts';
import { drawFar, drawNear } from './neighbour-lines.ts';
import type { ModelWalk, Shown } from './walk.ts';
import { counted, LABELS, listed, natureOf, STANDINGS } from './words.ts';

/** Steps of one kind that are listed before somebody asks for all of them. */
const LISTED_MAX = 8;
/** Steps that a digit key takes. */
const KEYS_MAX = 9;

/** A step with its place among all, and the number of the key that takes it, from 0. */
type Numbered = readonly [place: number, step: Onward, rank: number];

const opened = new Set<Label>();

function stepButton([place, step, rank]: Numbered, walk: ModelWalk): HTMLElement {
  const { actor, event, label, changes, fault, standing, guards } = step;
  const told = guards.map((guard) => `[${guard}]`);
  const what = [...told, changes.length === 0 ? 'nothing changes' : changes.join('; ')].join(' ');
  return h(
    'button',
    {
      type: 'button',
      class: `step ${label} ${standing}`,
      'data-key': `step ${place}`,
      'data-step': place,
      title: STANDINGS[standing],
      click: () => walk.take(place),
    },
    h('kbd', { 'aria-hidden': 'true' }, rank < KEYS_MAX ? String(rank + 1) : ''),
    h('span', { class: 'what' }, h('b', {}, actor), ` ${event}`),
    h('span', { class: `dot ${standing}`, 'aria-hidden': 'true' }),
    fault === null ? null : h('span', { class: 'nature' }, natureOf(step)),
    h('span', { class: 'changes' }, what),
    standing === 'broken' ? h('span', { class: 'unseen' }, `, ${STANDINGS.broken}`) : null,
  );
}

/** The steps of one label; of many only the first, until the others are asked for. */
function group(
  label: Label,
  steps: readonly Numbered[],
  walk: ModelWalk,
  again: () => void,
): readonly Child[] {
  if (steps.length === 0) return [];
  const some = opened.has(label) ? steps : steps.slice(0, LISTED_MAX);
  const missing = steps.length - some.length;
  const more = h(
    'button',
    {
      type: 'button',
      class: 'more',
      'data-key': `more ${label}`,
      click: () => {
        opened.add(label);
        again();
      },
    },
    `${counted(missing, 'more step')} …`,
  );
  return [
    h('h3', { class: label }, LABELS[label]),
    ...some.map((one) => stepButton(one, walk)),
    missing === 0 ? null : more,
  ];
}

/** The state before, this one, and what may happen now. */
function here({ walked }: Shown, walk: ModelWalk): HTMLElement {
  const { at, frames } = walked;
  const frame = frames[at];
  const before = frames[at - 1];
  const changes = frame?.move?.changes ?? [];
  const standing = frame?.standing ?? 'open';
  return h(
    'div',
    { class: 'here' },
    before === undefined
      ? h('p', { class: 'origin' }, 'an initial state')
      : h(
          'button',
          {
            type: 'button',
            class: `state before ${before.standing}`,
            'data-key': 'back',
            title: 'undo (←)',
            click: () => walk.moveTo((place) => place - 1),
          },
          h('span', {}, at === 1 ? 'the initial state' : `after step ${at - 1}`),
        ),
    frame?.move === null || frame === undefined
      ? null
      : h(
          'p',
          { class: `taken ${frame.move.label}` },
          h('b', {}, frame.move.actor),
          ` ${frame.move.event}`,
          frame.move.fault === null ? null : h('span', { class: 'nature' }, natureOf(frame.move)),
        ),
    h(
      'div',
      { class: `state now ${standing}` },
      h('b', {}, at === 0 ? 'The initial state' : `After step ${at}`),
      h('span', { class: 'standing' }, STANDINGS[standing]),
      changes.length === 0
        ? null
        : h('ul', { class: 'done' }, ...changes.map((one) => h('li', {}, one))),
    ),
  );
}

/** The graph around this state: where it came from, its steps, and what lies behind them. */
export function showNext(panel: HTMLElement, shown: Shown, walk: ModelWalk): void {
  const { steps, far, farMissing } = shown.walked.here;
  const again = (): void => showNext(panel, shown, walk);
  let rank = 0;
  const groups = listed(steps).flatMap(([label, some]) => {
    const numbered = some.map(([place, step], at): Numbered => [place, step, rank + at]);
    rank += some.length;
    return group(label, numbered, walk, again);
  });
  const isOver = steps.every(({ label }) => label === 'F');
  const over = steps.length === 0 ? '' : ' without another fault';
  const size = h('p');
  refill(
    panel,
    h('header', {}, h('h2', { id: 'next-title' }, 'Here and next'), size),
    h(
      'div',
      { class: 'neighbourhood scrolls', 'data-key': 'neighbourhood' },
      here(shown, walk),
      h('div', { class: 'near' }),
      h(
        'div',
        { class: 'steps' },
        isOver ? h('p', { class: 'end' }, `Nothing more happens${over}.`) : null,
        ...groups,
      ),
      h('div', { class: 'far' }),
    ),
  );
  drawNear(panel);
  const drawn = drawFar(panel, shown, walk);
  const known = far.length + (farMissing ?? 0);
  const least = farMissing === null ? 'at least ' : '';
  const hidden = drawn === known && farMissing !== null ? '' : `, ${drawn} of them drawn`;
  const behind = `${least}${counted(known, 'state')} two steps on${hidden}`;
  size.textContent = `${counted(steps.length, 'step')}, ${behind}`;
}
