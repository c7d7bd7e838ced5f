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

type Declared = readonly [name: string, property: PlannedProperty['property']];

/** @throws ReconvergeError RCV304 for a property fair to somebody whom there is not */
function checkFairness({ parts }: System, [name, property]: Declared): void {
  if (!('fairness' in property) || typeof property.fairness === 'string') return;
  const claims = [...(property.fairness.weak ?? []), ...(property.fairness.strong ?? [])];
  const unknown = claims.find((claim) => claim !== '*' && !(partsOf(claim)[0] in parts));
  if (unknown === undefined) return;
  throw new ReconvergeError('RCV304', `'${unknown}' names no actor that could be fair`, {
    at: `properties.${name}`,
    hint: `a claim is *, an actor, or actor.EVENT; actors: ${Object.keys(parts).join(', ')}`,
  });
}

/** @throws ReconvergeError RCV301 for a goal that is neither given nor the system's own */
function checkGoal({ tolerance }: System, [name, property]: Declared): void {
  const hasGoal = 'holds' in property && property.holds !== null;
  const needsGoal = ['converges', 'recoverable', 'withinSteps', 'closed'].includes(property.kind);
  if (!needsGoal || hasGoal || tolerance.consistent !== undefined) return;
  throw new ReconvergeError('RCV301', `'${name}' asks for consistency, but none is declared`, {
    at: `properties.${name}`,
    hint: 'declare consistent: (s) => …, or give the property a predicate of its own',
  });
}

/** The properties of a system with those that come with it. @throws ReconvergeError RCV301 ff. */
function declaredIn(system: System): readonly Declared[] {
  const { consistent, effects = {}, properties = {} } = system.tolerance;
  const given = Object.entries(properties);
  for (const [name, property] of given) checkFault(system, name, property);
  const reserved = given.map(([name]) => name).find((name) => name === TOTAL || name === RECOVERY);
  if (reserved !== undefined) {
    throw new ReconvergeError('RCV303', `'${reserved}' is a property of the toolkit's own`, {
      at: `properties.${reserved}`,
      hint: 'give the property another name: total and recovery come with every model that has effects',
    });
  }
  const all: Declared[] = [...given];
  if (consistent !== undefined && !(CONVERGES in properties)) {
    all.push([CONVERGES, { kind: 'converges', fairness: 'default' }]);
  }
  if (Object.keys(effects).length > 0) {
    all.push([TOTAL, { kind: 'total' }], [RECOVERY, { kind: 'recovery' }]);
  }
  for (const one of all) checkFairness(system, one);
  for (const one of all) checkGoal(system, one);
  return all;
}

/** @throws ReconvergeError RCV302 for a name of no property */
function selected(all: readonly Declared[], names: readonly string[]): readonly Declared[] {
  if (names.length === 0) return all;
  const known = all.map(([name]) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ReconvergeError('RCV302', `this model has no property '${unknown}'`, {
      hint: `properties: ${known.join(', ')}`,
    });
  }
  return all.filter(([name]) => names.includes(name));
}

/**
 * The named properties of a system, all of them if none are named, and the predicates they need.
 * @throws ReconvergeError RCV301 to RCV305 for the user's mistakes
 */
export function planOf(system: System, names: readonly string[] = []): Plan {
  const { parts, tolerance } = system;
  const predicates: NamedPredicate[] = [];
  const add = (name: string, holds: (view: AnyView) => boolean): number =>
    predicates.push({ name, holds }) - 1;
  const planned = ([name, property]: Declared): PlannedProperty => {
    const ask = (holds: Predicate<AnyView> | null, part = ''): number =>
      holds === null ? -1 : add(`properties.${name}${part}`, holds);
    if (property.kind === 'total' || property.kind === 'recovery') {
      return { name, property, ...NO_PREDICATE };
    }
    if ('formula' in property) {
      return { name, property, ...NO_PREDICATE, formula: logicOf(property.formula, ask) };
    }
    const when = property.kind === 'always' ? (property.when ?? null) : null;
    const predicate = ask(predicateOf(property));
    return { name, property, predicate, antecedent: ask(when, '.when') };
  };
  const properties = selected(declaredIn(system), names).map(planned);
  const { consistent } = tolerance;
  const isResting = restTest(system);
  const finite = Object.fromEntries(Object.entries(parts).filter(([, part]) => hasFinal(part)));
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
