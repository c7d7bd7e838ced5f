import type { Label } from '../../model/verdict.ts';
import type { Onward } from '../wire.ts';
import { h, refill, s, type Child } from './dom.ts';
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

/** Pixels: between states two steps on, and how far to the right these and the steps are. */
const FAR_GAP = 15;
const FAR_X = 66;
const NEAR_X = 30;

const curve = (width: number, from: number, to: number): SVGElement =>
  s('path', { d: `M0 ${from} C ${width / 2} ${from}, ${width / 2} ${to}, ${width} ${to}` });

const drawing = (width: number, height: number, ...drawn: readonly SVGElement[]): SVGElement =>
  s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' }, ...drawn);

/** Lines from this state to its steps, drawn when it is known where they are. */
function drawNear(panel: HTMLElement): void {
  const near = panel.querySelector<HTMLElement>('.near');
  const now = panel.querySelector<HTMLElement>('.now');
  if (near === null || now === null) return;
  const from = now.offsetTop + now.offsetHeight / 2 - near.offsetTop;
  const tops = [...panel.querySelectorAll<HTMLElement>('[data-step]')].map(
    (one) => one.offsetTop + one.offsetHeight / 2 - near.offsetTop,
  );
  const height = Math.max(from, ...tops) + 2;
  near.replaceChildren(drawing(NEAR_X, height, ...tops.map((top) => curve(NEAR_X, from, top))));
}

/** Lines from the steps to the states two steps on, drawn when it is known where the steps are. */
function drawFar(panel: HTMLElement, { walked }: Shown, walk: ModelWalk): void {
  const list = panel.querySelector<HTMLElement>('.steps');
  const far = panel.querySelector<HTMLElement>('.far');
  if (list === null || far === null) return;
  const { steps, far: standings } = walked.here;
  const buttons = [...list.querySelectorAll<HTMLElement>('[data-step]')];
  const above = list.offsetTop;
  const tops = buttons.map((one) => one.offsetTop - above + one.offsetHeight / 2);
  const content = list.offsetHeight;
  const drawn = new Map<number, { ways: (readonly [number, number, number])[]; y: number }>();
  for (const [index, button] of buttons.entries()) {
    const place = Number(button.dataset['step']);
    for (const { far: number, step } of steps[place]?.behind ?? []) {
      const one = drawn.get(number) ?? { ways: [], y: 0 };
      one.ways.push([place, step, tops[index] ?? 0]);
      drawn.set(number, one);
    }
  }
  const order = [...drawn].toSorted(([, a], [, b]) => mean(a.ways) - mean(b.ways));
  const height = Math.max(content, order.length * FAR_GAP);
  const gap = Math.min(2 * FAR_GAP, height / Math.max(1, order.length));
  const top = (height - gap * order.length) / 2;
  for (const [index, [, one]] of order.entries()) one.y = top + gap * (index + 0.5);
  const edges = order.flatMap(([, { ways, y }]) => ways.map(([, , from]) => curve(FAR_X, from, y)));
  const dots = order.map(([number, { ways, y }]) => {
    const standing = standings[number] ?? 'open';
    const [place = 0, step = 0] = ways[0] ?? [];
    const dot = s('circle', { class: standing, cx: FAR_X, cy: y, r: 4.5 });
    dot.append(s('title', {}, `two steps on: ${STANDINGS[standing]}`));
    dot.addEventListener('click', () => walk.take(place, step));
    return dot;
  });
  far.replaceChildren(drawing(FAR_X + 8, height, ...edges, ...dots));
}

const mean = (ways: readonly (readonly [number, number, number])[]): number =>
  ways.reduce((sum, [, , y]) => sum + y, 0) / ways.length;

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
  const behind = `${counted(far.length + farMissing, 'state')} two steps on`;
  const hidden = farMissing === 0 ? '' : `, ${far.length} of them drawn`;
  refill(
    panel,
    h(
      'header',
      {},
      h('h2', { id: 'next-title' }, 'Here and next'),
      h('p', {}, `${counted(steps.length, 'step')}, ${behind}${hidden}`),
    ),
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
  drawFar(panel, shown, walk);
}
