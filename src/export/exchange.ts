import type { Json, StateView, Trace, TraceStep } from '../model/verdict.ts';

type Fields = { readonly [name: string]: Json };

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is drawn of a step between two actors: a `call` and its `answer` (or the `refusal` of one),
 * a message that is sent, what an actor does by itself, and where it is afterwards.
 */
export interface Exchange {
  readonly is: 'call' | 'answer' | 'refusal' | 'message' | 'step' | 'place';
  readonly from: string;
  /** The same as `from` for a step and a place. */
  readonly to: string;
  readonly text: string;
}

export const actorsOf = (state: StateView): readonly string[] =>
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

/** Where the actors are at first. */
export function placesOf({ initial }: Trace): readonly Exchange[] {
  return actorsOf(initial).flatMap((actor) => placed(actor, sightOf(initial, actor)));
}

const placed = (actor: string, text: string): readonly Exchange[] =>
  text === '' ? [] : [{ is: 'place', from: actor, to: actor, text }];

/** What a step does, as it is drawn. */
export function exchangesOf(
  before: StateView,
  step: TraceStep,
  actors: readonly string[],
): readonly Exchange[] {
  const { actor, fault, state } = step;
  const name = fault === null ? eventName(step) : `${eventName(step)} ! ${fault.name}`;
  const calls = actors.flatMap((asker): readonly Exchange[] => {
    const [was, is] = [pendingOf(before, asker), pendingOf(state, asker)];
    return [...was].flatMap(([invoke, what]): readonly Exchange[] => {
      const now = is.get(invoke);
      if (asker === actor || what !== 'asked' || now === undefined || now === what) return [];
      const answer = now.startsWith('failed') ? 'refusal' : 'answer';
      return [
        { is: 'call', from: asker, to: actor, text: `${invoke}: ${name}` },
        { is: answer, from: actor, to: asker, text: now },
      ];
    });
  });
  const own: Exchange = { is: 'step', from: actor, to: actor, text: name };
  const sent = actors.flatMap((to) =>
    arrived(before, state, to).map((text): Exchange => ({ is: 'message', from: actor, to, text })),
  );
  const places = actors.flatMap((one) => {
    const [was, is] = [sightOf(before, one), sightOf(state, one)];
    return was === is ? [] : placed(one, is);
  });
  return [...(calls.length === 0 ? [own] : calls), ...sent, ...places];
}
