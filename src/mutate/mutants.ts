import type { AnyStateMachine } from 'xstate';
import type { AnyPart, Parts } from '../model/part.ts';
import { isFaultTrigger } from '../machine/fault.ts';
import { DOWN_TAG } from '../model/recovery.ts';
import type { System } from '../model/system.ts';
import { changesOf } from './operators.ts';
import { copied, type Config } from './sites.ts';

/** A system with one small mistake in it. */
export interface Mutant {
  readonly name: string;
  readonly system: System;
}

/** A machine of the same make: the model's own XState, not ours. */
function machineLike(machine: AnyStateMachine, config: Config): AnyStateMachine {
  const { implementations } = machine;
  const Machine = machine.constructor as new (config: unknown, given: unknown) => AnyStateMachine;
  return new Machine(config, implementations);
}

/** All mutants of a system: of each of its machines, wherever it is used. */
export function mutantsOf({ parts, tolerance }: System): readonly Mutant[] {
  const recovery = new Set<string>([...Object.values(tolerance.recovery ?? {}), DOWN_TAG]);
  const users = new Map<AnyStateMachine, string[]>();
  for (const [name, part] of Object.entries(parts)) {
    const machine = part.machine as AnyStateMachine;
    users.set(machine, [...(users.get(machine) ?? []), name]);
  }
  const faultsOf = (names: readonly string[]): ReadonlySet<string> => {
    const events = names.flatMap((name) => Object.entries(tolerance.environment?.[name] ?? {}));
    return new Set(events.flatMap(([type, event]) => (isFaultTrigger(event) ? [type] : [])));
  };
  const saves = new Set(Object.values(parts).flatMap(({ checkpoint }) => checkpoint ?? []));
  return [...users].flatMap(([machine, names]) => {
    const original = (): Config => copied(machine.config) as Config;
    return changesOf(original(), recovery, saves, faultsOf(names)).map(({ what, make }): Mutant => {
      const config = original();
      make(config);
      const mutated = machineLike(machine, config);
      const replaced = Object.fromEntries(
        Object.entries(parts).map(([name, part]): [string, AnyPart] =>
          names.includes(name) ? [name, { ...part, machine: mutated }] : [name, part],
        ),
      );
      const name = `${names.join(', ')}: ${what}`;
      return { name, system: { parts: replaced as Parts, tolerance } };
    });
  });
}
