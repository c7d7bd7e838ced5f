/**
 * The reference orchestration once more, without machines and by hand: a state is a tuple, and P, R
 * and F are lists of named steps. What `models/reference-orchestration.ts` must be, state for state
 * and step for step.
 */

/** Applications of an effect: 0.5 is half of one. */
type Times = 0 | 0.5 | 1 | 2;

export interface Tuple {
  /** F forward, B rolling back, K compensating, D done, H halted, A aborted. */
  readonly mode: 'F' | 'B' | 'K' | 'D' | 'H' | 'A';
  readonly checkpoint: number;
  readonly epoch: number;
  readonly alive: boolean;
  readonly position: number;
  readonly tries: number;
  /** A failure that was noticed: transient, permanent or partial. */
  readonly noticed: 'T' | 'P' | 'Q' | null;
  readonly effects: readonly Times[];
  readonly zombie: { readonly epoch: number; readonly step: number } | null;
  readonly struck: number;
}

export interface Step {
  readonly label: 'P' | 'R' | 'F';
  readonly to: Tuple;
}

export interface Size {
  readonly steps: number;
  readonly faults: number;
  readonly retries: number;
  /** Number of the mutant; 0: none. */
  readonly mutant: number;
}

const change = (from: Tuple, to: Partial<Tuple>): Tuple => ({ ...from, ...to });

function performed({ effects }: Tuple, step: number, { mutant }: Size): readonly Times[] {
  const before = effects[step]!;
  return effects.with(step, mutant === 9 && before >= 1 ? 2 : 1);
}

function* program(s: Tuple, size: Size): Generator<Tuple> {
  const { mode, alive, noticed, position, checkpoint } = s;
  if (mode !== 'F' || !alive || noticed !== null) return;
  const hasMore = position < size.steps;
  const next = position + 1;
  if (hasMore) {
    yield change(s, { position: next, tries: 0, effects: performed(s, position, size) });
    if (size.mutant === 4) yield change(s, { position: next, tries: 0 });
    if (size.mutant === 8 && checkpoint === position) yield change(s, { checkpoint: next });
    if (size.mutant === 13 && checkpoint === position) {
      yield change(s, { checkpoint: next, position: next });
    }
  }
  if (checkpoint < position) yield change(s, { checkpoint: position });
  if (!hasMore && checkpoint === size.steps) yield change(s, { mode: 'D' });
}

const LOST = { alive: false, position: 0, tries: 0, noticed: null } as const;

function* failures(s: Tuple, size: Size): Generator<Tuple> {
  const { mode, alive, noticed, position, zombie, epoch, effects } = s;
  if (zombie !== null) {
    const lands = zombie.step < size.steps && (zombie.epoch === epoch || size.mutant === 14);
    yield change(s, {
      zombie: null,
      effects: lands ? performed(s, zombie.step, size) : effects,
    });
  }
  if (s.struck === size.faults || !alive) return;
  const hit = { ...s, struck: s.struck + 1 };
  if (['F', 'B', 'K'].includes(mode)) {
    yield change(hit, { ...LOST, mode: size.mutant === 7 ? 'F' : mode });
  }
  if (mode !== 'F' || noticed !== null) return;
  if (position < size.steps) {
    yield change(hit, { noticed: 'T' });
    yield change(hit, { noticed: 'T', effects: performed(s, position, size) });
    yield change(hit, { noticed: 'P' });
    yield change(hit, { noticed: 'Q', effects: effects.with(position, 0.5) });
  }
  if (zombie === null) yield change(hit, { ...LOST, zombie: { epoch, step: position } });
}

function* recovery(s: Tuple, size: Size): Generator<Tuple> {
  const { mode, alive, noticed, tries, effects } = s;
  const { mutant } = size;
  if (['D', 'H', 'A'].includes(mode)) return;
  if (!alive) {
    const checkpoint = mutant === 12 ? 0 : s.checkpoint;
    const epoch = s.epoch + 1;
    yield change(s, { alive: true, epoch, checkpoint, position: checkpoint, tries: 0 });
  } else if (noticed === 'T') {
    if (tries < size.retries || mutant === 2) {
      yield change(s, { noticed: null, tries: tries + 1 });
    } else if (mutant !== 1) yield change(s, { noticed: 'P' });
  } else if (noticed === 'P') {
    yield change(s, { noticed: null, mode: 'B' });
    if (mutant === 3) yield change(s, { noticed: null, mode: 'K' });
  } else if (noticed === 'Q') {
    yield change(s, { noticed: null, mode: 'K' });
  } else if (mode !== 'F') {
    if (mutant === 6 && tries < 3) return yield change(s, { tries: tries + 1 });
    const kept = mode === 'B' ? s.checkpoint : mutant === 10 ? 1 : 0;
    const last = effects.findLastIndex(
      (times, step) => step >= kept && times !== 0 && !(mutant === 11 && times === 0.5),
    );
    const left = mutant === 11 ? 0.5 : 0;
    if (last !== -1) yield change(s, { effects: effects.with(last, left) });
    else if (mode === 'K') yield change(s, { mode: 'A', checkpoint: 0, position: 0, tries: 0 });
    else if (mutant === 5) yield change(s, { mode: 'F', noticed: 'P', position: s.checkpoint });
    else yield change(s, { mode: 'H', position: s.checkpoint, tries: 0 });
  }
}

export function stepsFrom(s: Tuple, size: Size): readonly Step[] {
  const labelled = (label: Step['label'], tuples: Iterable<Tuple>): readonly Step[] =>
    [...tuples].map((to) => ({ label, to }));
  return [
    ...labelled('P', program(s, size)),
    ...labelled('F', failures(s, size)),
    ...labelled('R', recovery(s, size)),
  ];
}

export const start = ({ steps }: Size): Tuple => ({
  mode: 'F',
  checkpoint: 0,
  epoch: 0,
  alive: true,
  position: 0,
  tries: 0,
  noticed: null,
  effects: Array.from({ length: steps }, () => 0 as const),
  zombie: null,
  struck: 0,
});
