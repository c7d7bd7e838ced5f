import type { Logic } from '../check/automaton.ts';
import type { RunVerdict, Sample } from './sample.ts';

/** Whether a formula holds from each place of a path on. */
type Truth = readonly boolean[];

/** A path of so many places; after the last comes `back`, again and again. */
interface Word {
  readonly places: number;
  readonly back: number;
  readonly atom: (predicate: number, place: number) => boolean;
}

/** The least (or greatest) solution of x = now or (on and x after), from the back. */
function solved(
  { places, back }: Word,
  start: boolean,
  step: (place: number, after: boolean) => boolean,
): Truth {
  const truth = Array.from({ length: places }, () => start);
  for (let round = 0; round < 2; round += 1) {
    for (let place = places - 1; place >= 0; place -= 1) {
      const after = place + 1 < places ? place + 1 : back;
      truth[place] = step(place, truth[after] as boolean);
    }
  }
  return truth;
}

function truthOf(formula: Logic, word: Word): Truth {
  const of = (part: Logic): Truth => truthOf(part, word);
  const places = Array.from({ length: word.places }, (_, place) => place);
  if (typeof formula === 'number') return places.map((place) => word.atom(formula, place));
  if ('not' in formula) return of(formula.not).map((holds) => !holds);
  if ('and' in formula) {
    const parts = formula.and.map(of);
    return places.map((place) => parts.every((part) => part[place]));
  }
  if ('or' in formula) {
    const parts = formula.or.map(of);
    return places.map((place) => parts.some((part) => part[place]));
  }
  if ('implies' in formula) return of({ or: [{ not: formula.implies[0] }, formula.implies[1]] });
  if ('next' in formula) {
    const one = of(formula.next);
    return places.map((place) => one[place + 1 < word.places ? place + 1 : word.back] as boolean);
  }
  if ('always' in formula) {
    const one = of(formula.always);
    return solved(word, true, (place, after) => one[place]! && after);
  }
  if ('eventually' in formula) {
    const one = of(formula.eventually);
    return solved(word, false, (place, after) => one[place]! || after);
  }
  const [one, two] = ('until' in formula ? formula.until : formula.release).map(of) as [
    Truth,
    Truth,
  ];
  return 'until' in formula
    ? solved(word, false, (place, after) => two[place]! || (one[place]! && after))
    : solved(word, true, (place, after) => two[place]! && (one[place]! || after));
}

/** What a run that ended, or goes round for ever, says about a formula; one cut short: nothing. */
export function judgeFormula(sample: Sample, formula: Logic): RunVerdict {
  const { run, states } = sample;
  if (run.ending === 'cut') return { is: 'undecided' };
  const { loop } = run;
  // The last state of a loop is its first again.
  const places = loop === null ? states.length : states.length - 1;
  const atom = (predicate: number, place: number): boolean =>
    sample.holds(predicate, states[place]!);
  const back = loop ?? places - 1;
  if (truthOf(formula, { places, back, atom })[0]) return { is: 'passed' };
  const shown = sample.shown(run.steps.length, loop);
  return loop === null
    ? sample.violated('deadlock', 'the path ends, and the formula is false of it', shown)
    : sample.violated('lasso', 'the loop is fair, and the formula is false of the path', shown);
}
