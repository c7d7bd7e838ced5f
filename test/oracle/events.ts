import type { EventObject } from 'xstate';
import type { AnyEnvironmentEvent, AnyView } from '../../src/model/system.ts';
import type { Label } from '../../src/model/verdict.ts';
import type { OracleActor, Setting } from './setting.ts';
import type { GlobalState, Timer } from './state.ts';
import type { Move } from './move.ts';
import { left, move, recovers, running } from './move.ts';
import { lookAt, selects } from './machine.ts';
import { allowance, inboxOf } from './setting.ts';
import { decode, plain } from './state.ts';
import { viewOf } from './view.ts';

function ownLabel(setting: Setting, state: GlobalState, actor: OracleActor): Label {
  return recovers(setting, state, actor) ? 'R' : 'P';
}

function isTimer(batch: readonly Timer[], { delay }: Timer): boolean {
  return batch.every((other) => other.delay >= delay);
}

/** The firing of `after`s: of each batch, only what has the smallest delay. */
export function* timers(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const actor of running(setting, state)) {
    const label = ownLabel(setting, state, actor);
    for (const [at, batch] of state.actors[actor.name]!.batches.entries()) {
      for (const timer of batch.filter((each) => isTimer(batch, each))) {
        const event = { type: timer.type };
        yield move(setting, from, { actor: actor.name, event, label }, (turn) => {
          const own = turn.local(actor.name).batches;
          own[at] = own[at]!.filter(({ type }) => type !== timer.type);
          turn.macrostep(actor, event);
        });
      }
    }
  }
}

/** Deliveries from the inboxes that are not rendezvous. */
export function* inboxes(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  for (const actor of running(setting, state)) {
    const { kind } = inboxOf(setting, actor);
    const waiting = state.inboxes[actor.name] ?? [];
    const label = ownLabel(setting, state, actor);
    for (const text of kind === 'fifo' ? waiting.slice(0, 1) : new Set(waiting)) {
      const event = JSON.parse(text) as EventObject;
      const current = lookAt(actor.machine, state.actors[actor.name]!.snapshot!);
      if (kind === 'set' && !selects(current, event)) continue;
      yield move(setting, from, { actor: actor.name, event, label }, (turn) => {
        const inbox = turn.state.inboxes[actor.name]!;
        if (kind !== 'set') inbox.splice(inbox.indexOf(text), 1);
        turn.macrostep(actor, event);
      });
    }
  }
}

/** What the trigger offers: the payloads of the events that may come now. */
function offers(declared: AnyEnvironmentEvent, view: AnyView, index: number): readonly object[] {
  const trigger = typeof declared === 'object' ? declared.when : declared;
  const answer = trigger === true ? true : trigger(view, index);
  if (answer === true) return [{}];
  if (answer === false || answer === undefined) return [];
  const several = answer as { readonly anyOf?: readonly object[] };
  return several.anyOf ?? [answer];
}

/** Events from the environment: of the program, of recovery, external, or faults themselves. */
export function* environment(setting: Setting, from: string): Generator<Move> {
  const state = decode(from);
  const view = viewOf(setting, state);
  for (const actor of running(setting, state)) {
    const current = lookAt(actor.machine, state.actors[actor.name]!.snapshot!);
    const declared = setting.tolerance.environment?.[actor.part] ?? {};
    for (const [type, trigger] of Object.entries(declared)) {
      const kind = typeof trigger === 'object' ? trigger.is : 'program';
      const fault =
        typeof trigger === 'object' && trigger.is === 'fault'
          ? allowance(setting, `${actor.part}.${type}`, trigger.budget)
          : null;
      if (kind === 'fault' && !left(state, fault)) continue;
      const own = ownLabel(setting, state, actor);
      const label: Label = kind === 'fault' ? 'F' : kind === 'external' ? 'E' : own;
      for (const load of offers(trigger, view, actor.index)) {
        const event = plain({ ...load, type });
        if (!current.can(event)) continue;
        const called = { actor: actor.name, event, label, ...(fault && { fault }) };
        yield move(setting, from, called, (turn) => turn.macrostep(actor, event));
      }
    }
  }
}
