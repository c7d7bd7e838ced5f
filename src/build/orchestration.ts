import type { AnyPart } from '../model/part.ts';
import { actor } from '../model/part.ts';
import { defineModel, type Model, type PostgresBinding, type Values } from '../model/define.ts';
import { ReconvergeError } from '../model/error.ts';
import { integer, type Parameters, type ParameterValues } from '../model/parameter.ts';
import type { AnyEffect, AnyFaults, AnyView, System } from '../model/system.ts';
import { consistencyOf, propertiesOf } from './asked.ts';
import type { FailureBudgets, NoParts, OrchestrationProperties, Workflow } from './options.ts';
import { planOf, type AnyWorkflow } from './planning.ts';
import { canTurnBack, servicesOf, stepsOf } from './plan.ts';
import type { Budgets, Plan, PlannedStep } from './plan.ts';
import { readingOf, type Reading } from './seen.ts';
import { createTable, halving, performing, serviceMachine } from './service-machine.ts';
import { serviceTable, undoing, unlessVoid } from './service-machine.ts';
import { workerMachine } from './worker-machine.ts';
import { budgetOf, SAVE, WORKER } from './wrong-options.ts';

/** The name under which the workflow runs in the model. */
const WORKFLOW = 'w1';
const CRASHES_MAX = 3;
const FAILURES_MAX = 5;
/** The pool of all failures of services. */
const POOL = 'failures';

function effectsOf(step: PlannedStep): readonly [string, AnyEffect][] {
  const { name, service: to, undo } = step;
  const asked: AnyEffect = {
    to,
    send: performing(step) as AnyEffect['send'],
    reply: unlessVoid as unknown as NonNullable<AnyEffect['reply']>,
  };
  if (undo === null) return [[name, asked]];
  return [
    [name, asked],
    [undo.effect, { to, send: undoing(step) as AnyEffect['send'] }],
  ];
}

/**
 * All faults that can strike a step and its undo; how often is the pool's business. None can strike
 * an undo that is not asked for before all failures are used up.
 */
function faultsOf(plan: Plan, failures: number): readonly (readonly [string, AnyFaults])[] {
  const send = halving as AnyEffect['send'];
  const declared = (kinds: readonly string[]): AnyFaults =>
    Object.fromEntries(kinds.map((kind) => [kind, kind === 'halfDone' ? { times: 1, send } : 1]));
  return plan.stages.flatMap(({ steps }, stage) => {
    const mayUndoFail = failures === 0 || canTurnBack(plan, failures - 1, stage);
    return steps.flatMap(({ name, faults, undo }) => [
      [name, declared(faults)] as const,
      ...(undo !== null && mayUndoFail ? [[undo.effect, declared(undo.faults)] as const] : []),
    ]);
  });
}

/** The failure that uses up the last attempt is answered by rolling back (spec 3.6). */
const escalation =
  ({ stages }: Plan, reading: Reading) =>
  (state: AnyView): boolean => {
    const { stage = 0, tries = 0 } = reading.worker(state)?.context ?? {};
    return tries + 1 >= (stages[stage]?.attempts ?? 0);
  };

function systemOf(
  plan: Plan,
  budgets: Budgets,
  properties: OrchestrationProperties<string>,
): System {
  const reading = readingOf(plan);
  const service = serviceMachine();
  const worker = workerMachine(plan);
  const steps = stepsOf(plan);
  const faults = faultsOf(plan, budgets.failures);
  const pooled = faults.flatMap(([name, kinds]) =>
    Object.keys(kinds).map((kind) => `${name}.${kind}`),
  );
  const parts: Record<string, AnyPart> = {
    [WORKER]: actor(worker, { checkpoint: SAVE as never, input: { id: WORKFLOW } }),
    ...Object.fromEntries(servicesOf(plan).map((name) => [name, actor(service)])),
  };
  return {
    parts,
    tolerance: {
      effects: Object.fromEntries(steps.flatMap(effectsOf)),
      faults: { [WORKER]: { crash: budgets.crashes }, ...Object.fromEntries(faults) },
      ...(pooled.length > 0 && { pools: { [POOL]: { budget: budgets.failures, faults: pooled } } }),
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'compensate' },
      escalates: { transient: escalation(plan, reading) },
      consistent: consistencyOf(plan, reading),
      properties: propertiesOf(plan, reading, budgets, properties),
    },
  };
}

/** Each service is a table of its own, named after the orchestration and it. */
function bindingOf(plan: Plan): PostgresBinding {
  const tables = servicesOf(plan).map((name): [string, string] => [name, `"${plan.name}_${name}"`]);
  return {
    orchestrator: WORKER,
    input: (id) => ({ id }),
    example: WORKFLOW,
    schema: tables.map(([, table]) => createTable(table)).join('\n'),
    services: Object.fromEntries(tables.map(([name, table]) => [name, serviceTable(table)])),
  };
}

