import type { Frame } from '../wire.ts';
import { h, refill, type Child } from './dom.ts';
import { drawRow, lanesFor, type Lanes } from './sequence.ts';
import type { ModelWalk, Shown } from './walk.ts';
import { counted, moveWords, STANDINGS } from './words.ts';

function row(frame: Frame, number: number, lanes: Lanes, shown: Shown, walk: ModelWalk): Child {
  const { place, walked } = shown;
  const { at } = walked;
  const { move } = frame;
  const look = [
    move?.fault === null || move === null ? '' : 'fault',
    number === at ? 'current' : number > at ? 'ahead' : '',
    move === null ? '' : move.label,
    place.loop !== null && number > place.loop ? 'looped' : '',
  ];
  const told = move === null ? 'The initial state' : `Step ${number}. ${moveWords(move)}`;
  return h(
    'li',
    { class: look.filter((one) => one !== '').join(' ') },
    h(
      'button',
      {
        type: 'button',
        'data-key': `row ${number}`,
        'aria-current': number === at ? 'step' : 'false',
        title: told,
        click: () => walk.moveTo(() => number),
      },
      h('span', { class: 'unseen' }, told),
      h('span', { class: 'number', 'aria-hidden': 'true' }, number === 0 ? '' : String(number)),
      drawRow(frame.exchanges, lanes),
      h('span', { class: `dot ${frame.standing}`, title: STANDINGS[frame.standing] }),
    ),
  );
}

function control(
  key: string,
  sign: string,
  title: string,
  isOff: boolean,
  click: () => void,
): HTMLElement {
  return h(
    'button',
    { type: 'button', 'data-key': key, title, 'aria-label': title, disabled: isOff, click },
    h('span', { 'aria-hidden': 'true' }, sign),
  );
}

function whose({ place, check, walked }: Shown): string {
  const { of } = place;
  const { length } = walked.route.path;
  if (of === null) return length === 0 ? 'take a step' : counted(length, 'step');
  const found = check.is === 'done' ? check.report.properties : [];
  const isViolated = found.some(({ name, result }) => name === of && result === 'violated');
  return isViolated ? `counterexample to ‘${of}’` : `a run for ‘${of}’`;
}

/** Which of several initial states it is. */
function startField({ overview, place }: Shown, walk: ModelWalk): Child {
  if (overview.starts === 1) return null;
  const field = h('input', {
    type: 'number',
    min: 0,
    max: overview.starts - 1,
    value: place.route.start,
    'data-key': 'start',
    change: (event) => {
      const given = (event.target as HTMLInputElement).valueAsNumber;
      if (Number.isInteger(given)) walk.startAt(given);
    },
  });
  const most = (overview.starts - 1).toLocaleString('en-US');
  return h('label', { class: 'start' }, 'initial state ', field, ` of 0 to ${most}`);
}

/** The way here as a sequence diagram that grows, and what was undone or is yet to come. */
export function showPath(panel: HTMLElement, shown: Shown, walk: ModelWalk): void {
  const { walked, overview, place } = shown;
  const { frames, at } = walked;
  const length = frames.length - 1;
  const width = Math.max(260, panel.clientWidth - 36);
  const lanes = lanesFor(overview.actors, width);
  const rows = frames.flatMap((frame, number): readonly Child[] => {
    const own = row(frame, number, lanes, shown, walk);
    if (place.loop === null || number !== place.loop + 1) return [own];
    return [h('li', { class: 'loop' }, 'from here on for ever'), own];
  });
  const again =
    place.loop === null
      ? null
      : h('li', { class: 'loop' }, `and again from step ${place.loop + 1}`);
  const names = lanes.names.map(({ text, x, isTurned }) => {
    const one = h('span', { class: isTurned ? 'turned' : '' }, text);
    one.style.left = `${x}px`;
    return one;
  });
  const head = h('div', { class: 'lanes', 'aria-hidden': 'true' }, ...names);
  const longest = Math.max(...overview.actors.map((name) => name.length));
  if (lanes.isTurned) head.style.height = `${22 + 6 * longest}px`;
  const of = whose(shown);
  refill(
    panel,
    h(
      'header',
      {},
      h('h2', { id: 'path-title' }, 'Path'),
      h(
        'div',
        { class: 'controls' },
        control('first', '⇤', 'to the start (Home)', at === 0, () => walk.moveTo(() => 0)),
        control('undo', '←', 'undo (←)', at === 0, () => walk.moveTo((place_) => place_ - 1)),
        h('output', {}, `${at} / ${length}`),
        control('redo', '→', 'redo (→)', at === length, () => walk.moveTo((one) => one + 1)),
        control('last', '⇥', 'to the end (End)', at === length, () => walk.moveTo(() => length)),
      ),
      h('p', { class: 'whose' }, of),
    ),
    startField(shown, walk),
    head,
    h('ol', { class: 'scrolls sequence', 'data-key': 'sequence' }, ...rows, again),
  );
  panel.querySelector('.current')?.scrollIntoView({ block: 'nearest' });
}
