import type { Actions, ModelAction } from '../generate/action.ts';
import { seenState, type Observed, type SeenState } from '../generate/seen-state.ts';
import type { State, Step, Stepping } from '../generate/stepping.ts';
import { canonical } from '../machine/canonical.ts';
import { ReconvergeError } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import type { Driver } from './driver.ts';

/** States that spontaneous steps may lead to at once, at most. */
const STATES_MAX = 20_000;

/** What of a driver decides how the model is followed. */
export type Ways = Pick<Driver, 'view' | 'spontaneous' | 'settles' | 'undecided'>;

/** Equal for what is equal as JSON, whatever the order of keys. */
const text = (value: unknown): string =>
  canonical(JSON.parse(JSON.stringify(value ?? null)), 'state', 'read');

type Fields = Readonly<Record<string, Json>>;

/** The part of `seen` that `observed` looked at: the same actors, fields and keys of contexts. */
function lookedAt(seen: SeenState, observed: Observed): Json {
  const actors = Object.entries(observed).flatMap(([actor, fields]) => {
    const own = seen[actor];
    if (fields === undefined) return [];
    if (own === undefined) {
      throw new ReconvergeError('RCV611', `read answers of '${actor}', which is no actor`, {
        at: 'read',
        hint: `actors: ${Object.keys(seen).join(', ')}; or give the driver a view of its own`,
      });
    }
    const shown = Object.entries(fields).flatMap(([field, value]): [string, Json][] => {
      if (value === undefined) return [];
      const whole = own[field as keyof typeof own] as Json;
      if (field !== 'context' || whole === null || value === null) return [[field, whole]];
      const keys = Object.keys(value as Fields);
      const part = keys.map((key): [string, Json] => [key, (whole as Fields)[key] ?? null]);
      return [[field, Object.fromEntries(part)]];
    });
    return [[actor, Object.fromEntries(shown)] as const];
  });
  return Object.fromEntries(actors);
}

/**
 * The states in which the model may be, by what was done and what was seen. Whatever the system may
 * do by itself, and whatever the driver does not decide, adds states; every observation takes those
 * away that look otherwise. None left: the model has no behaviour like this one.
 */
export class Tracker {
  private readonly stepping: Stepping;
  private readonly actions: Actions;
  private readonly ways: Ways;
  private possible: ReadonlySet<State> = new Set();

  constructor(stepping: Stepping, actions: Actions, ways: Ways) {
    this.stepping = stepping;
    this.actions = actions;
    this.ways = ways;
  }

  get states(): readonly State[] {
    return [...this.possible];
  }

  /** Whether the model may have come to a state, and gone on from there by itself. */
  mayHaveReached(state: State): boolean {
    return [...this.spread([state])].some((one) => this.possible.has(one));
  }

  begin(start: State): void {
    this.possible = this.spread([start]);
  }

  /** Whether the action is possible in some of the states. */
  allows(action: ModelAction): boolean {
    return this.after(action).length > 0;
  }

  /** An action was taken. */
  take(action: ModelAction): void {
    this.possible = this.spread(this.after(action));
  }

  /**
   * Something was seen. Answers what the model would have shown instead, each once; empty where
   * some of the states look like it.
   */
  see(observed: Json): readonly Json[] {
    const expected = new Map<string, Json>();
    const left = new Set<State>();
    for (const state of this.possible) {
      const [shown, seen] = this.compared(state, observed);
      if (text(shown) === text(seen)) left.add(state);
      else expected.set(text(shown), shown);
    }
    if (left.size === 0) return [...expected.values()];
    this.possible = left;
    return [];
  }

  /** What the model shows in a state, as far as it was looked at, and what was seen. */
  private compared(state: State, observed: Json): readonly [Json, Json] {
    const seen = seenState(this.stepping, state);
    const { view } = this.ways;
    if (view !== null) return [view(seen), observed];
    if (typeof observed !== 'object' || observed === null || Array.isArray(observed)) {
      throw new ReconvergeError('RCV611', 'read answers something that is not by actors', {
        at: 'read',
        hint: 'answer { actor: { status, value, context } }, or give the driver a view of its own',
      });
    }
    return [lookedAt(seen, observed as Observed), observed];
  }

  private after(action: ModelAction): readonly State[] {
    const isUndecided = this.ways.undecided.has(action.name);
    const wanted = canonical(action, 'action', 'identity');
    return [...this.possible].flatMap((from) =>
      this.stepping.steps(from).flatMap((step) => {
        const isIt = isUndecided
          ? this.actions.of(from, step).name === action.name
          : this.actions.identity(from, step) === wanted;
        return isIt ? [step.to] : [];
      }),
    );
  }

  /** Whatever may have happened by itself since, happened or did not; all of it, if it settles. */
  private spread(from: readonly State[]): ReadonlySet<State> {
    const { spontaneous, settles } = this.ways;
    const reached = new Set(from);
    if (spontaneous.size === 0) return reached;
    const still = new Set<State>();
    for (const state of reached) {
      const own = this.stepping.steps(state).filter((step) => this.isOwn(state, step));
      if (own.every(({ isFault }) => isFault)) still.add(state);
      for (const { to } of own) reached.add(to);
      if (reached.size > STATES_MAX) {
        throw new ReconvergeError('RCV612', 'what the system may do by itself has no end', {
          at: 'spontaneous',
          hint: `more than ${STATES_MAX} states may follow one step: name fewer steps`,
        });
      }
    }
    // Where it goes round for ever, nothing says when it is looked at.
    return settles && still.size > 0 ? still : reached;
  }

  private isOwn(from: State, step: Step): boolean {
    return this.ways.spontaneous.has(this.actions.of(from, step).name);
  }
}
