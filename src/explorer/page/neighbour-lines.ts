import { s } from './dom.ts';
import type { ModelWalk, Shown } from './walk.ts';
import { STANDINGS } from './words.ts';

/** Pixels: between states two steps on, and how far to the right these and the steps are. */
const FAR_GAP = 15;
const FAR_X = 66;
const NEAR_X = 30;
/** Of more lines only those of the step that is pointed at are drawn. */
const LINES_MAX = 40;

const curve = (width: number, from: number, to: number): SVGElement =>
  s('path', { d: `M0 ${from} C ${width / 2} ${from}, ${width / 2} ${to}, ${width} ${to}` });

const drawing = (width: number, height: number, ...drawn: readonly SVGElement[]): SVGElement =>
  s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' }, ...drawn);

/** Lines from this state to its steps, drawn when it is known where they are. */
export function drawNear(panel: HTMLElement): void {
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

/**
 * Lines from the steps to the states two steps on, drawn when it is known where the steps are.
 * Returns how many states are drawn: those behind the steps that are listed.
 */
export function drawFar(panel: HTMLElement, { walked }: Shown, walk: ModelWalk): number {
  const list = panel.querySelector<HTMLElement>('.steps');
  const far = panel.querySelector<HTMLElement>('.far');
  if (list === null || far === null) return 0;
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
  const edges = order.flatMap(([, { ways, y }]) =>
    ways.map(([place, , from]) => [place, curve(FAR_X, from, y)] as const),
  );
  for (const button of buttons) {
    const own = edges.filter(([place]) => String(place) === button.dataset['step']);
    const light = (isLit: boolean) => (): void => {
      for (const [, edge] of own) edge.classList.toggle('lit', isLit);
    };
    for (const event of ['mouseenter', 'focus']) button.addEventListener(event, light(true));
    for (const event of ['mouseleave', 'blur']) button.addEventListener(event, light(false));
  }
  const dots = order.map(([number, { ways, y }]) => {
    const standing = standings[number] ?? 'open';
    const [place = 0, step = 0] = ways[0] ?? [];
    const dot = s('circle', { class: standing, cx: FAR_X, cy: y, r: 4.5 });
    dot.append(s('title', {}, `two steps on: ${STANDINGS[standing]}`));
    dot.addEventListener('click', () => walk.take(place, step));
    return dot;
  });
  const lines = edges.map(([, edge]) => edge);
  far.replaceChildren(drawing(FAR_X + 8, height, ...lines, ...dots));
  far.classList.toggle('many', lines.length > LINES_MAX);
  return order.length;
}

const mean = (ways: readonly (readonly [number, number, number])[]): number =>
  ways.reduce((sum, [, , y]) => sum + y, 0) / ways.length;
