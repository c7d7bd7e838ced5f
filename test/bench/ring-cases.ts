import { andInitial, holds, onlyStates, type Case } from './case.ts';
import { ours, rumur, spinLiveness, spinSafety, stateright, tlc } from './contenders.ts';
import * as counts from './counts.ts';

const RING_QUESTIONS = {
  token: { spin: {}, tlc: ['SPECIFICATION Spec', 'INVARIANT SomeToken'] },
  converges: { spin: { CONVERGES: null }, tlc: ['SPECIFICATION FairSpec', 'PROPERTY Converges'] },
  stays: { spin: { STAYS: null }, tlc: ['SPECIFICATION FairSpec', 'PROPERTY Stays'] },
} as const;

export function tokenRing(size: number, property: keyof typeof RING_QUESTIONS): Case {
  const all = counts.tokenRing(size, size);
  const chosen = counts.tokenRingChosen(size, size);
  const model = 'token-ring';
  const question = RING_QUESTIONS[property];
  const definitions = { PROCESSES: size, VALUES: size, ...question.spin };
  const start = Array.from({ length: size }, (_, p) => ({
    choice: `v${p}: Value`,
    assignment: `x[${p}] := v${p};`,
  }));
  const blanks = {
    PROCESSES: String(size),
    VALUES: String(size),
    START: [
      `ruleset ${start.map(({ choice }) => choice).join('; ')} do startstate begin`,
      `${start.map(({ assignment }) => assignment).join(' ')} end; end;`,
    ].join(' '),
  };
  const lines = [
    ...question.tlc,
    `CONSTANT Processes = ${size}`,
    `CONSTANT Values = ${size}`,
    'CHECK_DEADLOCK FALSE',
  ];
  // The automaton of the property multiplies Spin's states.
  const live = spinLiveness(model, definitions, { ...onlyStates(0), states: null }, 100_000);
  const refusals = property === 'stays' ? ['RCV302'] : [];
  const set = { processes: size, values: size };
  return {
    name: `ring-${size}-${property}`,
    section: 'Token ring',
    title: `${size} processes and values, ${property}`,
    states: all.states,
    isOnCurve: false,
    contenders: [
      ours({ model, set, property, refusals }, holds(all)),
      property === 'token' ? spinSafety(model, definitions, andInitial(chosen)) : live,
      ...(property === 'token'
        ? [
            rumur(model, blanks, holds(all)),
            stateright('C', [size, size], andInitial(all, all.states)),
          ]
        : []),
      tlc(
        'TokenRing',
        lines,
        property === 'token' ? andInitial(all, all.states) : onlyStates(all.states),
      ),
    ],
  };
}
