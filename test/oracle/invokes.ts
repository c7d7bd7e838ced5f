import type { EventObject } from 'xstate';
import type { EffectFault, Failure } from '../../src/model/failure.ts';
import { isFailure } from '../../src/model/failure.ts';
import type { Allowance, OracleActor, Setting } from './setting.ts';
import type { GlobalState, Local, Reply, Request } from './state.ts';
import type { Turn } from './turn.ts';
import { left, move, recovers, running } from './move.ts';
import type { Move } from './move.ts';
import { actorOf, declaredFault } from './setting.ts';
import { lookAt } from './machine.ts';
import { answerEvent, decode, plain } from './state.ts';
import { isRunning } from './turn.ts';
import { viewOf } from './view.ts';

const lost: Failure = { kind: 'network', persistence: 'transient' };
const refused: Failure = { kind: 'data', persistence: 'permanent' };
const half: Failure = { kind: 'data', persistence: 'partial' };

function competes(local: Local): boolean {
  return local.batches.some((batch) => batch.length > 0);
}

/** Checkpoint saves: one step of the asker. */
export function* saves(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const actor of running(setting, state)) {
    for (const { id, snapshot } of state.actors[actor.name]!.saves) {
      const event = answerEvent(id, {});
      const label = recovers(setting, state, actor) ? 'R' : 'P';
      yield move(setting, from, { actor: actor.name, event, label }, (turn) => {
        turn.local(actor.name).saved = snapshot;
        turn.answer(actor, id, {});
      });
    }
  }
}

/** Everything that may decide the outcome of a request that is not yet served. */
export function* serves(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const asker of setting.actors) {
    for (const request of state.actors[asker.name]!.requests) {
      if (request.reply === null) yield* outcomes(setting, from, state, asker, request);
    }
  }
}

function* outcomes(
  setting: Setting,
  from: string,
  state: GlobalState,
  asker: OracleActor,
  request: Request,
): Generator<Move> {
  const { src, input, id } = request;
  const effect = setting.tolerance.effects![src]!;
  const service = actorOf(setting, effect.to);
  const event = plain(effect.send({ input })) as EventObject;
  const up = isRunning(state.actors[service.name]!);
  const fix = (turn: Turn, reply: Reply): void => {
    const own = turn.local(asker.name).requests.find((other) => other.id === id);
    if (own !== undefined) own.reply = reply;
  };
  const answered = (turn: Turn): Reply => {
    const applied = lookAt(service.machine, turn.local(service.name).snapshot!);
    const output = plain(effect.reply?.({ service: applied, input }));
    return isFailure(output) ? { failure: output } : output === undefined ? {} : { output };
  };
  if (up) {
    const recovering = [asker, service].some((actor) => recovers(setting, state, actor));
    const label = recovering ? 'R' : 'P';
    const strong = competes(state.actors[asker.name]!) ? `serve ${asker.name} ${id}` : null;
    yield move(setting, from, { actor: service.name, event, label, strong }, (turn) => {
      turn.request(service, event);
      fix(turn, answered(turn));
    });
  }
  const hit = (name: EffectFault, change: (turn: Turn, fault: Allowance) => void) => {
    const fault = declaredFault(setting, src, name);
    if (!left(state, fault)) return [];
    const called = { actor: service.name, event, label: 'F' as const, fault };
    return [move(setting, from, called, (turn) => change(turn, fault))];
  };
  yield* hit('loseRequest', (turn) => fix(turn, { failure: lost }));
  yield* hit('late', (turn, { counter }) => {
    turn.addZombie(src, input, counter === null);
    fix(turn, { failure: lost });
  });
  if (!up) return;
  yield* hit('loseReply', (turn) => {
    turn.request(service, event);
    fix(turn, { failure: lost });
  });
  yield* hit('refuse', (turn) => fix(turn, { failure: refused }));
  const { halfDone } = setting.tolerance.faults?.[src] ?? {};
  yield* hit('halfDone', (turn) => {
    turn.request(service, plain(halfDone!.send({ input })) as EventObject);
    fix(turn, { failure: half });
  });
}

/** A fixed outcome reaches its asker. */
export function* deliveries(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const actor of running(setting, state)) {
    const local = state.actors[actor.name]!;
    for (const { id, reply } of local.requests) {
      if (reply === null) continue;
      const recovering = recovers(setting, state, actor);
      const label = recovering ? 'R' : 'P';
      const strong = competes(local) ? `deliver ${actor.name} ${id}` : null;
      const called = { actor: actor.name, event: answerEvent(id, reply), label, strong } as const;
      const delivery = move(setting, from, called, (turn) => turn.answer(actor, id, reply));
      const claimed = 'failure' in reply && !recovering ? reply.failure : null;
      const breaksClaim =
        claimed !== null && breaks(setting, state, delivery.after, actor, claimed);
      yield { ...delivery, breaksClaim };
    }
  }
}

/** The recovery table as a claim about the state in which the delivery of a failure ends. */
function breaks(
  setting: Setting,
  before: GlobalState,
  after: GlobalState,
  actor: OracleActor,
  { persistence }: Failure,
): boolean {
  const { recovery, escalates } = setting.tolerance;
  const { snapshot } = after.actors[actor.name]!;
  if (recovery === undefined || snapshot === null) return false;
  const reached = lookAt(actor.machine, snapshot);
  if (snapshot.status === 'error') return true;
  if (reached.hasTag(recovery[persistence])) return false;
  const escalated =
    persistence === 'transient' && escalates?.transient?.(viewOf(setting, before)) === true;
  return !(escalated && reached.hasTag(recovery.permanent));
}

/** A request in flight that nobody awaits reaches its service. */
export function* zombieLandings(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const [name, { once, forever }] of Object.entries(state.zombies)) {
    const service = actorOf(setting, name);
    if (!isRunning(state.actors[name]!)) continue;
    for (const [text, kept] of [
      ...[...new Set(once)].map((zombie) => [zombie, false] as const),
      ...forever.map((zombie) => [zombie, true] as const),
    ]) {
      const event = JSON.parse(text) as EventObject;
      const fault = { name: 'zombie', counter: null, times: Infinity };
      yield move(setting, from, { actor: name, event, label: 'F', fault }, (turn) => {
        const flying = turn.state.zombies[name]!;
        if (!kept) flying.once.splice(flying.once.indexOf(text), 1);
        turn.request(service, event);
      });
    }
  }
}
