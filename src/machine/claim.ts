import type { AnyView } from '../model/system.ts';
import type { Reply } from './body.ts';
import type { Draft } from './draft.ts';
import type { Probe } from './probe.ts';
import { evaluate } from './purity.ts';
import { viewOf } from './view.ts';
import type { World } from './world.ts';

function mayEscalate(world: World, probe: Probe, persistence: string): boolean {
  const escalates = world.tolerance.escalates?.transient;
  if (persistence !== 'transient' || escalates === undefined) return false;
  return evaluate('escalates.transient', () => escalates(viewOf(world, probe) as AnyView));
}

/**
 * The claim of R on one delivery (spec 3.5): a failure of persistence p, told to an actor in a
 * state without a recovery tag, leads to a stable state tagged `recovery[p]`, or escalates as
 * declared. Returns what is wrong, or null.
 */
export function brokenClaim(
  world: World,
  probe: Probe,
  before: Draft,
  after: Draft,
  actor: number,
  reply: Reply,
): string | null {
  const { recovery } = world.tolerance;
  if (reply.is === 'done' || recovery === undefined) return null;
  const { body } = before.local(actor);
  if (body === null || world.isTagged(body)) return null;
  const { persistence, kind } = reply.error;
  const next = after.local(actor).body?.snapshot;
  const { name } = world.actor(actor).instance;
  const told = `a ${persistence} ${kind} failure told to ${name} in ${JSON.stringify(body.snapshot.value)}`;
  if (next === undefined || next.status === 'error') return `${told} is handled by no transition`;
  const tags = next.tags as Set<string>;
  if (tags.has(recovery[persistence])) return null;
  const escalated = mayEscalate(world, probe, persistence);
  if (escalated && tags.has(recovery.permanent)) return null;
  const wanted = escalated
    ? `${recovery[persistence]} or ${recovery.permanent}`
    : recovery[persistence];
  return `${told} leads to ${JSON.stringify(next.value)}, which is not tagged ${wanted}`;
}
