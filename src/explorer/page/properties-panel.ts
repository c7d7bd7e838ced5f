import type { PropertyReport } from '../../model/verdict.ts';
import type { Light, ListedProperty } from '../wire.ts';
import { h, refill, type Child } from './dom.ts';
import type { ModelWalk, Shown } from './walk.ts';
import { counted, litOf, type Lit } from './words.ts';

const SIGNS = { holds: '✓', violated: '✗', unknown: '?', running: '·' } as const;
type Verdict = keyof typeof SIGNS;

const LIGHTS: Readonly<Record<Lit, readonly [sign: string, word: string]>> = {
  true: ['●', 'true'],
  false: ['○', 'false'],
  broken: ['■', 'false'],
  none: ['–', ''],
};

interface Row {
  readonly listed: ListedProperty;
  readonly light: Light | undefined;
  readonly report: PropertyReport | undefined;
  readonly verdict: Verdict;
}

function rowsOf({ overview, walked, check }: Shown): readonly Row[] {
  const reports = check.is === 'done' ? check.report.properties : [];
  return overview.properties.map((listed) => {
    const report = reports.find(({ name }) => name === listed.name);
    const open = check.is === 'running' ? 'running' : 'unknown';
    const light = walked.here.lights.find(({ name }) => name === listed.name);
    return { listed, light, report, verdict: report?.result ?? open };
  });
}

/** What a property says of this state, and what was looked at. */
function lit(light: Light | undefined): Child {
  if (light === undefined) return null;
  const [sign, word] = LIGHTS[litOf(light)];
  return h(
    'span',
    { class: `light ${litOf(light)}`, title: light.about },
    h('span', { 'aria-hidden': 'true' }, sign),
    h('span', {}, word),
    h('span', { class: 'unseen' }, ` (${light.about})`),
  );
}

function reasons({ light, report, verdict }: Row, isFollowed: boolean): Child {
  const isWrong = light?.isBroken === true;
  const why = light?.why ?? [];
  const because = isFollowed ? (report?.because ?? null) : null;
  const texts = because === null || (isWrong && why.length > 0) ? why : [because];
  const isTold = isWrong || isFollowed || light?.value !== true;
  if (!isTold || texts.length === 0) return null;
  const look = isWrong || (isFollowed && verdict === 'violated') ? 'why broken' : 'why';
  return h('p', { class: look }, texts.join(light?.value === null ? '; ' : ', '));
}

function row(one: Row, isFollowed: boolean, walk: ModelWalk): HTMLElement {
  const { listed, report, verdict } = one;
  const { name, kind, logic, words } = listed;
  const trace = report?.trace ?? null;
  const head = [
    h('span', { class: `sign ${verdict}`, 'aria-hidden': 'true' }, SIGNS[verdict]),
    h(
      'span',
      { class: 'name' },
      name,
      h('span', { class: 'unseen' }, `: ${verdict};`),
      h('span', { class: 'kind' }, name === kind ? '' : kind),
    ),
    lit(one.light),
  ];
  const what = verdict === 'violated' ? 'its counterexample' : 'a run that shows it';
  const title =
    trace === null
      ? `${logic}: ${words}`
      : `${logic}: ${words}. Go to ${what}: ${counted(trace.steps.length, 'step')}`;
  const body =
    trace === null
      ? h('div', { class: 'property', title }, ...head)
      : h(
          'button',
          {
            type: 'button',
            class: 'property',
            title,
            'data-key': `property ${name}`,
            'aria-pressed': String(isFollowed),
            click: () => walk.follows(name),
          },
          ...head,
        );
  const look = [verdict, isFollowed ? 'followed' : ''].join(' ').trim();
  return h('li', { class: look }, body, reasons(one, isFollowed));
}

/** All properties: what the check says of them, and what this state does. */
export function showProperties(panel: HTMLElement, shown: Shown, walk: ModelWalk): void {
  const rows = rowsOf(shown);
  const items = rows.map((one) => row(one, shown.place.of === one.listed.name, walk));
  refill(
    panel,
    h(
      'header',
      {},
      h('h2', { id: 'properties-title' }, 'Properties'),
      h('p', { class: 'columns' }, h('span', {}, 'everywhere'), h('span', {}, 'in this state')),
    ),
    h('ul', { class: 'scrolls', 'data-key': 'properties' }, ...items),
  );
}
