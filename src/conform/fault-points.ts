import type { Exploration } from '../explore/exploration.ts';
import type { Analysis } from '../check/analysis.ts';
import { pathTo, type NumberedPath } from '../check/path.ts';
import type { Body, Request } from '../machine/body.ts';
import type { Compiled } from '../machine/compile.ts';

/**
 * A place where a fault can strike the orchestrator: what it is in, what it waits for, and which
 * fault (spec 6.4). `path` is a shortest behaviour that ends with the fault.
 */
export interface FaultPoint {
  readonly name: string;
  readonly fault: string;
  readonly path: NumberedPath;
}

function phase({ src, reply, save }: Request): string {
  if (save !== null) return `before the commit of ${src}`;
  if (reply === null) return `before ${src}`;
  return reply.is === 'done' ? `after ${src}` : `after ${src} failed`;
}

/** Where an orchestrator is, in words; equal words are one fault point. */
export function situation(body: Body | null): string {
  if (body === null) return 'while down';
  const place = JSON.stringify(body.snapshot.value).replaceAll('"', '');
  const waiting = [...body.requests.map(phase), ...body.timers.flat().map(() => 'before a timer')];
  return waiting.length === 0 ? `in ${place}` : `in ${place}, ${waiting.join(' and ')}`;
}

/** Whether a crash edge is the one in which the save in flight took place. */
function committed(
  compiled: Compiled,
  found: Exploration,
  from: number,
  to: number,
  actor: number,
) {
  const { locals } = compiled.world.actor(actor);
  const before = locals.at(found.row(from)[actor] as number);
  const after = locals.at(found.row(to)[actor] as number);
  const inFlight = before.body?.requests.find((request) => request.save !== null)?.save ?? null;
  return inFlight !== null && after.saved === inFlight && before.saved !== inFlight;
}

/**
 * Every reachable (situation, fault) pair, each with a shortest way to it, in breadth-first order.
 */
export function faultPoints(analysis: Analysis, orchestrator: number): readonly FaultPoint[] {
  const { compiled, found, graph } = analysis;
  const { locals } = compiled.world.actor(orchestrator);
  const points = new Map<string, FaultPoint>();
  for (let from = 0; from < analysis.states; from += 1) {
    const end = graph.offsets[from + 1] as number;
    for (let edge = graph.offsets[from] as number; edge < end; edge += 1) {
      const action = graph.actions[edge] as number;
      const { fault } = compiled.action(action);
      if (fault === null) continue;
      const to = graph.targets[edge] as number;
      const { body } = locals.at(found.row(from)[orchestrator] as number);
      const where = situation(body);
      const decided = committed(compiled, found, from, to, orchestrator);
      const place = decided ? where.replace('before the commit of', 'after the commit of') : where;
      const name = `${fault.name} ${place}`;
      if (points.has(name)) continue;
      const { start, steps } = pathTo(analysis, from);
      const path = { start, steps: [...steps, { action, to }], loop: null };
      points.set(name, { name, fault: fault.name, path });
    }
  }
  return [...points.values()];
}

/** The path, then fault-free steps until none is left: what every fault-free run comes to. */
export function toTheEnd(analysis: Analysis, path: NumberedPath): NumberedPath {
  const { graph, progress } = analysis;
  const steps = [...path.steps];
  const passed = new Set<number>();
  let at = steps.at(-1)?.to ?? path.start;
  while (!passed.has(at)) {
    passed.add(at);
    for (
      let edge = graph.offsets[at] as number;
      edge < (graph.offsets[at + 1] as number);
      edge += 1
    ) {
      if (progress[edge] === 0) continue;
      at = graph.targets[edge] as number;
      steps.push({ action: graph.actions[edge] as number, to: at });
      break;
    }
  }
  return { start: path.start, steps, loop: null };
}
