import { compile, type Compiled } from '../machine/compile.ts';
import { stateKey, successor, type Outcome } from '../model/integer-system.ts';
import type { Recovery } from '../model/recovery.ts';
import type { System } from '../model/system.ts';
import type { StateView } from '../model/verdict.ts';

/** A state of S, opaque but for how it reads. */
export interface GlobalState {
  readonly vector: Int32Array;
  readonly view: StateView;
}

/**
 * S and R of the tuple (S, F, R), read off the machines; F are the names of the declared faults.
 */
export interface DerivedRecovery {
  readonly initial: readonly GlobalState[];
  readonly faults: readonly string[];
  /** Every step from a state, faults included, as states: how one walks through S. */
  readonly successors: (state: GlobalState) => readonly GlobalState[];
  /** `recover(f, s)` of spec 3.4: total; s itself where f is not enabled. */
  readonly recover: Recovery<GlobalState, string>;
}

function outcomes(compiled: Compiled, from: Int32Array): readonly Outcome[] {
  return compiled.order.flatMap((rule) => compiled.expand(rule, from).answer);
}

/**
 * The next micro-step: a failure that waits to be told, else an R step, timers last. Null when
 * nobody recovers any more, or nobody can.
 */
function microStep(compiled: Compiled, from: Int32Array): Outcome | null {
  const typed = outcomes(compiled, from).map((outcome) => {
    return { outcome, ...compiled.action(outcome.action) };
  });
  const told = typed.find(
    ({ event, label }) => label !== 'F' && event.type.startsWith('xstate.error.'),
  );
  const steps = typed.filter(({ label }) => label === 'R');
  const prompt = steps.find(({ event }) => !event.type.startsWith('xstate.after.'));
  return (told ?? prompt ?? steps[0])?.outcome ?? null;
}

/**
 * The tuple (S, F, R) of a system as a total function. For people, documents and tests (spec 3.4).
 */
export function recoveryOf(system: System): DerivedRecovery {
  const compiled = compile(system, []);
  const state = (vector: Int32Array): GlobalState => ({ vector, view: compiled.stateView(vector) });
  const recover: Recovery<GlobalState, string> = (fault, from) => {
    const struck = outcomes(compiled, from.vector).find(
      ({ action }) => compiled.action(action).fault?.name === fault,
    );
    if (struck === undefined) return from;
    const passed = new Set<string>();
    let at = successor(from.vector, struck.writes);
    for (let step = microStep(compiled, at); step !== null; step = microStep(compiled, at)) {
      const key = stateKey(at);
      if (passed.has(key)) break;
      passed.add(key);
      at = successor(at, step.writes);
    }
    return state(at);
  };
  return {
    initial: compiled.initial.map(state),
    faults: [...compiled.world.plan.faults.keys()],
    successors: ({ vector }) =>
      outcomes(compiled, vector).map(({ writes }) => state(successor(vector, writes))),
    recover,
  };
}
