import { ReconvergeError } from '../model/error.ts';
import type { Stage } from './plan.ts';

/** Characters; a table is called after orchestration and service, in 63 at most. */
const NAME_MAX = 24;
const SERVICE_MAX = 38;
const PLAIN = /^[A-Za-z][A-Za-z0-9_-]*$/;
const PLAIN_PATH = /^[A-Za-z][A-Za-z0-9_/-]*$/;

const OF_STEP = 'service idempotent compensate timeout faults'.split(' ');
const OPTIONS = {
  step: [...OF_STEP, 'retry', 'pivot', 'checkpoint'],
  member: OF_STEP,
  group: ['parallel', 'retry', 'checkpoint'],
  run: ['run'],
  orchestration: 'steps parts retry undo saveDecision description crashes failures'.split(' '),
};

/** Names of the generated actors and of what the worker saves with. */
export const WORKER = 'worker';
export const SAVE = 'saveCheckpoint';
/** The state in which the worker chooses the stage to go on with. */
export const RESUMING = 'resuming';

/** @throws ReconvergeError RCV122 */
export function checkPlainName(name: string, at: string): void {
  if (PLAIN.test(name) && name.length <= NAME_MAX) return;
  throw new ReconvergeError('RCV122', `'${name}' is no name for a part of an orchestration`, {
    at,
    hint: `a letter, then letters, digits, '-' and '_', ${NAME_MAX} in all at most`,
  });
}

/** @throws ReconvergeError RCV122 */
export function checkServiceName(name: string, at: string): void {
  if (PLAIN_PATH.test(name) && name.length <= SERVICE_MAX) return;
  throw new ReconvergeError('RCV122', `'${name}' is no name for a service`, {
    at,
    hint: `service: a letter, then letters, digits, '-' and '_', ${SERVICE_MAX} in all at most`,
  });
}

type Form = keyof typeof OPTIONS;

const WHAT: Readonly<Record<Form, string>> = {
  step: 'a step',
  member: 'a step of a group',
  group: 'a group',
  run: 'a part',
  orchestration: 'an orchestration',
};

/** @throws ReconvergeError RCV128 for an option that there is not */
export function checkOptions(form: Form, options: object, at: string): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.find(([option]) => !OPTIONS[form].includes(option));
  if (unknown === undefined) return;
  throw new ReconvergeError('RCV128', `${WHAT[form]} has no option '${unknown[0]}'`, {
    at,
    hint: `${WHAT[form]} has: ${OPTIONS[form].join(', ')}`,
  });
}

/** What a step stands for. */
export function formOf(options: object): 'run' | 'group' | 'step' {
  if ('run' in options && options.run !== undefined) return 'run';
  return 'parallel' in options && options.parallel !== undefined ? 'group' : 'step';
}

/** @throws ReconvergeError RCV127 */
export function attemptsOf(attempts: number, at: string): number {
  if (attempts === Infinity || (Number.isSafeInteger(attempts) && attempts >= 1)) return attempts;
  throw new ReconvergeError('RCV127', `${attempts} is no number of attempts`, {
    at: `${at}.retry`,
    hint: 'attempts: a whole number from 1 on, or Infinity to go on until it succeeds',
  });
}

/** @throws ReconvergeError RCV127 */
export function millisecondsOf(option: string, ms: number, at: string, least: number): number {
  if (Number.isFinite(ms) && ms >= least) return ms;
  throw new ReconvergeError('RCV127', `${ms} is no ${option}`, {
    at,
    hint: `${option}: milliseconds, ${least} or more`,
  });
}

/** @throws ReconvergeError RCV127 */
export function budgetOf(option: string, budget: number, max: number): number {
  if (Number.isSafeInteger(budget) && budget >= 0 && budget <= max) return budget;
  throw new ReconvergeError('RCV127', `${budget} is no number of ${option}`, {
    at: option,
    hint: `${option}: a whole number from 0 to ${max}`,
  });
}

/** The only pivot. @throws ReconvergeError RCV123 when there are several */
export function checkPivot(pivots: readonly string[]): string | null {
  if (pivots.length <= 1) return pivots[0] ?? null;
  throw new ReconvergeError('RCV123', `there are ${pivots.length} pivots: ${pivots.join(', ')}`, {
    at: pivots[1] as string,
    hint: 'the pivot is the first step that cannot be undone: behind it there is no way back',
  });
}

function checkPastPivot({ name, steps, attempts }: Stage): void {
  for (const step of steps) {
    const at = step.name;
    if (step.undo !== null) {
      throw new ReconvergeError('RCV124', `'${at}' comes after the pivot and has a compensation`, {
        at,
        hint: 'nothing is undone once the pivot is done: leave the compensation out, or move the step before the pivot',
      });
    }
    const final = step.faults.find((fault) => fault === 'refuse' || fault === 'halfDone');
    if (final !== undefined) {
      throw new ReconvergeError('RCV125', `'${at}' comes after the pivot and may fail for good`, {
        at,
        hint: `without a way back it must succeed in the end: leave '${final}' out of its faults, or move it before the pivot`,
      });
    }
  }
  if (attempts === Infinity) return;
  throw new ReconvergeError('RCV125', `'${name}' comes after the pivot and gives up`, {
    at: `${name}.retry`,
    hint: 'without a way back it is tried until it succeeds: leave attempts out',
  });
}

function checkTimeouts({ steps, attempts }: Stage): void {
  const hasty = steps.find(({ timeoutMs }) => timeoutMs !== null);
  if (hasty === undefined || attempts !== Infinity) return;
  throw new ReconvergeError('RCV127', `'${hasty.name}' has a timeout and is tried for ever`, {
    at: `${hasty.name}.timeout`,
    hint: 'a service slower than its timeout would never answer: leave it out, or say how many attempts',
  });
}

/**
 * What can only be told of all stages together.
 * @throws ReconvergeError RCV121 for a name used twice, RCV124, RCV125 and RCV127 for stages that
 *   ask for what their place does not allow
 */
export function checkNames(stages: readonly Stage[]): void {
  const names = new Set([WORKER, SAVE, RESUMING]);
  const take = (name: string): void => {
    if (names.has(name)) {
      throw new ReconvergeError('RCV121', `'${name}' is the name of two things`, {
        at: name,
        hint: `steps, groups, compensations and services all have names of their own; ${WORKER}, ${SAVE} and ${RESUMING} are taken`,
      });
    }
    names.add(name);
  };
  for (const { name, steps, isParallel } of stages) {
    if (isParallel) take(name);
    for (const step of steps) {
      take(step.name);
      if (step.undo !== null) take(step.undo.effect);
    }
  }
  const services = stages.flatMap(({ steps }) => steps.map(({ service }) => service));
  for (const service of new Set(services)) take(service);
  for (const stage of stages) {
    checkTimeouts(stage);
    if (stage.isPastPivot) checkPastPivot(stage);
  }
}
