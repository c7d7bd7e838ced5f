import { canonical } from '../machine/canonical.ts';
import { compile } from '../machine/compile.ts';
import type { System } from '../model/system.ts';
import type { Trace, TraceStep } from '../model/verdict.ts';

/** As a report stores it: what is undefined is left out. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

const same = (a: unknown, b: unknown): boolean =>
  canonical(stored(a), 'a', 'retrace') === canonical(stored(b), 'b', 'retrace');

/** A step that is not what the model does: our mistake, never the user's. */
export class TraceRefuted extends Error {}

/**
 * Walks a trace again, from nothing: machines are compiled anew and every step is taken by XState,
 * without any table of the search. The shape of the lasso is checked too.
 * @throws TraceRefuted when a step does not exist or ends elsewhere
 */
export function retrace(system: System, trace: Trace): void {
  const fresh = compile(system, []);
  const start = fresh.initial.find((state) => same(fresh.stateView(state), trace.initial));
  if (start === undefined) throw new TraceRefuted('the trace starts in no initial state');
  const visited: Int32Array[] = [start];
  for (const [number, step] of trace.steps.entries()) {
    const from = visited.at(-1) as Int32Array;
    const next = successor(fresh, from, step);
    if (next === null)
      throw new TraceRefuted(`step ${number + 1} (${step.event.type}) does not exist`);
    visited.push(next);
  }
  if (trace.loop === null) return;
  if (!same([...(visited[trace.loop] as Int32Array)], [...(visited.at(-1) as Int32Array)])) {
    throw new TraceRefuted('the loop of the trace does not close');
  }
}

function successor(
  fresh: ReturnType<typeof compile>,
  from: Int32Array,
  step: TraceStep,
): Int32Array | null {
  for (let rule = 0; rule < fresh.rules; rule += 1) {
    for (const { action, writes } of fresh.expand(rule, from).answer) {
      const { actor, event, label, fault } = fresh.action(action);
      if (fresh.actorNames[actor] !== step.actor || label !== step.label) continue;
      if (!same(event, step.event) || !same(fault, step.fault)) continue;
      const next = from.slice();
      for (let i = 0; i < writes.length; i += 2)
        next[writes[i] as number] = writes[i + 1] as number;
      if (same(fresh.stateView(next), step.state)) return next;
    }
  }
  return null;
}
