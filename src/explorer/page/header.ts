import { h, refill, type Child } from './dom.ts';
import type { Shown } from './walk.ts';
import { counted } from './words.ts';

/** What the check has come to, in a few words. */
function verdict({ check, overview }: Shown): HTMLElement {
  if (check.is === 'running') return h('span', { class: 'verdict running' }, 'checking …');
  if (check.is === 'failed') return h('span', { class: 'verdict violated' }, check.error.code);
  const { result, properties } = check.report;
  const violated = properties.filter((one) => one.result === 'violated').length;
  const count = counted(overview.properties.length, 'property').replace('propertys', 'properties');
  const text = result === 'violated' ? `violated: ${violated} of ${count}` : `${result}: ${count}`;
  return h('span', { class: `verdict ${result}` }, text);
}

/** How far the check reaches, or is. */
function reach({ check }: Shown): string {
  if (check.is === 'running') return check.text;
  if (check.is === 'failed') return check.error.message;
  const { stats, completeness, bounds } = check.report;
  if (stats === null) return 'the check was stopped';
  const size = `${counted(stats.states, 'state')}, ${counted(stats.transitions, 'transition')}`;
  if (completeness === 'exhaustive') return `every reachable state: ${size}`;
  const bound = Object.entries(bounds).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${size}${bound.length === 0 ? '' : `, up to a bound: ${bound.join(', ')}`}`;
}

/** How far the check is, in a header that is there. */
export function showReach(panel: HTMLElement, shown: Shown): void {
  const place = panel.querySelector('.reach');
  if (place !== null) place.textContent = reach(shown);
}

/** Of more parameters only those are told that are not the default anyway. */
const TOLD_MAX = 5;

/** The model, its parameters, and what is known of it. */
export function showHeader(
  panel: HTMLElement,
  shown: Shown,
  { theme, help }: { readonly theme: () => void; readonly help: () => void },
): void {
  const { model, given } = shown.overview;
  const all = Object.entries(model.parameters);
  const told = all.length <= TOLD_MAX ? all : Object.entries(given);
  const rest = all.filter(([name]) => !told.some(([one]) => one === name));
  const parameters = told.map(([name, value]): Child =>
    h('li', { class: name in given ? 'given' : '' }, `${name} = ${value}`),
  );
  const title = rest.map(([name, value]) => `${name} = ${value}`).join('\n');
  if (rest.length > 0) parameters.push(h('li', { title }, `${rest.length} more, by default`));
  refill(
    panel,
    h('p', { class: 'brand' }, 'Reconverge explorer'),
    h('h1', {}, model.name),
    h('ul', { class: 'parameters', 'aria-label': 'parameters' }, ...parameters),
    h('p', { class: 'result' }, verdict(shown), h('span', { class: 'reach' }, reach(shown))),
    h(
      'button',
      { type: 'button', click: theme, 'data-key': 'theme', title: 'light or dark (t)' },
      h('span', { 'aria-hidden': 'true' }, '◐'),
      h('span', { class: 'unseen' }, 'light or dark'),
    ),
    h(
      'button',
      { type: 'button', click: help, 'data-key': 'help', title: 'keys and signs (?)' },
      h('span', { 'aria-hidden': 'true' }, '?'),
      h('span', { class: 'unseen' }, 'keys and signs'),
    ),
  );
}
