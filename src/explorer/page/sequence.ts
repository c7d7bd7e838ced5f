import type { Exchange } from '../../export/exchange.ts';
import { s } from './dom.ts';
import { eventWords } from './words.ts';

/** Pixels: what one line of a row takes, the left margin with the number, of a letter. */
const LINE = 25;
const MARGIN = 30;
const LETTER = 6.65;
const PAD = 5;
/** Pixels of a letter in the name of a state, which is smaller. */
const SMALL_LETTER = 6.05;
/** From a lane to what is said of a step beside it. */
const ASIDE = 10;
/** A lane that is narrower has no room for the name of a state. */
const ROOMY = 48;

export interface Lanes {
  readonly width: number;
  readonly gap: number;
  readonly xOf: (actor: string) => number;
  readonly xs: readonly number[];
  readonly names: readonly {
    readonly text: string;
    readonly x: number;
    readonly isTurned: boolean;
  }[];
  /** Whether the names stand on end, for there are many. */
  readonly isTurned: boolean;
}

const cut = (text: string, room: number, letter = LETTER): string => {
  const letters = Math.max(2, Math.floor(room / letter));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
};

/** A lane per actor, from left to right. */
export function lanesFor(actors: readonly string[], width: number): Lanes {
  const gap = (width - MARGIN) / actors.length;
  const xs = actors.map((_, at) => MARGIN + gap * (at + 0.5));
  const isTurned = actors.some((name) => name.length * LETTER > gap - 2);
  return {
    width,
    gap,
    xs,
    isTurned,
    xOf: (actor) => xs[actors.indexOf(actor)] ?? MARGIN,
    names: actors.map((text, at) => ({ text, x: xs[at] ?? 0, isTurned })),
  };
}

/** Text that stays within the row, over what is behind it. */
function label(text: string, x: number, y: number, { width }: Lanes, look: string): SVGElement {
  const shown = cut(text, width - MARGIN - 4);
  const half = (shown.length * LETTER) / 2;
  const at = Math.max(MARGIN + half, Math.min(width - half - 2, x));
  return s('text', { class: look, x: at, y, 'text-anchor': 'middle' }, shown);
}

function head(x: number, y: number, way: number, isCross: boolean): SVGElement {
  const d = isCross
    ? `M${x - 4 - way * 4} ${y - 4} l8 8 m0 -8 l-8 8`
    : `M${x} ${y} l${-7 * way} -4 v8 z`;
  return s('path', { class: isCross ? 'cross' : 'head', d });
}

function arrow(exchange: Exchange, top: number, lanes: Lanes): readonly SVGElement[] {
  const { is, from, to, text } = exchange;
  const [start, end] = [lanes.xOf(from), lanes.xOf(to)];
  const way = end > start ? 1 : -1;
  const y = top + LINE - 6;
  return [
    s('line', { class: `shaft ${is}`, x1: start, y1: y, x2: end - way * 5, y2: y }),
    head(end, y, way, is === 'refusal'),
    label(eventWords(text), (start + end) / 2, y - 5, lanes, `said ${is}`),
  ];
}

function own({ from, text }: Exchange, top: number, lanes: Lanes): readonly SVGElement[] {
  const x = lanes.xOf(from);
  const y = top + LINE / 2;
  const said = eventWords(text);
  const [left, right] = [x - ASIDE - MARGIN, lanes.width - x - ASIDE];
  const isRight = said.length * LETTER <= right || right >= left;
  const shown = cut(said, isRight ? right : left);
  const at = isRight ? x + ASIDE : x - ASIDE;
  const anchor = isRight ? 'start' : 'end';
  return [
    s('circle', { class: 'act', cx: x, cy: y, r: 3.5 }),
    s('text', { class: 'said step', x: at, y: y + 4, 'text-anchor': anchor }, shown),
  ];
}

/** Where an actor is then; as wide as its lane, or more where there is only one to be drawn. */
function place({ from, text }: Exchange, top: number, lanes: Lanes, isAlone: boolean) {
  const room = isAlone ? Math.max(lanes.gap, 190) : lanes.gap;
  const shown = cut(text, room - 2 * PAD - 1, SMALL_LETTER);
  const width = shown.length * SMALL_LETTER + 2 * PAD;
  const middle = lanes.xOf(from);
  const x = Math.max(MARGIN - 4, Math.min(lanes.width - width - 1, middle - width / 2));
  return [
    s('rect', { class: 'place', x, y: top + 2, width, height: LINE - 4, rx: 9 }),
    s(
      'text',
      { class: 'where', x: x + width / 2, y: top + LINE / 2 + 4, 'text-anchor': 'middle' },
      shown,
    ),
  ];
}

/** `open, working × 10`: where many are. */
function countedPlaces(places: readonly Exchange[]): string {
  const counts = new Map<string, number>();
  for (const { text } of places) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} × ${count}`)).join(', ');
}

/** One step of a sequence diagram. */
export function drawRow(exchanges: readonly Exchange[], lanes: Lanes): SVGElement {
  const moves = exchanges.filter(({ is }) => is !== 'place');
  const places = exchanges.filter(({ is }) => is === 'place');
  const lines = moves.length + (places.length > 0 ? 1 : 0);
  const height = Math.max(1, lines) * LINE + 6;
  const drawn = moves.flatMap((one, at) => {
    const top = 3 + at * LINE;
    return one.is === 'step' || one.from === one.to ? own(one, top, lanes) : arrow(one, top, lanes);
  });
  const last = 3 + moves.length * LINE;
  const isCrowded = places.length > 1 && lanes.gap < ROOMY;
  const where = isCrowded
    ? [label(countedPlaces(places), lanes.width / 2, last + LINE / 2 + 4, lanes, 'where')]
    : places.flatMap((one) => place(one, last, lanes, places.length === 1));
  const rails = lanes.xs.map((x) => s('line', { class: 'rail', x1: x, y1: 0, x2: x, y2: height }));
  const size = { width: lanes.width, height, viewBox: `0 0 ${lanes.width} ${height}` };
  return s('svg', { ...size, 'aria-hidden': 'true' }, ...rails, ...drawn, ...where);
}
