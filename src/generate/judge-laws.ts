import { Choices } from '../check/laws/choices.ts';
import { NoEnds } from '../check/laws/ends.ts';
import { Resumption } from '../check/laws/resumption.ts';
import { StepQuestion } from '../check/laws/steps.ts';
import type { PlannedProperty } from '../check/plan.ts';
import type { Compiled } from '../machine/compile.ts';
import type { Property } from '../model/property.ts';
import type { AnyView } from '../model/system.ts';
import type { RunVerdict, Sample } from './sample.ts';
import type { State, Stepping } from './stepping.ts';

const PASSED: RunVerdict = { is: 'passed' };
const UNDECIDED: RunVerdict = { is: 'undecided' };

/** States looked at for where recovery ends in one run, at most. */
const ENDS_STATES_MAX = 5_000;

type LawKind = 'everyStep' | 'totalRecovery' | 'deterministicRecovery' | 'resumes';
type Law = Extract<Property<AnyView>, { readonly kind: LawKind }>;
type Judge = (sample: Sample) => RunVerdict;

function stepsJudge(question: StepQuestion, name: string): Judge {
  return (sample) => {
    const { run, states } = sample;
    const at = run.steps.findIndex(({ action, to }, before) => {
      const from = question.seen((states[before] as State).row);
      return question.said(from, question.seen(to.row), action) === 'broken';
    });
    if (at === -1) return PASSED;
    return sample.violated('step', `'${name}' is false of the last step`, sample.shown(at + 1));
  };
}

/** The actions of a state's steps; one step for two reasons is one. */
function actionsAt(stepping: Stepping, state: State) {
  const steps = stepping.steps(state);
  const distinct = new Map(steps.map((step) => [`${step.name} ${step.to.id}`, step.action]));
  return [...distinct.values()].map((action) => stepping.compiled.action(action));
}

function choicesJudge(choices: Choices): Judge {
  return (sample) => {
    const { states, stepping } = sample;
    for (const [at, state] of states.entries()) {
      const because = choices.wrong(state.row, () => actionsAt(stepping, state));
      if (because !== null) return sample.violated('state', because, sample.shown(at));
    }
    return PASSED;
  };
}

function resumptionJudge(resumption: Resumption, predicate: number): Judge {
  return (sample) => {
    const rows = sample.states.flatMap((state, at) =>
      sample.holds(predicate, state) ? [[at, state.row] as const] : [],
    );
    try {
      const { state, because } = resumption.firstDiverted(rows, ENDS_STATES_MAX);
      return state === null ? PASSED : sample.violated('state', because, sample.shown(state));
    } catch (thrown) {
      if (!(thrown instanceof NoEnds)) throw thrown;
      return UNDECIDED;
    }
  };
}

function judgeOf(compiled: Compiled, { name, predicate }: PlannedProperty, property: Law): Judge {
  switch (property.kind) {
    case 'everyStep':
      return stepsJudge(new StepQuestion(compiled, name, property), name);
    case 'resumes':
      return resumptionJudge(new Resumption(compiled, name, property), predicate);
    case 'totalRecovery':
    case 'deterministicRecovery':
      return choicesJudge(new Choices(compiled, property.kind));
  }
}

/** What was learned about a property in one run is good for the next. */
const judges = new WeakMap<PlannedProperty, Judge>();

/** What one run says about a law that looks at steps or at recovery (spec 4). */
export function judgeLaw(sample: Sample, planned: PlannedProperty, property: Law): RunVerdict {
  const judge = judges.get(planned) ?? judgeOf(sample.stepping.compiled, planned, property);
  judges.set(planned, judge);
  return judge(sample);
}
