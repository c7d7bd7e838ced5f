import type { Analysis } from '../check/analysis.ts';
import { pathTo, type NumberedPath } from '../check/path.ts';
import { RESTART } from '../machine/rules-node.ts';
import { situation } from './fault-points.ts';
import type { HiddenFault } from './stage.ts';
import type { Call } from './strike.ts';

/** A place where a fault must be masked: the model takes the step as if nothing had happened. */
export interface HiddenPoint {
  readonly name: string;
  readonly path: NumberedPath;
  readonly hidden: HiddenFault;
}

/** A step of the model that calls the store, and where the orchestrator is then. */
interface CallSite {
  readonly call: Call;
  readonly place: string;
  readonly path: NumberedPath;
  /** Index of the step in the path. */
  readonly step: number;
  /** Whether the orchestrator is where final or partial failures lead (spec 3.2). */
  readonly isUndoing: boolean;
}

/** Which call the step is that takes the event; null for most events. */
function callOf(
  analysis: Analysis,
  orchestrator: number,
  state: number,
  event: string,
): Pick<CallSite, 'call' | 'place' | 'isUndoing'> | null {
  const { locals } = analysis.compiled.world.actor(orchestrator);
  const { body, saved } = locals.at(analysis.found.row(state)[orchestrator] as number);
  if (event === RESTART) {
    const { value } = JSON.parse(saved ?? '{}') as { value?: unknown };
    return {
      call: 'recovery',
      isUndoing: false,
      place: `from ${JSON.stringify(value).replaceAll('"', '')}`,
    };
  }
  const isSave = body?.requests.some(({ id, save }) => save !== null && event.endsWith(`.${id}`));
  if (isSave !== true) return null;
  const { permanent, partial } = analysis.compiled.world.tolerance.recovery ?? {};
  const tags = (body?.snapshot.tags ?? new Set()) as ReadonlySet<unknown>;
  const isUndoing = tags.has(permanent) || tags.has(partial);
  return { call: 'save', isUndoing, place: situation(body) };
}

/** Every distinct such step, each with a shortest way through it, in breadth-first order. */
export function callSites(analysis: Analysis, orchestrator: number): readonly CallSite[] {
  const { graph, compiled } = analysis;
  const sites = new Map<string, CallSite>();
  for (let from = 0; from < analysis.states; from += 1) {
    const end = graph.offsets[from + 1] as number;
    for (let edge = graph.offsets[from] as number; edge < end; edge += 1) {
      const action = graph.actions[edge] as number;
      const { actor, event, fault } = compiled.action(action);
      if (actor !== orchestrator || fault !== null) continue;
      const found = callOf(analysis, orchestrator, from, event.type);
      if (found === null || sites.has(`${found.call} ${found.place}`)) continue;
      const { start, steps } = pathTo(analysis, from);
      const to = graph.targets[edge] as number;
      const path = { start, steps: [...steps, { action, to }], loop: null };
      sites.set(`${found.call} ${found.place}`, { ...found, path, step: steps.length });
    }
  }
  return [...sites.values()];
}

/** What the worker's own world may do to each of these steps without anybody noticing. */
export function hiddenPoints(analysis: Analysis, orchestrator: number): readonly HiddenPoint[] {
  return callSites(analysis, orchestrator).flatMap(({ call, place, path, step }): HiddenPoint[] => {
    if (call === 'recovery') {
      const kind = 'SIGKILL during recovery';
      return [{ name: `${kind} ${place}`, path, hidden: { step, kind } }];
    }
    return (['cut before COMMIT', 'cut after COMMIT'] as const).map((kind) => {
      return { name: `connection ${kind}, ${place}`, path, hidden: { step, kind } };
    });
  });
}
