import { canonical } from '../machine/canonical.ts';
import { compile } from '../machine/compile.ts';
import { stateKey, successor } from '../model/integer-system.ts';
import type { System } from '../model/system.ts';
import type { Trace, TraceStep } from '../model/verdict.ts';

/** As a report stores it: what is undefined is left out. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

const same = (a: unknown, b: unknown): boolean =>
  canonical(stored(a), 'a', 'retrace') === canonical(stored(b), 'b', 'retrace');

/** A step that is not what the model does: our mistake, never the user's. */
export class TraceRefuted extends Error {}

/** States visited so far. There may be several: what people read of two states can be the same. */
type Chain = readonly Int32Array[];

const keyOf = (state: Int32Array | undefined): string | null =>
  state === undefined ? null : stateKey(state);

/**
 * Walks a trace again, from nothing: machines are compiled anew and every step is taken by XState,
 * without any table of the search. The shape of the lasso is checked too.
 * @throws TraceRefuted when a step does not exist or ends elsewhere
 */
export function retrace(system: System, trace: Trace): void {
  const fresh = compile(system, []);
  let chains: readonly Chain[] = fresh.starts
    .alike((actor, seen) => same(seen, trace.initial[actor]))
    .filter((state) => same(fresh.stateView(state), trace.initial))
    .map((state) => [state]);
  if (chains.length === 0) throw new TraceRefuted('the trace starts in no initial state');
  for (const [number, step] of trace.steps.entries()) {
    const longer = chains.flatMap((chain) =>
      successors(fresh, chain.at(-1) as Int32Array, step).map((next): Chain => [...chain, next]),
    );
    if (longer.length === 0) {
      throw new TraceRefuted(`step ${number + 1} (${step.event.type}) does not exist`);
    }
    chains = distinct(longer, trace.loop);
  }
  const { loop } = trace;
  if (loop === null || chains.some((chain) => keyOf(chain[loop]) === keyOf(chain.at(-1)))) return;
  throw new TraceRefuted('the loop of the trace does not close');
}

/** Chains that differ in what matters: where they are, and where their loop began. */
function distinct(chains: readonly Chain[], loop: number | null): readonly Chain[] {
  const keyed = chains.map((chain): [string, Chain] => {
    const start = loop === null ? '' : (keyOf(chain[loop]) ?? '');
    return [`${keyOf(chain.at(-1))} ${start}`, chain];
  });
  return [...new Map(keyed).values()];
}

function successors(
  fresh: ReturnType<typeof compile>,
  from: Int32Array,
  step: TraceStep,
): readonly Int32Array[] {
  const found: Int32Array[] = [];
  for (const rule of fresh.order) {
    for (const { action, writes } of fresh.expand(rule, from).answer) {
      const { actor, event, label, fault } = fresh.action(action);
      if (fresh.actorNames[actor] !== step.actor || label !== step.label) continue;
      if (!same(event, step.event) || !same(fault, step.fault)) continue;
      const next = successor(from, writes);
      if (same(fresh.stateView(next), step.state)) found.push(next);
    }
  }
  return found;
}
