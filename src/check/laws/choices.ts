import type { Compiled } from '../../machine/compile.ts';
import type { Action } from '../../model/integer-system.ts';
import type { Analysis } from '../analysis.ts';
import { HOLDS, violated, type Judgement } from '../judgement.ts';
import { pathTo } from '../path.ts';
import { isDeterministic, isTotal, Recoverers, type Demand } from './recoverers.ts';

export type ChoiceKind = 'totalRecovery' | 'deterministicRecovery';

const DEMANDS: Readonly<Record<ChoiceKind, Demand>> = {
  totalRecovery: isTotal,
  deterministicRecovery: isDeterministic,
};

function inWords(compiled: Compiled, found: NonNullable<ReturnType<Demand>>): string {
  const name = compiled.actorNames[found.actor] as string;
  if (found.own.length === 0) return `'${name}' recovers, and has no step to go on with`;
  const types = found.own.map(({ event }) => event.type).join(', ');
  return `'${name}' recovers, and has a choice: ${types}`;
}

/** Decides, state by state, whether who recovers has the steps that it should have. */
export class Choices {
  private readonly compiled: Compiled;
  private readonly recoverers: Recoverers;
  private readonly demand: Demand;
  /** Whether somebody recovered in a state that was looked at. */
  isSeen = false;

  constructor(compiled: Compiled, kind: ChoiceKind) {
    this.compiled = compiled;
    this.recoverers = new Recoverers(compiled);
    this.demand = DEMANDS[kind];
  }

  /** What is wrong in a state with these steps, self-loops left out; null: nothing. */
  wrong(state: Int32Array, steps: () => readonly Action[]): string | null {
    const recoverers = this.recoverers.in(state);
    if (recoverers.length === 0) return null;
    this.isSeen = true;
    const found = this.demand(recoverers, steps());
    return found === null ? null : inWords(this.compiled, found);
  }
}

/** Laws L1 and L3 (spec 4.1, 4.3). */
export function judgeChoices(analysis: Analysis, kind: ChoiceKind): Judgement {
  const { compiled, found, graph } = analysis;
  const choices = new Choices(compiled, kind);
  const { offsets, targets, actions } = graph;
  for (let state = 0; state < analysis.states; state += 1) {
    const because = choices.wrong(found.row(state), () => {
      const steps: Action[] = [];
      for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
        if (targets[edge] !== state) steps.push(compiled.action(actions[edge] as number));
      }
      return steps;
    });
    if (because !== null) return violated('state', because, pathTo(analysis, state));
  }
  if (choices.isSeen) return HOLDS;
  return { ...HOLDS, vacuous: true, because: 'nobody ever recovers' };
}
