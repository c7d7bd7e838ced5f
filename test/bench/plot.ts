/** One measured point; both coordinates above 0. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Series {
  readonly name: string;
  /** Which of the two looks it has. */
  readonly look: 'own' | 'peer';
  readonly points: readonly Point[];
}
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** How a value of the y axis is written. */
  readonly unit: (value: number) => string;
}

const WIDTH = 450;
const HEIGHT = 320;
const MARGIN = { left: 84, right: 92, top: 40, bottom: 48 };

/** The whole powers of ten around these values, both ends included. */
export function decades(values: readonly number[]): readonly number[] {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}

/** From a logarithmic axis over `ticks` to pixels. */
function scale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log10(ticks[0] ?? 1), Math.log10(ticks.at(-1) ?? 10)];
  return (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Of a whole power of ten from 1 on. */
function power(value: number): string {
  const digits = [...String(Math.round(Math.log10(value)))];
  return `10${digits.map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;
}

const round = (value: number): string => value.toFixed(1);
const text = (x: number, y: number, anchor: string, content: string, look = 'label'): string =>
  `<text class="${look}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="grid" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;

/** Circles for ours and squares for a peer: the colour is not all that tells them apart. */
function marks({ look, points, name }: Series, x: Scale, y: Scale): readonly string[] {
  const path = points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ');
  const shapes = points.map((point) => {
    const [left, top] = [x(point.x), y(point.y)];
    if (look === 'own') {
      return `<circle class="own mark" cx="${round(left)}" cy="${round(top)}" r="4"/>`;
    }
    const corner = `x="${round(left - 3.5)}" y="${round(top - 3.5)}"`;
    return `<rect class="peer mark" ${corner} width="7" height="7"/>`;
  });
  const last = points.at(-1);
  const label =
    last === undefined ? [] : [text(x(last.x) + 9, y(last.y) + 4, 'start', name, `${look} name`)];
  return [`<polyline class="${look} line" points="${path}"/>`, ...shapes, ...label];
}
type Scale = (value: number) => number;

function panel({ title, series, unit }: Panel, offset: number): readonly string[] {
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return [];
  const [across, up] = [points.map(({ x }) => x), points.map(({ y }) => y)].map(decades);
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scale(across ?? [], MARGIN.left, right);
  const y = scale(up ?? [], bottom, MARGIN.top);
  return [
    `<g transform="translate(${offset} 0)">`,
    text(MARGIN.left, 22, 'start', title, 'title'),
    ...(up ?? []).flatMap((tick) => [
      line(MARGIN.left, y(tick), right, y(tick)),
      text(MARGIN.left - 8, y(tick) + 4, 'end', unit(tick)),
    ]),
    ...(across ?? []).flatMap((tick, index) => [
      line(x(tick), MARGIN.top, x(tick), bottom),
      ...(index % 2 === 0 ? [text(x(tick), bottom + 18, 'middle', power(tick))] : []),
    ]),
    text((MARGIN.left + right) / 2, bottom + 38, 'middle', 'distinct states'),
    ...series.flatMap((one) => marks(one, x, y)),
    '</g>',
  ];
}

const STYLE = `
    .back { fill: #ffffff } .grid { stroke: #d8dee4 } .label, .title { fill: #1f2328 }
    text { font: 12px system-ui, sans-serif } .title, .name { font-weight: 600 }
    .line { fill: none; stroke-width: 2 } .peer.line { stroke-dasharray: 6 4 }
    .own.line { stroke: #0757b8 } .own.mark, .own.name { fill: #0757b8 }
    .peer.line { stroke: #a3410b } .peer.mark, .peer.name { fill: #a3410b }
    @media (prefers-color-scheme: dark) {
      .back { fill: #0d1117 } .grid { stroke: #30363d } .label, .title { fill: #e6edf3 }
      .own.line { stroke: #6cb6ff } .own.mark, .own.name { fill: #6cb6ff }
      .peer.line { stroke: #f69d50 } .peer.mark, .peer.name { fill: #f69d50 }
    }`;

/** Panels side by side, for light and dark pages; both axes are logarithmic. */
export function plot(title: string, description: string, panels: readonly Panel[]): string {
  const width = WIDTH * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}"`,
    `  width="${width}" height="${HEIGHT}" role="img" aria-labelledby="title description">`,
    `<title id="title">${title}</title>`,
    `<desc id="description">${description}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="back" width="${width}" height="${HEIGHT}"/>`,
    ...panels.flatMap((one, index) => panel(one, index * WIDTH)),
    '</svg>\n',
  ].join('\n');
}
