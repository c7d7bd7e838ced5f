import { laws } from '../model/laws.ts';
import { always, eventually, sometimes } from '../model/property.ts';
import type { Formula, Property } from '../model/property.ts';
import { ReconvergeError } from '../model/error.ts';
import type { AnyView } from '../model/system.ts';
import type { OrchestrationProperties } from './options.ts';
import { canTurnBack, canUndo, stepsOf, undoesOf } from './plan.ts';
import type { Budgets, Plan, Stage } from './plan.ts';
import type { Reading } from './seen.ts';
import { WORKER } from './wrong-options.ts';

type Properties = { readonly [name: string]: Property<AnyView> };
type Looking<S, T> = (state: S) => T;

/**
 * The property of what `lens` shows of a state. The functions that were given stay reachable, for
 * the model's fingerprint.
 */
function seenThrough<S, T>(property: Property<S>, lens: (state: T) => S): Property<T> {
  const look = (given: Looking<S, unknown>): Looking<T, unknown> =>
    Object.assign((state: T) => given(lens(state)), { of: given });
  const formula = (given: Formula<S>): Formula<T> => {
    if (typeof given === 'function') return look(given) as Formula<T>;
    const entries = Object.entries(given).map(([operator, operands]: [string, unknown]) => [
      operator,
      Array.isArray(operands)
        ? operands.map((one) => formula(one as Formula<S>))
        : formula(operands as Formula<S>),
    ]);
    return Object.fromEntries(entries) as Formula<T>;
  };
  // `when` and `keeps` of everyStep see what `of` has shown, no states.
  const ofStates = property.kind === 'everyStep' ? ['of'] : ['holds', 'when', 'of', 'ends'];
  const entries = Object.entries(property).map(([part, given]: [string, unknown]) => {
    if (part === 'formula') return [part, formula(given as Formula<S>)];
    const isLook = typeof given === 'function' && ofStates.includes(part);
    return [part, isLook ? look(given as Looking<S, unknown>) : given];
  });
  return Object.fromEntries(entries) as unknown as Property<T>;
}

const sizeOf = (stages: readonly Stage[]): number =>
  stages.reduce((sum, { steps }) => sum + steps.length, 0);

/** Whether what the services have agrees with how far the worker is. */
export function consistencyOf(plan: Plan, reading: Reading): (state: AnyView) => boolean {
  const { stages } = plan;
  return (state) => {
    const worker = reading.worker(state);
    if (worker === null) return false;
    const effects = reading.effects(state);
    if (effects.some((times) => times === 0.5)) return false;
    if (worker.matches('done')) return effects.every((times) => times === 1);
    const isAborted = worker.matches('aborted');
    if (isAborted && effects.some((times) => times > 0)) return false;
    // The effect of the stage that is being tried may have happened or not (spec 3.12).
    const present = worker.context.stage;
    const isForward = worker.matches('forward');
    return stages.every(({ steps }, stage) =>
      steps.every((step) => {
        if (stage > present) return reading.isUntouched(state, step);
        const times = reading.effect(state, step);
        return stage === present ? times <= 1 : !isForward || times === 1;
      }),
    );
  };
}

/** No effect is there without those of all stages before it, on the way there and back. */
function standing({ stages }: Plan, reading: Reading): (state: AnyView) => boolean {
  return (state) =>
    stages.every(({ steps }, stage) => {
      const isThere = steps.every((step) => reading.effect(state, step) > 0);
      if (isThere) return true;
      return stages
        .slice(stage + 1)
        .every((later) => later.steps.every((step) => reading.effect(state, step) === 0));
    });
}

/**
 * Steps without faults in which recovery is over, at most. To turn back: the failure is told (or
 * the worker restarts), the decision saved, what failed half way voided, everything undone, each
 * undo served and answered. To go on: restarted and saved again, or told and tried again; what was
 * not saved is done again, and what is half done completed. Before either, the others of a group
 * may be served and answered, and all attempts may time out.
 */
