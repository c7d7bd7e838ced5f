import { ReconvergeError } from '../model/error.ts';
import type { NodeFault } from '../model/failure.ts';
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

function takeDown(
  world: World,
  kind: 'crash' | 'halt',
  name: string,
  owner: number,
  group: readonly Instance[],
  fault: DeclaredFault,
): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const start = new Draft(world, probe);
    if (!start.spend(fault)) return;
    const victims = group.filter(({ index }) => start.canCrash(index));
    if (victims.length === 0) return;
    for (const saves of decisions(start, victims)) {
      const draft = start.fork();
      for (const [position, { index }] of victims.entries()) {
        const mode = kind === 'halt' ? 'halted' : 'down';
        draft.crash(index, mode, saves[position] ?? null, fault.pool === null);
      }
      const event = { type: `reconverge.${kind}`, of: name };
      steps.emit(draft, { actor: owner, event, label: 'F', fault: fault.fired });
    }
  };
  return { name: `${name} ${kind}`, expand };
}

function freeze(
  world: World,
  name: string,
  owner: number,
  group: readonly Instance[],
  fault: DeclaredFault,
): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const draft = new Draft(world, probe);
    if (!draft.spend(fault)) return;
    const victims = group.filter(
      ({ index }) => draft.local(index).mode === 'up' && draft.canCrash(index),
    );
    if (victims.length === 0) return;
    for (const { index } of victims)
      draft.setLocal(index, { ...draft.local(index), mode: 'paused' });
    const event = { type: 'reconverge.pause', of: name };
    steps.emit(draft, { actor: owner, event, label: 'F', fault: fault.fired });
  };
  return { name: `${name} pause`, expand };
}

function wakeRule(world: World, { index, name }: Instance): Rule {
  const expand = (probe: Probe, steps: Steps): void => {
    const draft = new Draft(world, probe);
    const local = draft.local(index);
    if (local.mode !== 'paused') return;
    draft.setLocal(index, { ...local, mode: 'up' });
    steps.emit(draft, { actor: index, event: { type: WAKE }, label: 'E' });
  };
  return { name: `${name} wake`, expand };
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
  return { name: `${name} restart`, expand };
}

interface Target {
  readonly name: string;
  readonly group: readonly Instance[];
  readonly owner: number;
  readonly fault: (kind: NodeFault) => DeclaredFault | null;
}

function targets(world: World): readonly Target[] {
  const single = world.instances.map((instance): Target => ({
    name: instance.name,
    group: [instance],
    owner: instance.index,
    fault: (kind) => declared(world, `${instance.partName}.${kind}`),
  }));
  const hosts = Object.entries(world.tolerance.hosts ?? {}).map(([host, partNames]): Target => {
    const group = partNames.flatMap((partName) => world.members(partName));
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
  for (const { name, group, owner, fault } of targets(world)) {
    for (const kind of ['crash', 'halt'] as const) {
      const found = fault(kind);
      if (found === null) continue;
      rules.push(takeDown(world, kind, name, owner, group, found));
      if (kind === 'crash') for (const instance of group) crashing.add(instance);
    }
    const pause = fault('pause');
    if (pause === null) continue;
    rules.push(freeze(world, name, owner, group, pause));
    for (const instance of group) pausing.add(instance);
  }
  for (const instance of crashing) rules.push(restartRule(world, instance));
  for (const instance of pausing) rules.push(wakeRule(world, instance));
  return rules;
}
