import { ReconvergeError } from '../model/error.ts';
import type { AnyEnvironmentEvent, AnyView } from '../model/system.ts';
import type { JsonEvent } from '../model/verdict.ts';
import { dueTimers } from './body.ts';
import { checkSurvivesJson } from '../model/survives-json.ts';
import { Draft } from './draft.ts';
import { isFaultTrigger } from './fault.ts';
import { messagesIn, setMessages, takeFirst } from './inbox.ts';
import { isAnyOf, type Instance } from './instance.ts';
import type { Letter } from './letters.ts';
import type { Probe } from './probe.ts';
import { deepFreeze, evaluate } from './purity.ts';
import { declared, ownLabel, type Rule, type Steps } from './steps.ts';
import { viewOf } from './view.ts';
import type { World } from './world.ts';

type AnyTrigger = true | ((state: AnyView, index: number) => unknown);

function plain(payload: unknown, type: string, at: string): JsonEvent {
  const fields = typeof payload === 'object' && payload !== null ? { ...payload } : {};
  const event = JSON.parse(JSON.stringify({ ...fields, type })) as JsonEvent;
  checkSurvivesJson(fields, 'payload', at);
  return deepFreeze(event);
}

function eventsOf(
  world: World,
  probe: Probe,
  { replica }: Instance,
  when: AnyTrigger,
  type: string,
  at: string,
): readonly JsonEvent[] {
  if (when === true) return [{ type }];
  const given = evaluate(at, () => when(viewOf(world, probe), replica));
  if (given === undefined || given === false) return [];
  if (given === true) return [{ type }];
  return (isAnyOf(given) ? given.anyOf : [given]).map((payload) => plain(payload, type, at));
}

/** The trigger of any declaration; what its lambda returns is examined when it has run. */
function triggerOf(event: AnyEnvironmentEvent): AnyTrigger {
  return (typeof event === 'object' && 'is' in event ? event.when : event) as AnyTrigger;
}

function environmentRule(
  world: World,
  instance: Instance,
  type: string,
  given: AnyEnvironmentEvent,
): Rule | null {
  const { index, name, partName } = instance;
  const at = `environment.${partName}.${type}`;
  const isFault = isFaultTrigger(given);
  const fault = isFault ? declared(world, `${partName}.${type}`) : null;
  if (isFault && fault === null) return null;
  const isExternal = typeof given === 'object' && 'is' in given && given.is === 'external';
  const { reactor } = world.actor(index);
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    if (!start.seemsRunning(index)) return;
    if (fault !== null && !start.spend(fault)) return;
    const events = eventsOf(world, probe, instance, triggerOf(given), type, at);
    if (events.length === 0) return;
    const { body } = start.local(index);
    if (body === null) return;
    const own = ownLabel(world, start, index);
    const label = isFault ? 'F' : isExternal ? 'E' : own;
    for (const event of events) {
      if (!reactor.can(body, event)) continue;
      const draft = start.fork();
      draft.deliver(index, body, event);
      steps.emit(draft, { actor: index, event, label, fault: fault?.fired ?? null });
    }
  };
  return { name: `${name} ${type}`, kind: 'event', of: index, expand };
}

/** Events that start the machines, from outside the actors (spec 1.3). */
export function environmentRules(world: World): readonly Rule[] {
  return Object.entries(world.tolerance.environment ?? {}).flatMap(([partName, events]) => {
    const members = world.members(partName);
    if (members.length === 0) {
      throw new ReconvergeError('RCV206', `environment names '${partName}', which is no actor`, {
        at: 'environment',
        hint: `actors: ${Object.keys(world.parts).join(', ')}`,
      });
    }
    return members.flatMap((instance) =>
      Object.entries(events).flatMap(
        ([type, event]) => environmentRule(world, instance, type, event) ?? [],
      ),
    );
  });
}

/** A pending `after` fires, the earliest of its batch first (spec 1.6). */
export function timerRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    const { body } = start.local(index);
    if (body === null || !start.isRunning(index)) return;
    const label = ownLabel(world, start, index);
    for (const timer of dueTimers(body)) {
      const event = { type: timer.event };
      const timers = body.timers
        .map((batch) => batch.filter((other) => other !== timer))
        .filter((batch) => batch.length > 0);
      const draft = start.fork();
      draft.deliver(index, { ...body, timers }, event);
      steps.emit(draft, { actor: index, event, label });
    }
  };
  return { name: `${name} timers`, kind: 'timer', of: index, expand };
}

/** The message in front is delivered (spec 1.4). */
function fifoRule(world: World, instance: Instance): Rule {
  const { index, name } = instance;
  const expand = (probe: Probe, steps: Steps): void => {
    const draft = new Draft(world, probe);
    const event = draft.firstMessage(instance);
    if (event === null) return;
    const { body } = draft.local(index);
    if (body === null || !draft.isRunning(index)) return;
    const label = ownLabel(world, draft, index);
    takeFirst(draft, instance);
    draft.deliver(index, body, event);
    steps.emit(draft, { actor: index, event, label });
  };
  return { name: `${name} inbox`, kind: 'message', of: index, expand };
}

/** A message waiting in a bag or fifo is delivered (spec 1.4). */
export function inboxRule(world: World, instance: Instance): Rule {
  const { index, name, inbox } = instance;
  if (inbox?.kind === 'fifo') return fifoRule(world, instance);
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    const messages = messagesIn(start, index);
    if (messages.length === 0) return;
    const { body } = start.local(index);
    if (body === null || !start.isRunning(index)) return;
    const label = ownLabel(world, start, index);
    for (const [position, event] of messages.entries()) {
      if (position > 0 && sameEvent(messages[position - 1], event)) continue;
      const draft = start.fork();
      setMessages(draft, index, messages.toSpliced(position, 1));
      draft.deliver(index, body, event);
      steps.emit(draft, { actor: index, event, label });
    }
  };
  return { name: `${name} inbox`, kind: 'message', of: index, expand };
}

/** A message of a set is delivered, again and again, wherever it makes a difference (spec 1.4). */
export function letterRule(world: World, { receiver, event, text, component }: Letter): Rule {
  const { reactor, instance } = world.actor(receiver);
  const expand = (probe: Probe, steps: Steps): void => {
    const draft = new Draft(world, probe);
    if (draft.get(component) === 0) return;
    const { body } = draft.local(receiver);
    if (body === null || !draft.isRunning(receiver) || !reactor.can(body, event)) return;
    const label = ownLabel(world, draft, receiver);
    draft.deliver(receiver, body, event);
    steps.emit(draft, { actor: receiver, event, label });
  };
  return { name: `${instance.name} inbox ${text}`, kind: 'message', of: receiver, expand };
}

function sameEvent(a: JsonEvent | undefined, b: JsonEvent): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
