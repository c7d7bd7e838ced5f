import { andInitial, holds, setOf, type Case } from './case.ts';
import { ours, program, rumur, spinSafety, stateright, tlc } from './contenders.ts';
import * as counts from './counts.ts';

export function twoPhaseCommit(participants: number, tools: 'all' | 'fast'): Case {
  const all = counts.twoPhaseCommit(participants);
  const model = 'two-phase-commit';
  const lines = [
    'SPECIFICATION Spec',
    `CONSTANT Participants = ${setOf('p', participants)}`,
    'INVARIANT Consistent',
    'CHECK_DEADLOCK FALSE',
  ];
  return {
    name: `two-phase-commit-${participants}`,
    section: 'Two-phase commit',
    title: `${participants} participants`,
    states: all.states,
    isOnCurve: false,
    contenders: [
      ours({ model, set: { participants }, property: 'consistent' }, holds(all)),
      spinSafety(model, { PARTICIPANTS: participants }, andInitial(all)),
      stateright('A', [participants], andInitial(all)),
      ...(tools === 'fast'
        ? []
        : [
            rumur(model, { PARTICIPANTS: String(participants) }, holds(all)),
            tlc('TwoPhaseCommit', lines, andInitial(all)),
          ]),
    ],
  };
}

/** Actors against the same protocol as one machine in XState's own package for graphs. */
export function oneMachine(participants: number): Case {
  const all = counts.twoPhaseCommit(participants);
  const args = [String(participants)];
  const asked = { model: 'two-phase-commit', set: { participants }, property: 'consistent' };
  return {
    name: `one-machine-${participants}`,
    section: 'One machine',
    title: `two-phase commit, ${participants} participants`,
    states: all.states,
    isOnCurve: false,
    contenders: [
      ours(asked, holds(all)),
      program('@xstate/graph', 'getAdjacencyMap', 'single-machine.js', args, holds(all)),
    ],
  };
}
