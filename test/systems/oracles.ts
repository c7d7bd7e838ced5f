import { Actions } from '../../src/generate/action.ts';
import { seenState, type SeenState } from '../../src/generate/seen-state.ts';
import type { State, Step, Stepping } from '../../src/generate/stepping.ts';
import { isWeapon, type Letter } from './letters.ts';
import { STEPS } from './steps.ts';

/** What is seen of a system after a letter. */
export interface Seen {
  /** How often each step was performed in the ledger. */
  readonly effects: readonly number[];
  /** Whether a process that lives works on the payment, or its end is stored. */
  readonly progress: boolean;
  /** Steps asked for anew although a later one had been asked for before: what was stored is lost. */
  readonly acknowledged: readonly string[];
  /** The result of the payment, once its end is stored. */
  readonly outcome: string | null;
}

export type Oracle = keyof Seen;
export const ORACLES = ['effects', 'progress', 'acknowledged', 'outcome'] as const;

const workers = (state: SeenState) => [state['worker[0]']!, state['worker[1]']!];
const works = ({ status, value }: { status: string; value: unknown }): boolean =>
  status === 'active' && (value === 'asking' || value === 'saving');

/** What the model shows of a state. */
function shown(state: SeenState): Seen {
  const stored = Number(state['jobs']!.context?.['stored']);
  const isDone = stored === STEPS.length;
  return {
    effects: state['ledger']!.context?.['rows'] as readonly number[],
    progress: isDone || workers(state).some(works),
    acknowledged: [],
    outcome: isDone ? STEPS.join(' ') : null,
  };
}

type Wanted = (name: string, at: { actor: string; before: SeenState }) => boolean;

/** The states in which the model may be, by what was done and what one oracle has seen. */
export class Belief {
  private readonly stepping: Stepping;
  private readonly actions: Actions;
  private possible: ReadonlySet<State>;

  constructor(stepping: Stepping) {
    this.stepping = stepping;
    this.actions = new Actions(stepping);
    this.possible = this.settled([stepping.initial(0)], false);
  }

  private steps(from: State, wanted: Wanted): readonly Step[] {
    return this.stepping.steps(from).filter((step) => {
      const { name, actor } = this.actions.of(from, step);
      return wanted(name, { actor, before: seenState(this.stepping, from) });
    });
  }

  /** Every wanted step is taken, in any order, until there is none. */
  private all(from: Iterable<State>, wanted: Wanted): ReadonlySet<State> {
    const met = new Set(from);
    const ends = new Set<State>();
    for (const state of met) {
      const steps = this.steps(state, wanted);
      if (steps.length === 0) ends.add(state);
      for (const { to } of steps) met.add(to);
    }
    return ends;
  }

  /** One wanted step is taken; where there is none, nothing is. */
  private one(from: Iterable<State>, wanted: Wanted): readonly State[] {
    return [...from].flatMap((state) => {
      const steps = this.steps(state, wanted);
      return steps.length === 0 ? [state] : steps.map(({ to }) => to);
    });
  }

  /** A payment that is free is taken at once; what an upset costs may be lost at any time. */
  private settled(from: Iterable<State>, isUpset: boolean): ReadonlySet<State> {
    const met = new Set(from);
    const still = new Set<State>();
    const isUrgent: Wanted = (name) =>
      name === 'worker.TAKE' || (isUpset && name === 'worker.SAVE');
    const isOwn: Wanted = (name, at) =>
      isUrgent(name, at) || name === 'jobs.LOSE' || name === 'worker.FAIL';
    for (const state of met) {
      if (this.steps(state, isUrgent).length === 0) still.add(state);
      for (const { to } of this.steps(state, isOwn)) met.add(to);
    }
    return still;
  }

  take(letter: Letter): void {
    const striking = (fault: string, isIdle: boolean): Wanted => {
      return (name, { actor, before }) => name === fault && works(before[actor]!) !== isIdle;
    };
    const named =
      (wanted: string): Wanted =>
      (name) =>
        name === wanted;
    const after = (): Iterable<State> => {
      if (isWeapon(letter)) return this.one(this.possible, named('jobs.UPSET'));
      switch (letter) {
        case 'start':
          return this.one(this.possible, named('worker.START'));
        case 'serve':
          return this.all(this.possible, named('perform.serve'));
        case 'answer':
          return this.all(this.possible, named('perform.deliver'));
        case 'save':
          return this.all(this.possible, named('worker.SAVE'));
        case 'restart':
          return this.all(this.possible, named('worker.restart'));
        case 'wake':
          return this.all(this.possible, named('worker.wake'));
        case 'land':
          return this.all(this.possible, named('ledger.adrift'));
        case 'kill':
        case 'kill-idle':
          return this.one(this.possible, striking('worker.crash', letter !== 'kill'));
        default:
          return this.one(this.possible, striking('worker.pause', letter !== 'freeze'));
      }
    };
    this.possible = this.settled(after(), isWeapon(letter));
  }

  /** What an oracle may see now, each once, as JSON. */
  expects(oracle: Oracle): ReadonlySet<string> {
    const states = [...this.possible].map((state) => shown(seenState(this.stepping, state)));
    return new Set(states.map((one) => JSON.stringify(one[oracle])));
  }

  /** Keeps the states that look as was seen; false, and all of them kept, if none does. */
  see(oracle: Oracle, value: Seen[Oracle]): boolean {
    const text = JSON.stringify(value);
    const left = [...this.possible].filter(
      (state) => JSON.stringify(shown(seenState(this.stepping, state))[oracle]) === text,
    );
    if (left.length === 0) return false;
    this.possible = new Set(left);
    return true;
  }
}
