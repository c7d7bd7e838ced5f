import { ReconvergeError } from '../model/error.ts';
import type { ParallelOptions, RetryOptions, StepFault, UndoFault } from './options.ts';
import type { OrchestrationStep, StepOptions, Workflow } from './options.ts';
import type { Plan, PlannedStep, Stage } from './plan.ts';
import {
  checkNames,
  checkOptions,
  checkPlainName,
  checkServiceName,
  formOf,
} from './wrong-options.ts';
import { attemptsOf, checkPivot, millisecondsOf } from './wrong-options.ts';

const TRANSIENT = ['loseRequest', 'loseReply', 'late'] as const satisfies readonly UndoFault[];
const ALL = [...TRANSIENT, 'refuse', 'halfDone'] as const satisfies readonly StepFault[];
const ATTEMPTS = 2;
const BACKOFF_MS = 1000;

/** A workflow of whatever step names. */
export type AnyWorkflow = Workflow<string, string>;

type Steps = { readonly [step: string]: OrchestrationStep<string> };

/** A stage as it was written, its parts put in: a step or a group, and its full name. */
interface Written {
  readonly name: string;
  /** Of the names of its steps. */
  readonly prefix: string;
  /** The step of the workflow that it came from. */
  readonly from: string;
  readonly options: StepOptions | ParallelOptions;
}

/** Steps in order, those of parts in the place of the step that runs them. */
class Unfolding {
  private readonly parts: NonNullable<AnyWorkflow['parts']>;
  readonly stages: Written[] = [];

  constructor(parts: NonNullable<AnyWorkflow['parts']>) {
    this.parts = parts;
  }

  add(steps: Steps, at: string, place: { prefix: string; from?: string; above: string[] }): void {
    const written = Object.entries(steps);
    if (written.length === 0) {
      throw new ReconvergeError('RCV120', `${at} has no steps`, {
        at,
        hint: "steps: { reserve: { compensate: 'release' }, … }, in the order in which they are done",
      });
    }
    for (const [own, options] of written) {
      checkPlainName(own, at);
      checkOptions(formOf(options), options, `${at}.${own}`);
      const name = `${place.prefix}${own}`;
      const from = place.from ?? own;
      if (!('run' in options) || options.run === undefined) {
        const prefix = place.prefix;
        this.stages.push({ name, prefix, from, options: options as Written['options'] });
        continue;
      }
      const part = this.part(options.run, `${at}.${own}`, place.above);
      const above = [...place.above, options.run];
      this.add(part, `parts.${options.run}`, { prefix: `${name}/`, from, above });
    }
  }

  private part(name: string, at: string, above: readonly string[]): Steps {
    if (above.includes(name)) {
      throw new ReconvergeError('RCV126', `the part '${name}' runs itself`, {
        at,
        hint: `a part may run others, but not round in a circle: ${[...above, name].join(' → ')}`,
      });
    }
    const part = Object.hasOwn(this.parts, name) ? this.parts[name] : undefined;
    if (part !== undefined) return part.steps;
    const known = Object.keys(this.parts);
    throw new ReconvergeError('RCV126', `there is no part '${name}' to run`, {
      at,
      hint: known.length === 0 ? 'parts: { … } declares none' : `parts: ${known.join(', ')}`,
    });
  }
}

function undoOf({ compensate }: StepOptions, prefix: string, at: string): PlannedStep['undo'] {
  if (compensate === undefined || compensate === null) return null;
  const given = typeof compensate === 'string' ? { by: compensate } : compensate;
  checkPlainName(given.by, at);
  const { by, tombstone = true, faults = TRANSIENT } = given;
  return { effect: `${prefix}${by}`, keepsTombstone: tombstone, faults };
}

function stepOf(
  own: string,
  options: StepOptions,
  { prefix, isPastPivot }: { prefix: string; isPastPivot: boolean },
): PlannedStep {
  const name = `${prefix}${own}`;
  const { idempotent = true, timeout, faults = isPastPivot ? TRANSIENT : ALL } = options;
  const { service = `${name}Service` } = options;
  checkServiceName(service, name);
  return {
    name,
    service,
    isIdempotent: idempotent,
    faults,
    undo: undoOf(options, prefix, name),
    timeoutMs: timeout === undefined ? null : millisecondsOf('timeout', timeout, name, 1),
  };
}

function membersOf(group: ParallelOptions, at: string): readonly [string, StepOptions][] {
  const members = Object.entries(group.parallel);
  if (members.length === 0) {
    throw new ReconvergeError('RCV120', `the group '${at}' has no steps`, {
      at,
      hint: 'parallel: { … } has a step for each thing that is done at once',
    });
  }
  for (const [name, options] of members) {
    checkPlainName(name, at);
    checkOptions('member', options, `${at}.${name}`);
  }
  return members;
}

function stageOf(written: Written, defaults: RetryOptions, isPastPivot: boolean): Stage {
  const { name, prefix, options } = written;
  const isParallel = 'parallel' in options && options.parallel !== undefined;
  const own = name.slice(prefix.length);
  const members: readonly [string, StepOptions][] = isParallel
    ? membersOf(options, name)
    : [[own, options as StepOptions]];
  const { retry = {}, checkpoint = true } = options;
  const usual = isPastPivot ? Infinity : (defaults.attempts ?? ATTEMPTS);
  return {
    name,
    steps: members.map(([member, step]) => stepOf(member, step, { prefix, isPastPivot })),
    isParallel,
    attempts: attemptsOf(retry.attempts ?? usual, name),
    backoffMs: millisecondsOf('backoff', retry.backoff ?? defaults.backoff ?? BACKOFF_MS, name, 0),
    isSaved: checkpoint,
    isPastPivot,
  };
}

/**
 * A workflow with its parts put in and every option decided.
 * @throws ReconvergeError RCV120 to RCV128 for what makes no sense
 */
export function planOf(name: string, workflow: AnyWorkflow): Plan {
  checkPlainName(name, 'orchestration');
  checkOptions('orchestration', workflow, name);
  const { steps, parts = {}, retry = {}, undo = 'reverse', saveDecision = true } = workflow;
  const unfolding = new Unfolding(parts);
  unfolding.add(steps, name, { prefix: '', above: [] });
  const pivots = unfolding.stages.filter(({ options }) => 'pivot' in options && options.pivot);
  const pivot = checkPivot(pivots.map((stage) => stage.name));
  const names = unfolding.stages.map((stage) => stage.name);
  const last = pivot === null ? names.length : names.indexOf(pivot);
  const stages = unfolding.stages.map((stage, at) => stageOf(stage, retry, at > last));
  checkNames(stages);
  const effectsOf = Object.fromEntries(
    Object.keys(steps).map((step) => [
      step,
      unfolding.stages.flatMap(({ from }, at) =>
        from === step ? (stages[at] as Stage).steps.map((one) => one.name) : [],
      ),
    ]),
  );
  return { name, stages, undo, savesDecision: saveDecision, effectsOf };
}