function boundOf(plan: Plan): number {
  const { stages } = plan;
  const undoes = undoesOf(plan);
  const ofStage = stages.map((_, at) => undoes.filter(({ stage }) => stage === at).length);
  const twice = plan.undo === 'forward' ? Math.max(...ofStage) : 0;
  const back = 2 * undoes.length + 2 * twice;
  const again = 2 + 2 * sizeOf(stages.filter(({ isSaved }) => !isSaved));
  const others = 2 * Math.max(...stages.map(({ steps }) => steps.length - 1));
  const hasty = stages.filter(({ steps }) => steps.some(({ timeoutMs }) => timeoutMs !== null));
  const waiting = hasty.reduce(
    (sum, { steps, attempts }) => sum + 2 * steps.length * attempts + 1,
    0,
  );
  return 2 + Math.max(back, again) + others + waiting;
}

/** The laws that have no occasion in this plan: nothing would be asked, and all would hold. */
function withoutOccasion(plan: Plan, budgets: Budgets): ReadonlySet<string> {
  const { stages, savesDecision } = plan;
  const { crashes, failures } = budgets;
  const asksUndo = canTurnBack(plan, failures) && undoesOf(plan).length > 0;
  const canFail = stepsOf(plan).some(({ faults }) => faults.length > 0);
  const recovers = crashes > 0 || canTurnBack(plan, failures) || (failures > 0 && canFail);
  const without: Readonly<Record<string, boolean>> = {
    'L1 total': !recovers,
    'L3 deterministic': !recovers,
    'L7 idempotent': crashes === 0 || !asksUndo || !savesDecision,
    'L11 undo undoes': !canUndo(plan, budgets),
    'L13 no orphan': !stages.slice(0, -1).some(({ isSaved }) => isSaved),
  };
  return new Set(Object.keys(without).filter((law) => without[law]));
}

function lawsOf(plan: Plan, reading: Reading, budgets: Budgets): Properties {
  const { stages } = plan;
  const stepsIn = (count: number): number => sizeOf(stages.slice(0, count));
  const asked = laws<AnyView>({
    phase: reading.phase,
    effects: reading.effects,
    checkpoint: (state) => stepsIn(reading.savedStages(state)),
    position: (state) => {
      const worker = reading.worker(state);
      return worker === null ? null : stepsIn(worker.context.stage);
    },
    typed: (state) => {
      const worker = reading.worker(state);
      if (worker === null) return true;
      const { stage, tries } = worker.context;
      const attempts = stages[stage]?.attempts ?? 1;
      return stage <= stages.length && tries < attempts + (worker.matches('forward') ? 0 : 1);
    },
    bound: boundOf(plan),
    crash: `${WORKER}.crash`,
  });
  const without = withoutOccasion(plan, budgets);
  return Object.fromEntries(Object.entries(asked).filter(([law]) => !without.has(law)));
}

/**
 * Everything that is asked of an orchestration: the laws that apply to it, and its own properties.
 * @throws ReconvergeError RCV129 for a property that has the name of a law
 */
export function propertiesOf(
  plan: Plan,
  reading: Reading,
  budgets: Budgets,
  own: OrchestrationProperties<string>,
): Properties {
  const has =
    (phase: string) =>
    (state: AnyView): boolean =>
      reading.phase(state) === phase;
  const common: Properties = {
    'can be done': sometimes(has('done')),
    ...(canTurnBack(plan, budgets.failures) && { 'can be aborted': sometimes(has('aborted')) }),
    'always ends': eventually((state) => has('done')(state) || has('aborted')(state)),
    ...(plan.stages.length > 1 && {
      'each step stands on those before it': always(standing(plan, reading)),
    }),
    ...lawsOf(plan, reading, budgets),
  };
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(common, name)) continue;
    throw new ReconvergeError('RCV129', `every orchestration has a property '${name}'`, {
      at: `properties.${name}`,
      hint: 'give yours another name',
    });
  }
  const mine = Object.entries(own).map(([name, property]) => [
    name,
    seenThrough(property, reading.whole),
  ]);
  return { ...common, ...(Object.fromEntries(mine) as Properties) };
}
