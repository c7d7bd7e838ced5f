import { assertInternal, ReconvergeError } from '../model/error.ts';
import type { NodeFault } from '../model/failure.ts';
import type { Member } from '../model/integer-system.ts';
import type { DeclaredFault } from './fault.ts';
import { Draft } from './draft.ts';
import type { Instance } from './instance.ts';
import type { Probe } from './probe.ts';
import { declared, type Rule, type Steps } from './steps.ts';
import type { World } from './world.ts';

export const RESTART = 'reconverge.restart';
export const WAKE = 'reconverge.wake';

/** All ways in which the saves in flight of the crashing actors may have turned out. */
function decisions(
  draft: Draft,
  victims: readonly Instance[],
): readonly (readonly (string | null)[])[] {
  return victims.reduce<readonly (readonly (string | null)[])[]>(
    (partial, { index }) =>
      partial.flatMap((row) => draft.possibleSaves(index).map((saved) => [...row, saved])),
    [[]],
  );
}

/** Who is struck together, by which name, and to whom the step belongs. */
interface Target {
  readonly name: string;
  readonly group: readonly Instance[];
  readonly owner: number;
  readonly fault: (kind: NodeFault) => DeclaredFault | null;
}

/** Whether a fault of a node does anything to an actor now. */
function isStruck(draft: Draft, kind: NodeFault, actor: number): boolean {
  return draft.canCrash(actor) && (kind !== 'pause' || draft.local(actor).mode === 'up');
}

/** `saved` is what the actor leaves as its last checkpoint when it falls. */
function strike(
  draft: Draft,
  kind: NodeFault,
  actor: number,
  saved: string | null,
  { pool }: DeclaredFault,
): void {
  if (kind === 'pause') return draft.setLocal(actor, { ...draft.local(actor), mode: 'paused' });
  draft.crash(actor, kind === 'halt' ? 'halted' : 'down', saved, pool === null);
}

/** What a strike does to one actor that nothing but its own local state decides. */
function memberOf(
  world: World,
  kind: NodeFault,
  { index, name }: Instance,
  fault: DeclaredFault,
): Member {
  const react = (local: number): readonly number[] | null => {
    const value = (component: number): number => {
      assertInternal(component === index, `${name} does not fall by itself`);
      return local;
    };
    const draft = new Draft(world, { value });
    if (!isStruck(draft, kind, index)) return null;
    strike(draft, kind, index, null, fault);
    return draft.writes();
  };
  return { component: index, react };
}

/** Whether the members fall each by itself: no choice of saves, no zombies, no lost messages. */
function fallApart({ tolerance }: World, group: readonly Instance[]): boolean {
  if (Object.keys(tolerance.effects ?? {}).length > 0) return false;
  return group.every(({ part, inbox }) => part.checkpoint === null && inbox?.volatile !== true);
}

function strikeRule(world: World, kind: NodeFault, target: Target, fault: DeclaredFault): Rule {
  const { name, owner, group } = target;
  const event = { type: `reconverge.${kind}`, of: name };
  const naming = { actor: owner, event, label: 'F', fault: fault.fired } as const;
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    if (!start.spend(fault)) return;
    const victims = group.filter(({ index }) => isStruck(start, kind, index));
    if (victims.length === 0) return;
    for (const saves of kind === 'pause' ? [[]] : decisions(start, victims)) {
      const draft = start.fork();
      for (const [position, { index }] of victims.entries()) {
        strike(draft, kind, index, saves[position] ?? null, fault);
      }
      steps.emit(draft, naming);
    }
  };
  const rule: Rule = { name: `${name} ${kind}`, kind: 'strike', of: owner, expand };
  if (group.length < 2 || !fallApart(world, group)) return rule;
  const budget = fault.pool === null ? -1 : world.budgetComponent(fault.pool);
  const members = group.map((instance) => memberOf(world, kind, instance, fault));
  return { ...rule, joint: { naming, budget, members } };
}

function wakeRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const draft = new Draft(world, probe);
    const local = draft.local(index);
    if (local.mode !== 'paused') return;
    draft.setLocal(index, { ...local, mode: 'up' });
    steps.emit(draft, { actor: index, event: { type: WAKE }, label: 'E' });
  };
  return { name: `${name} wake`, kind: 'wake', of: index, expand };
}

function restartRule(world: World, { index, name, inputs }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    const local = start.local(index);
    if (local.mode !== 'down') return;
    const draft = start.fork();
    draft.restart(index, local.survives === null ? inputs[0] : local.survives.input);
    steps.emit(draft, { actor: index, event: { type: RESTART }, label: 'R' });
  };
  return { name: `${name} restart`, kind: 'restart', of: index, expand };
}

function targets(world: World): readonly Target[] {
  const single = world.instances.map((instance): Target => ({
    name: instance.name,
    group: [instance],
    owner: instance.index,
    fault: (kind) => declared(world, `${instance.partName}.${kind}`),
  }));
  const hosts = Object.entries(world.tolerance.hosts ?? {}).map(([host, partNames]): Target => {
    const group = [...new Set(partNames)].flatMap((partName) => world.members(partName));
    const [first] = group;
    if (first === undefined || partNames.some((part) => world.members(part).length === 0)) {
      throw new ReconvergeError('RCV206', `host '${host}' names actors that do not exist`, {
        at: 'hosts',
        hint: `actors: ${Object.keys(world.parts).join(', ')}`,
      });
    }
    const fault = (kind: NodeFault): DeclaredFault | null => declared(world, `${host}.${kind}`);
    return { name: host, group, owner: first.index, fault };
  });
  return [...single, ...hosts];
}

/** Crashes, halts and pauses with their ends (spec 2.3, 2.4, 5.5). */
export function nodeRules(world: World): readonly Rule[] {
  const rules: Rule[] = [];
  const crashing = new Set<Instance>();
  const pausing = new Set<Instance>();
  for (const target of targets(world)) {
    for (const kind of ['crash', 'halt', 'pause'] as const) {
      const fault = target.fault(kind);
      if (fault === null) continue;
      rules.push(strikeRule(world, kind, target, fault));
      const ending = { crash: crashing, halt: null, pause: pausing }[kind];
      for (const instance of target.group) ending?.add(instance);
    }
  }
  for (const instance of crashing) rules.push(restartRule(world, instance));
  for (const instance of pausing) rules.push(wakeRule(world, instance));
  return rules;
}
