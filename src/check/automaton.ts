import type { Formula, Predicate } from '../model/property.ts';

/**
 * A formula of linear temporal logic in negation normal form over numbered predicates, and the
 * generalised Büchi automaton of the paths that satisfy it, after Gerth, Peled, Vardi and Wolper,
 * "Simple on-the-fly automatic verification of linear temporal logic" (1995).
 */
export type Normal =
  | { readonly is: 'true' | 'false' }
  | { readonly is: 'atom'; readonly predicate: number; readonly holds: boolean }
  | { readonly is: 'and' | 'or' | 'until' | 'release'; readonly one: Normal; readonly two: Normal }
  | { readonly is: 'next'; readonly one: Normal };

const TRUE: Normal = { is: 'true' };
const FALSE: Normal = { is: 'false' };

/** What a mode of the automaton asks of the state that it is in, and of the rest of the path. */
export interface Mode {
  /** Predicates that hold in the state, and predicates that do not. */
  readonly asks: readonly { readonly predicate: number; readonly holds: boolean }[];
  /** Numbers of the modes that may follow. */
  readonly next: readonly number[];
  /** By `until`: whether it is met here, or nothing is owed to it. */
  readonly meets: readonly boolean[];
  /** Whatever comes next is accepted. */
  readonly isFree: boolean;
}

/** A path is accepted that begins in an initial mode and meets every `until` again and again. */
export interface Automaton {
  readonly initial: readonly number[];
  readonly modes: readonly Mode[];
}

/** A formula with the operators that people use; atoms are numbers of predicates. */
export type Logic =
  | number
  | { readonly not: Logic }
  | { readonly and: readonly Logic[] }
  | { readonly or: readonly Logic[] }
  | { readonly implies: readonly [Logic, Logic] }
  | { readonly next: Logic }
  | { readonly always: Logic }
  | { readonly eventually: Logic }
  | { readonly until: readonly [Logic, Logic] }
  | { readonly release: readonly [Logic, Logic] };

/** A formula with numbers for its predicates. */
export function logicOf<S>(formula: Formula<S>, number: (holds: Predicate<S>) => number): Logic {
  const of = (part: Formula<S>): Logic => logicOf(part, number);
  if (typeof formula === 'function') return number(formula);
  if ('not' in formula) return { not: of(formula.not) };
  if ('and' in formula) return { and: formula.and.map(of) };
  if ('or' in formula) return { or: formula.or.map(of) };
  if ('next' in formula) return { next: of(formula.next) };
  if ('always' in formula) return { always: of(formula.always) };
  if ('eventually' in formula) return { eventually: of(formula.eventually) };
  const pair = ([one, two]: readonly [Formula<S>, Formula<S>]) => [of(one), of(two)] as const;
  if ('implies' in formula) return { implies: pair(formula.implies) };
  if ('until' in formula) return { until: pair(formula.until) };
  return { release: pair(formula.release) };
}

/** The formula, or its negation, with negations at the atoms only. */
export function normal(formula: Logic, isNegated: boolean): Normal {
  const of = (part: Logic): Normal => normal(part, isNegated);
  const folded = (is: 'and' | 'or', unit: Normal, parts: readonly Logic[]): Normal =>
    parts.map(of).reduceRight((two, one) => (two === unit ? one : { is, one, two }), unit);
  const junction = (parts: readonly Logic[], isAnd: boolean): Normal =>
    isAnd ? folded('and', TRUE, parts) : folded('or', FALSE, parts);
  const binary = (is: 'until' | 'release', [one, two]: readonly [Logic, Logic]): Normal => {
    const dual = is === 'until' ? 'release' : 'until';
    return { is: isNegated ? dual : is, one: of(one), two: of(two) };
  };
  if (typeof formula === 'number') return { is: 'atom', predicate: formula, holds: !isNegated };
  if ('not' in formula) return normal(formula.not, !isNegated);
  if ('and' in formula) return junction(formula.and, !isNegated);
  if ('or' in formula) return junction(formula.or, isNegated);
  if ('implies' in formula) {
    const [one, two] = formula.implies;
    return of({ or: [{ not: one }, two] });
  }
  if ('next' in formula) return { is: 'next', one: of(formula.next) };
  if ('until' in formula) return binary('until', formula.until);
  if ('release' in formula) return binary('release', formula.release);
  const [is, one]: ['until' | 'release', Normal] =
    'eventually' in formula === isNegated ? ['release', FALSE] : ['until', TRUE];
  const body = 'eventually' in formula ? formula.eventually : formula.always;
  return { is, one, two: of(body) };
}

