import type { Json, StateView, Trace, TraceStep } from '../model/verdict.ts';

type Fields = { readonly [name: string]: Json };

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const actorsOf = (state: StateView): readonly string[] =>
  Object.keys(state).filter((name) => !name.includes(' ') && isFields(state[name]));

/** `forward.reserving`: where an actor is. */
function placeOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (!isFields(value)) return '';
  return Object.entries(value)
    .map(([name, inner]) => [name, placeOf(inner)].filter((part) => part !== '').join('.'))
    .join(' & ');
}

function sightOf(state: StateView, actor: string): string {
  const seen = state[actor];
  if (!isFields(seen)) return '';
  const { mode, status, value } = seen;
  if (mode !== undefined && mode !== 'up') return String(mode);
  return status !== undefined && status !== 'active' ? String(status) : placeOf(value);
}

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as Json[]) : [];

/** What invokes of an actor wait for, or came to: `charge` → `asked`. */
function pendingOf(state: StateView, actor: string): ReadonlyMap<string, string> {
  const seen = state[actor];
  const pending = isFields(seen) ? listOf(seen['pending']) : [];
  return new Map(
    pending.map((text) => {
      const [name = '', what = ''] = String(text).split(': ', 2);
      return [name, what];
    }),
  );
}

/** Mermaid reads these as its own. */
const escaped = (text: string): string =>
  text.replaceAll('#', '#35;').replaceAll(';', '#59;').replaceAll('\n', ' ');

/** Messages that came into an inbox. */
function arrived(before: StateView, after: StateView, actor: string): readonly string[] {
  const texts = (state: StateView): string[] =>
    listOf(state[`${actor}.inbox`]).map((message) => JSON.stringify(message));
  const known = texts(before);
  return texts(after)
    .filter((text) => {
      const at = known.indexOf(text);
      if (at !== -1) known.splice(at, 1);
      return at === -1;
    })
    .map((text) => String((JSON.parse(text) as Fields)['type']));
}

function eventName({ event: { type } }: TraceStep): string {
  return type.replace(/^xstate\.(done|error)\.actor\.(\d+\.)?/, '$1 ').replace(/^xstate\./, '');
}

/** A behaviour as a sequence diagram, in the text that Mermaid draws. */
export function sequenceDiagram({ initial, steps, loop }: Trace): string {
  const actors = actorsOf(initial);
  const alias = (actor: string): string => `A${actors.indexOf(actor)}`;
  const lines = ['sequenceDiagram', '  autonumber'];
  for (const actor of actors) lines.push(`  participant ${alias(actor)} as ${escaped(actor)}`);
  for (const actor of actors) {
    const place = sightOf(initial, actor);
    if (place !== '') lines.push(`  Note over ${alias(actor)}: ${escaped(place)}`);
  }
  let before = initial;
  for (const [index, step] of steps.entries()) {
    if (index === loop) lines.push('  loop for ever');
    const own = drawn(before, step, actors, alias);
    if (step.fault === null) lines.push(...own);
    else lines.push('  rect rgb(255, 230, 230)', ...own, '  end');
    before = step.state;
  }
  if (loop !== null) lines.push('  end');
  return `${lines.join('\n')}\n`;
}

function drawn(
  before: StateView,
  step: TraceStep,
  actors: readonly string[],
  alias: (actor: string) => string,
): readonly string[] {
  const { actor, fault, state } = step;
  const name = escaped(fault === null ? eventName(step) : `${eventName(step)} ! ${fault.name}`);
  const lines: string[] = [];
  for (const asker of actors) {
    const [was, is] = [pendingOf(before, asker), pendingOf(state, asker)];
    for (const [invoke, what] of was) {
      const now = is.get(invoke);
      if (asker === actor || what !== 'asked' || now === undefined || now === what) continue;
      lines.push(`  ${alias(asker)}->>${alias(actor)}: ${escaped(invoke)}: ${name}`);
      const arrow = now.startsWith('failed') ? '--x' : '-->>';
      lines.push(`  ${alias(actor)}${arrow}${alias(asker)}: ${escaped(now)}`);
    }
  }
  if (lines.length === 0) lines.push(`  ${alias(actor)}->>${alias(actor)}: ${name}`);
  for (const receiver of actors) {
    for (const type of arrived(before, state, receiver)) {
      lines.push(`  ${alias(actor)}-)${alias(receiver)}: ${escaped(type)}`);
    }
  }
  for (const one of actors) {
    const [was, is] = [sightOf(before, one), sightOf(state, one)];
    if (was !== is && is !== '') lines.push(`  Note over ${alias(one)}: ${escaped(is)}`);
  }
  return lines;
}
