import type { NamedPredicate } from '../machine/compile.ts';
import { declaredFaults } from '../machine/fault.ts';
import { replicasOf, vouchFor } from '../machine/replicas.ts';
import type { AnyStateMachine } from 'xstate';
import type { AnyPart, Parts } from '../model/part.ts';
import type { Predicate, Property } from '../model/property.ts';
import { partsOf } from './claims.ts';
import { logicOf, type Logic } from './automaton.ts';
import { DOWN_TAG } from '../model/recovery.ts';
import type { AnyView, System } from '../model/system.ts';
import { ReconvergeError } from '../model/error.ts';

/** A property with the number of the predicate it is about, where it has one of its own. */
export interface PlannedProperty {
  readonly name: string;
  readonly property: Property<AnyView> | { readonly kind: 'total' } | { readonly kind: 'recovery' };
  /** -1 where the property has no predicate of its own, or several. */
  readonly predicate: number;
  /** The formula of a temporal property over numbers of predicates. */
  readonly formula?: Logic;
  /** The predicate of the states that it is about; -1: of all. */
  readonly antecedent: number;
}

/** What is asked of the exploration: the predicates, and the properties in terms of them. */
export interface Plan {
  readonly predicates: readonly NamedPredicate[];
  readonly properties: readonly PlannedProperty[];
  /** Consistent, without recovery tags, nothing down; -1 without `consistent`. */
  readonly settled: number;
  /** C itself; -1 without `consistent`. */
  readonly consistent: number;
  /** Nothing is left to do: a state without steps is no deadlock then (spec 1.7). */
  readonly allDone: number;
  /** Every actor with a checkpoint is done. */
  readonly checkpointedDone: number;
  /** No actor is in XState's status `error`. */
  readonly noError: number;
}

/** The names that the toolkit itself gives to properties. */
export const TOTAL = 'total';
export const RECOVERY = 'recovery';
export const CONVERGES = 'converges';

interface Seen {
  readonly status: string;
  readonly hasTag: (tag: string) => boolean;
}
type Test = (seen: Seen) => boolean;

/** Whether all actors pass the test of their part, if any. Each is seen to pass or not, no more. */
function everyActor(
  parts: Parts,
  view: AnyView,
  testOf: (isCheckpointed: boolean) => Test | null,
): boolean {
  return Object.entries(parts).every(([name, part]) => {
    const test = testOf(part.checkpoint !== null);
    if (test === null) return true;
    const seen = view[name] as Seen | readonly Seen[];
    const all = part.count === null ? replicasOf([seen as Seen]) : (seen as readonly Seen[]);
    return all.every(test);
  });
}

const hasFinal = (part: AnyPart): boolean =>
  Object.values((part.machine as AnyStateMachine).states).some(({ type }) => type === 'final');

const isUndone = vouchFor<Test>(({ status }) => status !== 'done');
const isDone = vouchFor<Test>(({ status }) => status === 'done');
const isOver = vouchFor<Test>(({ status }) => status === 'done' || status === 'halted');
const isFine = vouchFor<Test>(({ status }) => status !== 'error');

/**
 * Some actor is done, and every actor that can be; a service without a final state never is, and
 * one that was halted without a checkpoint never will be (spec 1.7).
 */
function isAllDone(finite: Parts, view: AnyView): boolean {
  if (everyActor(finite, view, () => isUndone)) return false;
  return everyActor(finite, view, (isCheckpointed) => (isCheckpointed ? isDone : isOver));
}

const hasNoError = (parts: Parts, view: AnyView): boolean => everyActor(parts, view, () => isFine);

/** Whether nothing is down, in error or recovering. */
function restTest({ tolerance }: System): (parts: Parts, view: AnyView) => boolean {
  const tags = [...new Set([...Object.values(tolerance.recovery ?? {}), DOWN_TAG])];
  const isAtRest: Test = ({ status, hasTag }) =>
    status !== 'down' && status !== 'error' && !tags.some((tag) => hasTag(tag));
  const lasting = vouchFor<Test>((seen) => seen.status !== 'halted' && isAtRest(seen));
  const passing = vouchFor(isAtRest);
  return (parts, view) =>
    everyActor(parts, view, (isCheckpointed) => (isCheckpointed ? lasting : passing));
}

const NO_PREDICATE = { predicate: -1, antecedent: -1 } as const;

/** What is asked of each state, if anything is. */
function predicateOf(property: Property<AnyView>): Predicate<AnyView> | null {
  if (property.kind === 'resumes') return property.when;
  if (!('holds' in property)) return null;
  if (property.kind !== 'always' || property.when === undefined) return property.holds;
  const { holds, when } = property;
  return (view) => !when(view) || holds(view);
}

