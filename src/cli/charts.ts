import type { AnyStateMachine } from 'xstate';
import { stateDiagram } from '../export/statechart.ts';
import type { System } from '../model/system.ts';
import type { Chart } from '../report/dossier/dossier.ts';

/** The machines of a system, with the actors that run them. */
export function chartsOf({ parts }: System): readonly Chart[] {
  const users = new Map<AnyStateMachine, string[]>();
  for (const [name, part] of Object.entries(parts)) {
    const machine = part.machine as AnyStateMachine;
    users.set(machine, [...(users.get(machine) ?? []), name]);
  }
  return [...users].map(([machine, actors]) => ({
    actors,
    diagram: stateDiagram(machine.config),
  }));
}
