import type { Compiled } from '../../machine/compile.ts';
import type { Action } from '../../model/integer-system.ts';

/** An actor that recovers: in dom(R), and neither finished nor halted for good. */
interface Recoverer {
  readonly actor: number;
  readonly isPaused: boolean;
  /** Whether an invoke is pending: recovery waits for its answer. */
  readonly isWaiting: boolean;
}

/** Who recovers in which state; each local state is looked at once. */
export class Recoverers {
  private readonly compiled: Compiled;
  private readonly known: (Recoverer | null | undefined)[][] = [];

  constructor(compiled: Compiled) {
    this.compiled = compiled;
  }

  private look(actor: number, local: number): Recoverer | null {
    const { world } = this.compiled;
    const { mode, body } = world.actor(actor).locals.at(local);
    if (mode === 'halted') return null;
    if (body === null) return { actor, isPaused: false, isWaiting: false };
    if (body.snapshot.status === 'done' || !world.isTagged(body)) return null;
    return { actor, isPaused: mode === 'paused', isWaiting: body.requests.length > 0 };
  }

  in(state: Int32Array): readonly Recoverer[] {
    const found: Recoverer[] = [];
    for (const { index } of this.compiled.world.instances) {
      const row = (this.known[index] ??= []);
      const local = state[index] as number;
      let one = row[local];
      if (one === undefined) one = row[local] = this.look(index, local);
      if (one !== null) found.push(one);
    }
    return found;
  }
}

const isTimer = ({ event }: Action): boolean => event.type.startsWith('xstate.after.');

/** The R steps of an actor among those of a state; its timers where it has no others. */
export function ownSteps(actor: number, steps: readonly Action[]): readonly Action[] {
  const own = steps.filter((step) => step.actor === actor && step.label === 'R');
  const prompt = own.filter((step) => !isTimer(step));
  return prompt.length > 0 ? prompt : own;
}

/** Looks for one who recovers and has a wrong number of own steps; null: all is well. */
export type Demand = (
  recoverers: readonly Recoverer[],
  steps: readonly Action[],
) => { readonly actor: number; readonly own: readonly Action[] } | null;

const first = (
  recoverers: readonly Recoverer[],
  steps: readonly Action[],
  isWrong: (recoverer: Recoverer, own: readonly Action[]) => boolean,
): ReturnType<Demand> => {
  for (const recoverer of recoverers) {
    const { actor } = recoverer;
    const own = ownSteps(actor, steps);
    if (isWrong(recoverer, own)) return { actor, own };
  }
  return null;
};

/** Whoever recovers can go on (spec 4.1). */
export const isTotal: Demand = (recoverers, steps) =>
  first(
    recoverers,
    steps,
    ({ isPaused, isWaiting }, own) => !isPaused && !isWaiting && own.length === 0,
  );

/** Whoever recovers has no choice (spec 4.3). */
export const isDeterministic: Demand = (recoverers, steps) =>
  first(recoverers, steps, (_, own) => own.length > 1);
