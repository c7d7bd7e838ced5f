import type { Analysis } from '../check/analysis.ts';
import { pathTo, type NumberedPath } from '../check/path.ts';
import { RESTART } from '../machine/rules-node.ts';
import { situation } from './fault-points.ts';
import type { HiddenFault } from './lockstep.ts';

/** A place where a fault must be masked: the model takes the step as if nothing had happened. */
export interface HiddenPoint {
  readonly name: string;
  readonly path: NumberedPath;
  readonly hidden: HiddenFault;
}

/** What may strike the step that takes an event, and in which situation; empty for most events. */
function strikes(
  analysis: Analysis,
  orchestrator: number,
  state: number,
  event: string,
): readonly { readonly kind: HiddenFault['kind']; readonly name: string }[] {
  const { locals } = analysis.compiled.world.actor(orchestrator);
  const { body, saved } = locals.at(analysis.found.row(state)[orchestrator] as number);
  if (event === RESTART) {
    const { value } = JSON.parse(saved ?? '{}') as { value?: unknown };
    const place = JSON.stringify(value).replaceAll('"', '');
    const kind = 'SIGKILL during recovery';
    return [{ kind, name: `${kind} from ${place}` }];
  }
  const isSave = body?.requests.some(({ id, save }) => save !== null && event.endsWith(`.${id}`));
  if (isSave !== true) return [];
  return (['cut before COMMIT', 'cut after COMMIT'] as const).map((kind) => {
    return { kind, name: `connection ${kind}, ${situation(body)}` };
  });
}

/** Every distinct such place, each with a shortest way through it, in breadth-first order. */
export function hiddenPoints(analysis: Analysis, orchestrator: number): readonly HiddenPoint[] {
  const { graph, compiled } = analysis;
  const points = new Map<string, HiddenPoint>();
  for (let from = 0; from < analysis.states; from += 1) {
    const end = graph.offsets[from + 1] as number;
    for (let edge = graph.offsets[from] as number; edge < end; edge += 1) {
      const action = graph.actions[edge] as number;
      const { actor, event, fault } = compiled.action(action);
      if (actor !== orchestrator || fault !== null) continue;
      for (const { kind, name } of strikes(analysis, orchestrator, from, event.type)) {
        if (points.has(name)) continue;
        const { start, steps } = pathTo(analysis, from);
        const to = graph.targets[edge] as number;
        const path = { start, steps: [...steps, { action, to }], loop: null };
        points.set(name, { name, path, hidden: { step: steps.length, kind } });
      }
    }
  }
  return [...points.values()];
}