/** @throws ReconvergeError RCV305 for a property about a fault that is not declared */
function checkFault({ tolerance }: System, name: string, property: Property<AnyView>): void {
  if (property.kind !== 'resumes') return;
  const known = [...declaredFaults(tolerance)].map((fault) => fault.name);
  if (known.includes(property.after)) return;
  const what = `'${property.after}' is no declared fault`;
  throw new ReconvergeError('RCV305', what, {
    at: `properties.${name}`,
    hint: known.length === 0 ? 'this model declares no faults' : `faults: ${known.join(', ')}`,
  });
}

/** The properties of a system with those that come with it, and the predicates they need. */
export function planOf(system: System): Plan {
  const { parts, tolerance } = system;
  const predicates: NamedPredicate[] = [];
  const add = (name: string, holds: (view: AnyView) => boolean): number =>
    predicates.push({ name, holds }) - 1;
  const { consistent } = tolerance;
  const isResting = restTest(system);
  const finite = Object.fromEntries(Object.entries(parts).filter(([, part]) => hasFinal(part)));
  const given = Object.entries(tolerance.properties ?? {});
  const properties: PlannedProperty[] = given.map(([name, property]) => {
    checkFault(system, name, property);
    const ask = (holds: Predicate<AnyView> | null, part = ''): number =>
      holds === null ? -1 : add(`properties.${name}${part}`, holds);
    if ('formula' in property) {
      return { name, property, ...NO_PREDICATE, formula: logicOf(property.formula, ask) };
    }
    const when = property.kind === 'always' ? (property.when ?? null) : null;
    return {
      name,
      property,
      predicate: ask(predicateOf(property)),
      antecedent: ask(when, '.when'),
    };
  });
  if (consistent !== undefined && !given.some(([name]) => name === CONVERGES)) {
    const property = { kind: 'converges', fairness: 'default' } as const;
    properties.push({ name: CONVERGES, property, ...NO_PREDICATE });
  }
  for (const { name, property } of properties) {
    if (!('fairness' in property) || typeof property.fairness === 'string') continue;
    const claims = [...(property.fairness.weak ?? []), ...(property.fairness.strong ?? [])];
    const unknown = claims.find((claim) => claim !== '*' && !(partsOf(claim)[0] in parts));
    if (unknown === undefined) continue;
    throw new ReconvergeError('RCV304', `'${unknown}' names no actor that could be fair`, {
      at: `properties.${name}`,
      hint: `a claim is *, an actor, or actor.EVENT; actors: ${Object.keys(parts).join(', ')}`,
    });
  }
  const reserved = given.map(([name]) => name).find((name) => name === TOTAL || name === RECOVERY);
  if (reserved !== undefined) {
    throw new ReconvergeError('RCV303', `'${reserved}' is a property of the toolkit's own`, {
      at: `properties.${reserved}`,
      hint: 'give the property another name: total and recovery come with every model that has effects',
    });
  }
  const invokes = Object.keys(tolerance.effects ?? {}).length > 0;
  if (invokes) {
    properties.push({ name: TOTAL, property: { kind: 'total' }, ...NO_PREDICATE });
    properties.push({ name: RECOVERY, property: { kind: 'recovery' }, ...NO_PREDICATE });
  }
  const needsGoal = properties.find(
    ({ property, predicate }) =>
      ['converges', 'recoverable', 'withinSteps', 'closed'].includes(property.kind) &&
      predicate === -1,
  );
  if (needsGoal !== undefined && consistent === undefined) {
    throw new ReconvergeError(
      'RCV301',
      `'${needsGoal.name}' asks for consistency, but none is declared`,
      {
        at: `properties.${needsGoal.name}`,
        hint: 'declare consistent: (s) => …, or give the property a predicate of its own',
      },
    );
  }
  const and = consistent === undefined ? null : { name: 'consistent', holds: consistent };
  const addConsistent = (holds: (view: AnyView) => boolean): number =>
    and === null ? -1 : predicates.push({ name: 'consistent', holds, and }) - 1;
  return {
    predicates,
    properties,
    settled: addConsistent((view) => isResting(parts, view)),
    consistent: addConsistent((view) => hasNoError(parts, view)),
    allDone: add('done', (view) => isAllDone(finite, view)),
    checkpointedDone: add('done', (view) =>
      everyActor(parts, view, (isCheckpointed) => (isCheckpointed ? isDone : null)),
    ),
    noError: add('status', (view) => hasNoError(parts, view)),
  };
}

/** The plan with only the named properties. @throws ReconvergeError RCV302 for an unknown name */
export function selectProperties(plan: Plan, names: readonly string[]): Plan {
  if (names.length === 0) return plan;
  const known = plan.properties.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ReconvergeError('RCV302', `this model has no property '${unknown}'`, {
      hint: `properties: ${known.join(', ')}`,
    });
  }
  return { ...plan, properties: plan.properties.filter(({ name }) => names.includes(name)) };
}
