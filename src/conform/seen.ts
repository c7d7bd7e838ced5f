import type { Compiled } from '../machine/compile.ts';
import type { Action } from '../model/integer-system.ts';
import type { Json } from '../model/verdict.ts';
import type { SeenState, StepPattern } from './history.ts';

/** Where a model's state is not what was observed. `null` where there is nothing. */
export interface Difference {
  readonly path: string;
  readonly model: Json;
  readonly observed: Json;
}

type Fields = { readonly [key: string]: Json };

const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Where a value of the model is not as observed. Of objects no more is compared than was observed,
 * unless it was observed whole; a list is observed whole always.
 */
export function differencesOf(
  path: string,
  model: Json | undefined,
  observed: Json,
  isWhole = false,
): readonly Difference[] {
  if (isFields(observed) && model !== undefined && isFields(model)) {
    const more = isWhole ? Object.keys(model).filter((key) => !(key in observed)) : [];
    return [
      ...Object.entries(observed).flatMap(([key, value]) =>
        differencesOf(`${path}.${key}`, own(model, key), value, isWhole),
      ),
      ...more.map((key) => ({
        path: `${path}.${key}`,
        model: model[key] as Json,
        observed: null,
      })),
    ];
  }
  if (Array.isArray(observed) && Array.isArray(model) && observed.length === model.length)
    return observed.flatMap((item: Json, at) =>
      differencesOf(`${path}[${at}]`, model[at] as Json, item, isWhole),
    );
  return model === observed ? [] : [{ path, model: model ?? null, observed }];
}

const own = (fields: Fields, key: string): Json | undefined =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

type Compare = typeof differencesOf;

/** `forward` is seen of `{forward: 'charging'}`, as XState's `matches` has it. */
const placeDifferences: Compare = (path, model, observed, isWhole = false) => {
  const isInside = typeof observed === 'string' && model !== undefined && isFields(model);
  if (isInside && !isWhole && Object.hasOwn(model, observed)) return [];
  return differencesOf(path, model, observed, isWhole);
};

/** Which keys were looked at is always open; each of them may be seen whole. */
const contextDifferences: Compare = (path, model, observed, isWhole = false) => {
  if (!isFields(observed) || model === undefined || !isFields(model))
    return differencesOf(path, model, observed, isWhole);
  return Object.entries(observed).flatMap(([key, value]) =>
    differencesOf(`${path}.${key}`, own(model, key), value, isWhole),
  );
};

const COMPARES: Readonly<Record<string, Compare>> = {
  value: placeDifferences,
  context: contextDifferences,
};

/** What the view of an actor leaves out where there is nothing to say. */
const UNSAID: Fields = { mode: 'up', pending: [], timers: [], survives: null, saved: null };
const UNSAID_BY_BODY = {
  there: { ...UNSAID, context: {}, status: 'active' },
  gone: { ...UNSAID, value: null, context: null },
} as const satisfies Record<string, Fields>;
/** The keys of an actor's view. */
export const ACTOR_KEYS: readonly string[] = [...Object.keys(UNSAID_BY_BODY.there), 'value'];

function actorDifferences(
  name: string,
  view: Json,
  observed: Json,
  isWhole: boolean,
): readonly Difference[] {
  const said = view as Fields;
  const model: Fields = { ...UNSAID_BY_BODY['value' in said ? 'there' : 'gone'], ...said };
  if (!isFields(observed)) return differencesOf(name, model, observed);
  return Object.entries(observed).flatMap(([key, value]) => {
    const differences = COMPARES[key] ?? differencesOf;
    return differences(`${name}.${key}`, own(model, key), value, isWhole);
  });
}

/** Compares states with what was seen of one; what actors contribute is remembered. */
export class Seen {
  private readonly compiled: Compiled;
  private readonly isWhole: boolean;
  private readonly actors: readonly (readonly [index: number, name: string, seen: Json])[];
  private readonly others: readonly (readonly [component: string, seen: Json])[];
  private readonly known = new Map<string, readonly Difference[]>();

  constructor(compiled: Compiled, state: SeenState, isWhole: boolean) {
    this.compiled = compiled;
    this.isWhole = isWhole;
    const numbered = Object.entries(state).map(
      ([name, seen]) => [compiled.actorNames.indexOf(name), name, seen] as const,
    );
    this.actors = numbered.filter(([index]) => index >= 0);
    this.others = numbered.flatMap(([index, name, seen]) => (index < 0 ? [[name, seen]] : []));
  }

  /** Where the state is not as seen; empty where it is. */
  differences(row: Int32Array): readonly Difference[] {
    const found: Difference[] = [];
    for (const [index, name, seen] of this.actors) {
      const key = `${index} ${row[index]}`;
      let differences = this.known.get(key);
      if (differences === undefined) {
        const view = this.compiled.stateView(row)[name] as Json;
        differences = actorDifferences(name, view, seen, this.isWhole);
        this.known.set(key, differences);
      }
      found.push(...differences);
    }
    if (this.others.length === 0) return found;
    const view = this.compiled.stateView(row);
    for (const [name, seen] of this.others) {
      const value = view[name] ?? (name.endsWith('.adrift') ? [] : undefined);
      found.push(...differencesOf(name, value, seen, true));
    }
    return found;
  }
}

/** Whether an action is one that a pattern means. */
export function matches(compiled: Compiled, action: Action, pattern: StepPattern): boolean {
  const { actor, event, fault, label } = pattern;
  if (actor !== undefined && compiled.actorNames[action.actor] !== actor) return false;
  if (fault !== undefined && (action.fault?.name ?? null) !== fault) return false;
  if (label !== undefined && action.label !== label) return false;
  return event === undefined || differencesOf('event', action.event, event).length === 0;
}
