import type { FiredFault, StateView, Trace, TraceStep } from '../model/verdict.ts';
import type { Stepping } from './stepping.ts';
import type { Walk } from './walk.ts';

function lineOf({ actor, event, label, fault }: TraceStep, index: number): string {
  const { type, ...payload } = event;
  const load = Object.keys(payload).length === 0 ? '' : ` ${JSON.stringify(payload)}`;
  const name = fault === null ? '' : `  <- ${fault.name}`;
  return `${String(index + 1).padStart(4)} ${label} ${actor} ${type}${load}${name}`;
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * A behaviour of the model from an initial state, with the faults that strike in it. It is a
 * value: the states are written out when they are asked for.
 */
export class FailureSequence {
  private readonly stepping: Stepping;
  /** The behaviour in numbers. */
  readonly walk: Walk;
  private cachedSteps: readonly TraceStep[] | null = null;

  constructor(stepping: Stepping, walk: Walk) {
    this.stepping = stepping;
    this.walk = walk;
  }

  /** Number of steps. */
  get length(): number {
    return this.walk.steps.length;
  }

  /** The state before the first step. */
  get initial(): StateView {
    return this.stepping.compiled.stateView(this.walk.start.row);
  }

  /** Every step with the state it leads to. */
  get steps(): readonly TraceStep[] {
    this.cachedSteps ??= this.walk.steps.map((step) => this.stepping.traceStep(step));
    return this.cachedSteps;
  }

  /** The faults that strike, in order; the same one may strike several times. */
  get faults(): readonly FiredFault[] {
    const { compiled } = this.stepping;
    return this.walk.steps.flatMap(({ action }) => compiled.action(action).fault ?? []);
  }

  /** The behaviour as documents have it. */
  get trace(): Trace {
    return { initial: this.initial, steps: this.steps, loop: null };
  }

  /** One line per step: number, label, actor, event and payload, and the fault it is. */
  toString(): string {
    const { faults, steps } = this;
    const names = faults.length === 0 ? '' : ` (${faults.map(({ name }) => name).join(', ')})`;
    const head = `${counted(this.length, 'step')}, ${counted(faults.length, 'fault')}${names}`;
    return [head, ...steps.map(lineOf)].join('\n');
  }
}
