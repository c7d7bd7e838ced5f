import type { Compiled } from '../../machine/compile.ts';
import type { Resumes } from '../../model/property.ts';
import type { AnyView } from '../../model/system.ts';
import type { Analysis } from '../analysis.ts';
import { HOLDS, violated, type Judgement } from '../judgement.ts';
import { pathTo } from '../path.ts';
import { Ends, NoEnds, refusedAs } from './ends.ts';
import { Outcomes } from './outcomes.ts';

/** How many ends are told in words. */
const TOLD_MAX = 3;

function inWords(ends: readonly string[]): string {
  if (ends.length === 0) return 'nowhere';
  const told = ends.slice(0, TOLD_MAX).join(' or ');
  return ends.length > TOLD_MAX ? `${told}, or elsewhere` : told;
}

/** What a fault that strikes on the way does to where recovery ends. */
export class Resumption {
  private readonly compiled: Compiled;
  private readonly after: string;
  private readonly outcomes: Outcomes;
  private readonly look: (state: Int32Array) => string;

  constructor(compiled: Compiled, name: string, { after, ends }: Resumes<AnyView>) {
    this.compiled = compiled;
    this.after = after;
    this.outcomes = new Outcomes(compiled);
    this.look = compiled.projected({ name: `properties.${name}.ends`, of: ends });
  }

  /** The states after the fault, whatever is left of its budget; none where it can not strike. */
  private struck(row: Int32Array): readonly Int32Array[] {
    const { world } = this.compiled;
    const fault = world.plan.faults.get(this.after);
    if (fault === undefined) return [];
    const budget = fault.pool === null ? -1 : world.budgetComponent(fault.pool);
    const left = row[budget] ?? 0;
    const able = row.slice();
    if (budget !== -1) able[budget] = Math.max(1, left);
    return refusedAs(() => [...this.outcomes.of(able)]).flatMap(([action, next]) => {
      if (action.fault?.name !== this.after) return [];
      return [budget === -1 ? next : next.with(budget, left)];
    });
  }

  /**
   * The first of these states from which recovery ends elsewhere once the fault has struck.
   * @throws NoEnds
   */
  firstDiverted(
    rows: Iterable<readonly [state: number, row: Int32Array]>,
    statesMax: number,
  ): { readonly state: number | null; readonly because: string; readonly isStruck: boolean } {
    const ends = new Ends(this.compiled, this.outcomes, this.look, statesMax);
    const pairs: (readonly [state: number, one: number, other: number])[] = [];
    for (const [state, row] of rows) {
      for (const after of this.struck(row)) pairs.push([state, ends.add(row), ends.add(after)]);
    }
    ends.settle();
    const isStruck = pairs.length > 0;
    const diverted = pairs.find(([, one, other]) => !ends.same(one, other));
    if (diverted === undefined) return { state: null, because: '', isStruck };
    const [state, one, other] = diverted;
    const [before, after] = [inWords(ends.texts(one)), inWords(ends.texts(other))];
    const because = `from the last state recovery ends in ${before}; after ${this.after}, in ${after}`;
    return { state, because, isStruck };
  }
}

/** States looked at beyond those of the span: so many times as many, and so many more. */
const TIMES = 4;
const MORE = 100_000;

/** Law L7 (spec 4.7). */
export function judgeResumes(
  analysis: Analysis,
  predicate: number,
  name: string,
  property: Resumes<AnyView>,
): Judgement {
  const { compiled, found, graph } = analysis;
  const states = graph.offsets.length - 1;
  function* onTheWay(): Generator<readonly [number, Int32Array]> {
    for (let state = 0; state < states; state += 1) {
      if (analysis.holds(predicate, state)) yield [state, found.row(state)];
    }
  }
  try {
    const resumption = new Resumption(compiled, name, property);
    const { state, because, isStruck } = resumption.firstDiverted(
      onTheWay(),
      TIMES * states + MORE,
    );
    if (state !== null) return violated('state', because, pathTo(analysis, state));
    if (isStruck) return HOLDS;
    return { ...HOLDS, vacuous: true, because: `${property.after} can strike in no such state` };
  } catch (thrown) {
    if (!(thrown instanceof NoEnds)) throw thrown;
    return { ...HOLDS, result: 'unknown', because: thrown.message };
  }
}
