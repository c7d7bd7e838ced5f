import type { NodeFault } from '../../src/model/failure.ts';
import type { Allowance, OracleActor, Setting } from './setting.ts';
import type { GlobalState, Local, Save } from './state.ts';
import type { Turn } from './turn.ts';
import type { Move } from './move.ts';
import { left, move } from './move.ts';
import { declaredFault, inboxOf } from './setting.ts';
import { decode, plain } from './state.ts';

const NODE_FAULTS = ['crash', 'pause', 'halt'] as const;

/** Whether a node fault can hit the actor: it is there, and has not finished its work. */
function canSuffer(kind: NodeFault, { status, snapshot }: Local): boolean {
  if (snapshot?.status === 'done') return false;
  return status === 'up' || (status === 'paused' && kind !== 'pause');
}

/** Who is hit together: all members of a host, or each actor of a part by itself. */
function groups(setting: Setting, owner: string): { name: string; members: OracleActor[] }[] {
  const own = setting.actors.filter(({ part }) => part === owner);
  if (own.length > 0) return own.map((actor) => ({ name: actor.name, members: [actor] }));
  const hosted = setting.tolerance.hosts?.[owner];
  if (hosted === undefined) return [];
  const members = setting.actors.filter(
    ({ part, name }) => hosted.includes(part) || hosted.includes(name),
  );
  return [{ name: owner, members }];
}

/** Each way to decide the pending saves of the actors: which one was saved last, or none. */
function decisions(locals: readonly Local[]): (Save | null)[][] {
  return locals.reduce<(Save | null)[][]>(
    (known, { saves }) =>
      known.flatMap((chosen) => [null, ...saves].map((save) => [...chosen, save])),
    [[]],
  );
}

/** Whether the input that the actor was started with is not the same in all its behaviours. */
export function mustRemember(setting: Setting, actor: OracleActor): boolean {
  if (actor.checkpoint !== null || actor.durable !== null || actor.inputs.length < 2) return false;
  const owners = Object.keys(setting.tolerance.faults ?? {});
  return owners.some(
    (owner) =>
      declaredFault(setting, owner, 'crash') !== null &&
      groups(setting, owner).some(({ members }) => members.includes(actor)),
  );
}

function fell(turn: Turn, actor: OracleActor, status: 'down' | 'halted', forever: boolean): void {
  const local = turn.local(actor.name);
  for (const { src, input, reply } of local.requests) {
    if (reply === null) turn.addZombie(src, input, forever);
  }
  if (actor.checkpoint === null && actor.durable !== null && status === 'down') {
    local.input = plain(actor.durable((local.snapshot as { context?: unknown } | null)?.context));
  }
  if (status === 'halted') delete local.input;
  Object.assign(local, { status, snapshot: null, requests: [], saves: [], batches: [] });
  if (inboxOf(turn.setting, actor).volatile) turn.state.inboxes[actor.name] = [];
}

function* hits(
  setting: Setting,
  from: string,
  state: GlobalState,
  kind: NodeFault,
  fault: Allowance,
  group: { name: string; members: readonly OracleActor[] },
): Generator<Move> {
  const hit = group.members.filter(({ name }) => canSuffer(kind, state.actors[name]!));
  if (hit.length === 0) return;
  const called = {
    actor: group.name,
    event: { type: `reconverge.${kind}` },
    label: 'F' as const,
    fault,
  };
  if (kind === 'pause') {
    yield move(setting, from, called, (turn) => {
      for (const { name } of hit) turn.local(name).status = 'paused';
    });
    return;
  }
  for (const decided of decisions(hit.map(({ name }) => state.actors[name]!))) {
    yield move(setting, from, called, (turn) => {
      hit.forEach((actor, position) => {
        const save = decided[position];
        if (save) turn.local(actor.name).saved = save.snapshot;
        fell(turn, actor, kind === 'crash' ? 'down' : 'halted', fault.counter === null);
      });
    });
  }
}

/** Crashes, pauses and halts, of single actors and of hosts. */
export function* nodeFaults(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const owner of Object.keys(setting.tolerance.faults ?? {})) {
    for (const group of groups(setting, owner)) {
      for (const kind of NODE_FAULTS) {
        const fault = declaredFault(setting, owner, kind);
        if (left(state, fault)) yield* hits(setting, from, state, kind, fault, group);
      }
    }
  }
}

/** What ends a crash (R) or a pause (E). */
export function* returns(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const actor of setting.actors) {
    const { status, input } = state.actors[actor.name]!;
    if (status === 'down') {
      const event = { type: 'reconverge.restart' };
      yield move(setting, from, { actor: actor.name, event, label: 'R' }, (turn) => {
        const remembered = mustRemember(setting, actor);
        if (actor.checkpoint !== null) turn.resume(actor);
        else turn.start(actor, remembered || actor.durable ? input : actor.inputs[0]);
        if (remembered) turn.local(actor.name).input = input;
      });
    } else if (status === 'paused') {
      const event = { type: 'reconverge.wake' };
      yield move(setting, from, { actor: actor.name, event, label: 'E' }, (turn) => {
        turn.local(actor.name).status = 'up';
      });
    }
  }
}
