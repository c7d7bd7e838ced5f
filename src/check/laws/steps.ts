import { agreeing } from '../../machine/answers.ts';
import type { Compiled } from '../../machine/compile.ts';
import { deepFreeze, evaluate } from '../../machine/purity.ts';
import { ReconvergeError } from '../../model/error.ts';
import type { EveryStep, SeenStep, StepPredicate } from '../../model/property.ts';
import type { AnyView } from '../../model/system.ts';
import type { Analysis } from '../analysis.ts';
import { HOLDS, violated, type Judgement } from '../judgement.ts';
import { pathTo } from '../path.ts';

/** What a property says of a step: it is not about it, or holds of it, or does not. */
export type Said = 'apart' | 'kept' | 'broken';

/** Asks a property about steps, once for all that look the same to it. */
export class StepQuestion {
  private readonly compiled: Compiled;
  private readonly name: string;
  private readonly property: EveryStep<AnyView>;
  private readonly look: (state: Int32Array) => string;
  private readonly numbers = new Map<string, number>();
  private readonly values: unknown[] = [];
  private readonly known = new Map<string, Said>();

  constructor(compiled: Compiled, name: string, property: EveryStep<AnyView>) {
    this.compiled = compiled;
    this.name = `properties.${name}`;
    this.property = property;
    this.look = compiled.projected({ name: `${this.name}.of`, of: property.of });
  }

  /** The number of what is to be seen of a state. */
  seen(state: Int32Array): number {
    const text = this.look(state);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.values.push(deepFreeze(JSON.parse(text) as unknown)) - 1;
    this.numbers.set(text, number);
    return number;
  }

  /** Of the step with that action between states of which that is seen. */
  said(before: number, after: number, action: number): Said {
    const key = `${before} ${after} ${action}`;
    const known = this.known.get(key) ?? this.answer(before, after, action);
    this.known.set(key, known);
    return known;
  }

  private answer(before: number, after: number, action: number): Said {
    const { actor, event, label, fault } = this.compiled.action(action);
    const name = this.compiled.actorNames[actor] ?? '';
    const step: SeenStep = { actor: name, event, label, fault: fault?.name ?? null };
    const seen = [this.values[before], this.values[after], step] as const;
    const { when, keeps } = this.property;
    if (when !== null && !this.ask(`${this.name}.when`, when, seen)) return 'apart';
    return this.ask(`${this.name}.keeps`, keeps, seen) ? 'kept' : 'broken';
  }

  private ask(
    at: string,
    predicate: StepPredicate<never>,
    [before, after, step]: readonly [unknown, unknown, SeenStep],
  ): boolean {
    const { answer } = agreeing(at, () => {
      const said: unknown = evaluate(at, () => predicate(before as never, after as never, step));
      return { reads: [], answer: said };
    });
    if (typeof answer === 'boolean') return answer;
    throw new ReconvergeError(
      'RCV219',
      `a predicate answered ${String(answer)}, not true or false`,
      { at, hint: 'compare explicitly: x !== null, list.length > 0' },
    );
  }
}

export function judgeEveryStep(
  analysis: Analysis,
  name: string,
  property: EveryStep<AnyView>,
): Judgement {
  const { compiled, found, graph } = analysis;
  const { offsets, targets, actions } = graph;
  const question = new StepQuestion(compiled, name, property);
  const seen = Int32Array.from({ length: analysis.states }, (_, state) =>
    question.seen(found.row(state)),
  );
  let isAbout = false;
  for (let from = 0; from < analysis.states; from += 1) {
    for (let edge = offsets[from] as number; edge < (offsets[from + 1] as number); edge += 1) {
      const [to, action] = [targets[edge] as number, actions[edge] as number];
      if (to === from) continue;
      const said = question.said(seen[from] as number, seen[to] as number, action);
      isAbout ||= said !== 'apart';
      if (said === 'broken') return brokenBy(analysis, from, action, to, name);
    }
  }
  if (isAbout) return HOLDS;
  return { ...HOLDS, vacuous: true, because: 'there is no step that it is about' };
}

function brokenBy(
  analysis: Analysis,
  from: number,
  action: number,
  to: number,
  name: string,
): Judgement {
  const { start, steps } = pathTo(analysis, from);
  const path = { start, steps: [...steps, { action, to }], loop: null };
  return violated('step', `'${name}' is false of the last step`, path);
}

/** Law L4 (spec 4.4): no P step leads out. */
export function judgeClosed(analysis: Analysis, predicate: number, name: string): Judgement {
  const { compiled, found } = analysis;
  if (found.count(predicate) === 0) {
    return { ...HOLDS, vacuous: true, because: 'there is no state to be left' };
  }
  if (found.isClosed(predicate)) return HOLDS;
  const { offsets, targets, actions } = analysis.graph;
  for (let from = 0; from < analysis.states; from += 1) {
    if (!analysis.holds(predicate, from)) continue;
    for (let edge = offsets[from] as number; edge < (offsets[from + 1] as number); edge += 1) {
      const [to, action] = [targets[edge] as number, actions[edge] as number];
      if (compiled.action(action).label !== 'P' || analysis.holds(predicate, to)) continue;
      return brokenBy(analysis, from, action, to, name);
    }
  }
  return HOLDS;
}