const keyOf = (formula: Normal): string => {
  switch (formula.is) {
    case 'true':
    case 'false':
      return formula.is;
    case 'atom':
      return `${formula.holds ? '' : '!'}${formula.predicate}`;
    case 'next':
      return `(next ${keyOf(formula.one)})`;
    default:
      return `(${keyOf(formula.one)} ${formula.is} ${keyOf(formula.two)})`;
  }
};

type Formulas = ReadonlyMap<string, Normal>;

/** One way to meet obligations in a state: what was taken care of here, and what is left. */
interface Way {
  readonly now: Formulas;
  readonly later: Formulas;
}

const added = (to: Formulas, formula: Normal): Formulas =>
  new Map([...to, [keyOf(formula), formula]]);

const opposite = (formula: Normal): string =>
  formula.is === 'atom' ? keyOf({ ...formula, holds: !formula.holds }) : '';

/** All ways to meet the obligations. */
function waysOf(obligations: readonly Normal[], now: Formulas, later: Formulas): readonly Way[] {
  const [formula, ...rest] = obligations;
  if (formula === undefined) return [{ now, later }];
  if (now.has(keyOf(formula)) || formula.is === 'true') return waysOf(rest, now, later);
  const seen = added(now, formula);
  switch (formula.is) {
    case 'false':
      return [];
    case 'atom':
      return now.has(opposite(formula)) ? [] : waysOf(rest, seen, later);
    case 'next':
      return waysOf(rest, seen, added(later, formula.one));
    case 'and':
      return waysOf([formula.one, formula.two, ...rest], seen, later);
    case 'or':
      return [formula.one, formula.two].flatMap((part) => waysOf([part, ...rest], seen, later));
    case 'until':
      return [
        ...waysOf([formula.two, ...rest], seen, later),
        ...waysOf([formula.one, ...rest], seen, added(later, formula)),
      ];
    case 'release':
      return [
        ...waysOf([formula.one, formula.two, ...rest], seen, later),
        ...waysOf([formula.two, ...rest], seen, added(later, formula)),
      ];
  }
}

function untilsIn(formula: Normal): readonly Extract<Normal, { two: Normal }>[] {
  if (!('one' in formula)) return [];
  const inside = [...untilsIn(formula.one), ...('two' in formula ? untilsIn(formula.two) : [])];
  return formula.is === 'until' ? [formula, ...inside] : inside;
}

/** The automaton of a formula. */
export function automatonOf(formula: Normal): Automaton {
  const untils = [...new Map(untilsIn(formula).map((each) => [keyOf(each), each])).values()];
  const numbers = new Map<string, number>();
  const ways: Way[] = [];
  const modes: Mode[] = [];
  const numberOf = (way: Way): number => {
    const key = [way.now, way.later].map((one) => [...one.keys()].toSorted().join()).join(' | ');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, ways.push(way) - 1);
    return ways.length - 1;
  };
  const after = (obligations: readonly Normal[]): readonly number[] => [
    ...new Set(waysOf(obligations, new Map(), new Map()).map(numberOf)),
  ];
  const initial = after([formula]);
  for (let mode = 0; mode < ways.length; mode += 1) {
    const { now, later } = ways[mode]!;
    const meets = untils.map((each) => !now.has(keyOf(each)) || now.has(keyOf(each.two)));
    modes.push({
      asks: [...now.values()].filter((each) => each.is === 'atom'),
      next: after([...later.values()]),
      // Meeting with a formula that is always true leaves no trace in `now`.
      meets: meets.map((met, i) => met || untils[i]!.two.is === 'true'),
      isFree: later.size === 0,
    });
  }
  return { initial, modes };
}