const budgetParameters = ({ crashes = 1, failures = 2 }: FailureBudgets) => ({
  crashes: integer({
    default: budgetOf('crashes', crashes, CRASHES_MAX),
    min: 0,
    max: CRASHES_MAX,
  }),
  failures: integer({
    default: budgetOf('failures', failures, FAILURES_MAX),
    min: 0,
    max: FAILURES_MAX,
  }),
});

/** A model to which properties can be added. */
export interface Orchestration<StepName extends string> extends Model {
  /**
   * The same model with properties besides the laws. A call of its own, so that what they see is
   * typed by the steps.
   */
  satisfying(properties: OrchestrationProperties<StepName>): Model;
}

interface Family {
  readonly name: string;
  readonly description: string;
  readonly parameters: Parameters;
  readonly planOf: (values: Values) => Plan;
}

function modelOf(family: Family, properties: OrchestrationProperties<string>): Model {
  const { name, description, parameters } = family;
  return defineModel({
    name,
    description,
    parameters,
    build: (values) => {
      const { crashes, failures } = values as unknown as Budgets;
      return systemOf(family.planOf(values), { crashes, failures }, properties);
    },
    postgres: (values) => bindingOf(family.planOf(values)),
  });
}

const extensible = <StepName extends string>(family: Family): Orchestration<StepName> => ({
  ...modelOf(family, {}),
  satisfying: (properties) => modelOf(family, properties),
});

/** The options of `orchestration`. */
export interface OrchestrationOptions<StepName extends string, PartName extends string>
  extends Workflow<StepName, PartName>, FailureBudgets {
  readonly description?: string;
}

/**
 * A model of a workflow that is given as steps and compensations: the machine of its worker, with
 * retries, checkpoints and undo; its services; everything that may fail; and as properties all laws
 * of spec 4 that apply. Export it as the default of a model file: it can be checked, drawn, run and
 * conformed like any other.
 *
 * ```ts
 * export default orchestration('order', {
 *   steps: {
 *     reserve: { compensate: 'release' },
 *     charge: { compensate: 'refund', retry: { attempts: 3 } },
 *     ship: { compensate: 'recall', pivot: true },
 *     notify: {},
 *   },
 * });
 * ```
 *
 * @param name also of its tables on PostgreSQL: a letter, then letters, digits, `-` and `_`, 24 in
 *   all at most; as for the names of steps
 * @throws ReconvergeError RCV120 to RCV128 for options that make no sense together
 */
export function orchestration<
  const StepName extends string,
  const PartName extends string = NoParts,
>(name: string, options: OrchestrationOptions<StepName, PartName>): Orchestration<StepName> {
  const { description = '' } = options;
  const plan = planOf(name, options as AnyWorkflow);
  const parameters = budgetParameters(options);
  return extensible({ name, description, parameters, planOf: () => plan });
}

/** The options of `orchestrationFamily`. */
export interface OrchestrationFamily<
  P extends Parameters,
  StepName extends string,
  PartName extends string,
> extends FailureBudgets {
  readonly description?: string;
  /** Besides `crashes` and `failures`, which every orchestration has. */
  readonly parameters: P;
  /** The workflow of those values. */
  readonly build: (values: ParameterValues<P>) => Workflow<StepName, PartName>;
}

/**
 * Orchestrations by parameters, such as one with a broken variant for each rule that matters.
 *
 * @throws ReconvergeError RCV129 for a parameter `crashes` or `failures`; RCV120 to RCV128, as
 *   `orchestration`, when a variant is built
 */
export function orchestrationFamily<
  const P extends Parameters,
  const StepName extends string,
  const PartName extends string = NoParts,
>(name: string, family: OrchestrationFamily<P, StepName, PartName>): Orchestration<StepName> {
  const { description = '', build } = family;
  const budgets: Parameters = budgetParameters(family);
  const taken = Object.keys(budgets).find((own) => Object.hasOwn(family.parameters, own));
  if (taken !== undefined) {
    throw new ReconvergeError('RCV129', `every orchestration has a parameter '${taken}'`, {
      at: `parameters.${taken}`,
      hint: `its default is set by '${taken}' beside 'parameters'; give yours another name`,
    });
  }
  const written = (values: Values): AnyWorkflow =>
    build(values as ParameterValues<P>) as AnyWorkflow;
  return extensible({
    name,
    description,
    parameters: { ...budgets, ...family.parameters },
    planOf: (values) => planOf(name, written(values)),
  });
}
