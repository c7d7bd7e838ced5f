import { StepQuestion } from '../check/laws/steps.ts';
import type { Plan, PlannedProperty } from '../check/plan.ts';
import type { Compiled } from '../machine/compile.ts';
import { stateKey } from '../model/integer-system.ts';
import type { Formula } from '../model/property.ts';
import type { Json } from '../model/verdict.ts';
import { shortJson } from '../report/shorten.ts';
import type { AnyFaultTolerance, AnyView } from '../model/system.ts';
import { unrestIn } from './unrest.ts';
import type { Way } from './walker.ts';
import type { Light, Standing } from './wire.ts';

type Shown = Omit<Light, 'name'>;

/** The step into a state, and the state before it. */
export interface Arrival {
  readonly from: Int32Array;
  readonly way: Way;
}

const nothing = (about: string): Shown => ({ value: null, isBroken: false, about, why: [] });

/** Of the source of a predicate, at most. */
const SOURCE_MAX = 160;

/** `(s) => s.order.matches('done')` without its parameters. */
function sourceOf(holds: (view: AnyView) => boolean): string {
  const source = String(holds).replace(/^[^=]*=>\s*/, '');
  const line = source.replaceAll(/\s+/g, ' ').trim();
  return line.length > SOURCE_MAX ? `${line.slice(0, SOURCE_MAX - 1)}…` : line;
}

/** The predicates of a formula, from left to right. */
function atomsOf(formula: Formula<AnyView>): readonly ((view: AnyView) => boolean)[] {
  if (typeof formula === 'function') return [formula];
  return Object.values(formula)
    .flat()
    .flatMap((part) => atomsOf(part as Formula<AnyView>));
}

/** What the properties of a model say of its states, one at a time. */
export class Lights {
  private readonly compiled: Compiled;
  private readonly plan: Plan;
  private readonly tolerance: AnyFaultTolerance;
  private readonly questions = new Map<PlannedProperty, StepQuestion>();

  constructor(compiled: Compiled, plan: Plan, tolerance: AnyFaultTolerance) {
    this.compiled = compiled;
    this.plan = plan;
    this.tolerance = tolerance;
  }

  private holds(predicate: number, state: Int32Array): boolean {
    return this.compiled.decide(predicate, state).answer;
  }

  /** What each property says of a state; `null` for an initial one, to which no step leads. */
  at(state: Int32Array, arrival: Arrival | null, isStuck: boolean): readonly Light[] {
    return this.plan.properties.map((planned) => ({
      name: planned.name,
      ...this.light(planned, state, arrival, isStuck),
    }));
  }

  standing(state: Int32Array): Standing {
    const { properties, noError, settled } = this.plan;
    const isBroken = properties.some(({ property: { kind }, predicate }) => {
      if (kind === 'always') return !this.holds(predicate, state);
      return kind === 'total' && !this.holds(noError, state);
    });
    if (isBroken) return 'broken';
    return settled !== -1 && this.holds(settled, state) ? 'settled' : 'open';
  }

  private state(predicate: number, state: Int32Array, isSafety: boolean, about = 'here'): Shown {
    const value = this.holds(predicate, state);
    const why = value ? [] : this.compiled.explain(predicate, state);
    return { value, isBroken: isSafety && !value, about, why };
  }

  private unrest(state: Int32Array): readonly string[] {
    return unrestIn(this.compiled, this.tolerance, state);
  }

  /** Consistent, with everybody at rest; where not, who is not, or why it is not consistent. */
  private settled(predicate: number, state: Int32Array): Shown {
    const shown = this.state(predicate, state, false);
    if (predicate !== this.plan.settled || shown.value === true) return shown;
    const unrest = this.unrest(state);
    return unrest.length === 0 ? shown : { ...shown, why: unrest };
  }

  private formula(formula: Formula<AnyView>, state: Int32Array): Shown {
    const view = this.compiled.view(state);
    const why = atomsOf(formula).map((atom) => `${sourceOf(atom)} is ${String(atom(view))}`);
    return { ...nothing('about whole paths; its predicates here'), why };
  }

  private step(planned: PlannedProperty, { from, way }: Arrival): Shown {
    const { name, property } = planned;
    if (property.kind !== 'everyStep') return nothing('about steps');
    if (stateKey(from) === stateKey(way.to)) return nothing('not about the last step');
    const question = this.questions.get(planned) ?? new StepQuestion(this.compiled, name, property);
    this.questions.set(planned, question);
    const said = question.said(question.seen(from), question.seen(way.to), way.action);
    if (said === 'apart') return nothing('not about the last step');
    const about = 'the last step';
    if (said === 'kept') return { value: true, isBroken: false, about, why: [] };
    const look = this.compiled.projected({ name: `properties.${name}.of`, of: property.of });
    const [before, after] = [from, way.to].map((one) => shortJson(JSON.parse(look(one)) as Json));
    return { value: false, isBroken: true, about, why: [`before: ${before}`, `after: ${after}`] };
  }

  private claim({ way: { brokenClaim } }: Arrival): Shown {
    const isKept = brokenClaim === -1;
    const why = isKept ? [] : [this.compiled.claimText(brokenClaim)];
    return { value: isKept, isBroken: !isKept, about: 'the last step', why };
  }

  /** Of a set that no step of the program may leave. */
  private closed(inside: number, state: Int32Array, arrival: Arrival | null): Shown {
    const shown = this.state(inside, state, false);
    if (arrival === null) return shown;
    const { label } = this.compiled.action(arrival.way.action);
    const isLeft = label === 'P' && this.holds(inside, arrival.from) && shown.value === false;
    return { ...shown, isBroken: isLeft, about: isLeft ? 'the last step' : 'here' };
  }

  private light(
    planned: PlannedProperty,
    state: Int32Array,
    arrival: Arrival | null,
    isStuck: boolean,
  ): Shown {
    const { property, predicate, antecedent } = planned;
    const { settled, consistent, noError, allDone } = this.plan;
    switch (property.kind) {
      case 'always':
        if (antecedent !== -1 && !this.holds(antecedent, state)) {
          return nothing('not about this state');
        }
        return this.state(predicate, state, true);
      case 'total': {
        const shown = this.state(noError, state, true);
        return shown.value === true ? shown : { ...shown, why: this.unrest(state) };
      }
      case 'sometimes':
      case 'eventually':
      case 'eventuallyAlways':
        return this.state(predicate, state, false);
      case 'recoverable':
        return this.state(predicate === -1 ? consistent : predicate, state, false);
      case 'closed':
        return this.closed(predicate === -1 ? consistent : predicate, state, arrival);
      case 'converges':
        return this.settled(settled, state);
      case 'withinSteps':
        return this.settled(predicate === -1 ? settled : predicate, state);
      case 'deadlockFree': {
        const value = !isStuck || this.holds(allDone, state);
        return { value, isBroken: !value, about: 'here', why: value ? [] : ['no step at all'] };
      }
      case 'leadsTo':
      case 'until':
      case 'ltl':
        return this.formula(property.formula, state);
      case 'everyStep':
        return arrival === null ? nothing('about steps') : this.step(planned, arrival);
      case 'recovery':
        return arrival === null ? nothing('about steps') : this.claim(arrival);
      case 'resumes':
        return this.state(predicate, state, false, 'its condition, here');
      case 'totalRecovery':
      case 'deterministicRecovery':
      case 'refines':
        return nothing('about whole paths');
    }
  }
}
