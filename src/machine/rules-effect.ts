import { isFailure, TOLD, type EffectFault } from '../model/failure.ts';
import { ReconvergeError } from '../model/error.ts';
import type { AnyEffect } from '../model/system.ts';
import type { JsonEvent } from '../model/verdict.ts';
import type { Reply, Request } from './body.ts';
import { checkSurvivesJson } from '../model/survives-json.ts';
import { Draft } from './draft.ts';
import type { Instance } from './instance.ts';
import type { Local } from './local.ts';
import type { Probe } from './probe.ts';
import { deepFreeze, evaluate } from './purity.ts';
import { brokenClaim } from './claim.ts';
import { declared, ownLabel, type Rule, type Steps } from './steps.ts';
import type { World } from './world.ts';

const eventOf = (effect: AnyEffect, src: string, input: unknown): JsonEvent =>
  deepFreeze(evaluate(`effects.${src}.send`, () => effect.send({ input }) as JsonEvent));

function replyOf(world: World, draft: Draft, request: Request, service: number): Reply {
  const { reply } = world.effect(request.src);
  if (reply === undefined) return { is: 'done', output: undefined };
  const at = `effects.${request.src}.reply`;
  const { body } = draft.local(service);
  const answer = evaluate(at, () => reply({ service: body?.snapshot, input: request.input }));
  if (answer !== undefined) checkSurvivesJson(answer, 'reply', at);
  if (isFailure(answer)) return { is: 'error', error: deepFreeze(answer) };
  return { is: 'done', output: deepFreeze(answer) };
}

/**
 * What a fault does to a request instead of serving it; null when the service must be up and is
 * not.
 */
function faulty(
  world: World,
  draft: Draft,
  fault: EffectFault,
  request: Request,
  service: number,
): JsonEvent {
  const { src, input } = request;
  const effect = world.effect(src);
  const event = eventOf(effect, src, input);
  if (fault === 'loseReply') draft.request(service, event);
  if (fault === 'late') {
    draft.setAdriftRequest(request, declared(world, `${src}.late`)?.pool === null);
  }
  if (fault !== 'halfDone') return event;
  const half = world.tolerance.faults?.[src]?.halfDone;
  if (half === undefined) throw new Error('internal: no half to do');
  const halfEvent = eventOf({ ...effect, send: half.send }, src, input);
  draft.request(service, halfEvent);
  return halfEvent;
}

const FAULTS = Object.keys(TOLD) as readonly EffectFault[];
const NEEDS_SERVICE: ReadonlySet<EffectFault> = new Set(['loseReply', 'refuse', 'halfDone']);

/** Whether a service takes requests: up, and not ended by a failure of its own. */
const isThere = ({ mode, body }: Local): boolean =>
  mode === 'up' && body !== null && body.snapshot.status !== 'error';

function serveOne(world: World, asker: number, request: Request, start: Draft, steps: Steps): void {
  const effect = world.effect(request.src);
  const service = world.instance(effect.to, `effects.${request.src}`).index;
  const isUp = isThere(start.local(service));
  const isRecovery = [asker, service].some((actor) => world.isRecovering(start.local(actor)));
  if (isUp) {
    const draft = start.fork();
    const event = eventOf(effect, request.src, request.input);
    // Served from now on: an asker that this very step makes leave has no request under way.
    draft.setReply(asker, request, { is: 'done', output: undefined });
    draft.request(service, event);
    draft.replaceReply(asker, request, replyOf(world, draft, request, service));
    steps.emit(draft, { actor: service, event, label: isRecovery ? 'R' : 'P' });
  }
  for (const kind of FAULTS) {
    const fault = declared(world, `${request.src}.${kind}`);
    if (fault === null || (!isUp && NEEDS_SERVICE.has(kind))) continue;
    const draft = start.fork();
    if (!draft.spend(fault)) continue;
    draft.setReply(asker, request, { is: 'error', error: TOLD[kind] });
    const event = faulty(world, draft, kind, request, service);
    steps.emit(draft, { actor: service, event, label: 'F', fault: fault.fired });
  }
}

/** Pending invokes of one asker are served, or a fault strikes (spec 1.5, 2.3). */
export function serveRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    for (const request of start.local(index).body?.requests ?? []) {
      if (request.reply === null && request.save === null) {
        serveOne(world, index, request, start, steps);
      }
    }
  };
  return { name: `${name} effects`, kind: 'serve', of: index, expand };
}

/** A reply reaches its asker, or its checkpoint is saved (spec 1.5, 5.4). */
export function answerRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    const local = start.local(index);
    if (local.body === null || !start.isRunning(index)) return;
    const label = ownLabel(world, start, index);
    const strong = local.body.timers.length > 0;
    for (const request of local.body.requests) {
      const reply: Reply | null =
        request.save === null ? request.reply : { is: 'done', output: undefined };
      if (reply === null) continue;
      const draft = start.fork();
      if (request.save !== null) draft.setLocal(index, { ...local, saved: request.save });
      const event = draft.answer(index, request, reply);
      const broken = brokenClaim(world, probe, start, draft, index, reply);
      steps.emit(draft, {
        actor: index,
        event,
        label,
        strong,
        brokenClaim: broken === null ? -1 : steps.claim(broken),
      });
    }
  };
  return { name: `${name} replies`, kind: 'deliver', of: index, expand };
}

/** A request that nobody awaits is applied after all: a fault without a budget (spec 2.5). */
export function adriftRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    const zombies = start.adrift(index);
    if (zombies.length === 0 || !isThere(start.local(index))) return;
    for (const [position, zombie] of zombies.entries()) {
      const draft = start.fork();
      if (!zombie.forever) draft.setAdrift(index, zombies.toSpliced(position, 1));
      const event = zombie.event as JsonEvent;
      draft.request(index, event);
      const fired = {
        name: `${name}.adrift`,
        kind: 'network',
        persistence: 'partial',
        class: 'timing',
      } as const;
      steps.emit(draft, { actor: index, event, label: 'F', fault: fired });
    }
  };
  return { name: `${name} adrift`, kind: 'adrift', of: index, expand };
}

/** @throws ReconvergeError RCV206 when an effect names no single actor */
export function checkEffects(world: World): void {
  for (const [src, { to }] of Object.entries(world.tolerance.effects ?? {})) {
    world.instance(to, `effects.${src}.to`);
  }
  const effects = new Set(Object.keys(world.tolerance.effects ?? {}));
  const targets = new Set([
    ...effects,
    ...Object.keys(world.parts),
    ...Object.keys(world.tolerance.hosts ?? {}),
  ]);
  for (const [target, kinds] of Object.entries(world.tolerance.faults ?? {})) {
    if (!targets.has(target)) {
      throw new ReconvergeError('RCV206', `faults names '${target}', which can not fail`, {
        at: 'faults',
        hint: `actors, hosts and effects: ${[...targets].join(', ')}`,
      });
    }
    const fitting: readonly string[] = effects.has(target) ? FAULTS : ['crash', 'pause', 'halt'];
    const wrong = Object.keys(kinds).find((kind) => !fitting.includes(kind));
    if (wrong === undefined) continue;
    throw new ReconvergeError('RCV205', `'${wrong}' cannot happen to '${target}'`, {
      at: `faults.${target}`,
      hint: `what can: ${fitting.join(', ')}`,
    });
  }
}
