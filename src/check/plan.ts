import type { NamedPredicate } from '../machine/compile.ts';
import type { AnyStateMachine } from 'xstate';
import type { AnyPart, Parts } from '../model/part.ts';
import type { Property } from '../model/property.ts';
import { DOWN_TAG } from '../model/recovery.ts';
import type { AnyView, System } from '../model/system.ts';
import { ReconvergeError } from '../model/error.ts';

/** A property with the number of the predicate it is about, where it has one of its own. */
export interface PlannedProperty {
  readonly name: string;
  readonly property: Property<AnyView> | { readonly kind: 'total' } | { readonly kind: 'recovery' };
  /** -1 where the property has no predicate of its own. */
  readonly predicate: number;
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

function everyActor(
  parts: Parts,
  view: AnyView,
  test: (seen: Seen, checkpointed: boolean) => boolean,
): boolean {
  return Object.entries(parts).every(([name, part]) => {
    const seen = view[name] as Seen | readonly Seen[];
    const all = part.count === null ? [seen as Seen] : (seen as readonly Seen[]);
    return all.every((one) => test(one, part.checkpoint !== null));
  });
}

const hasFinal = (part: AnyPart): boolean =>
  Object.values((part.machine as AnyStateMachine).states).some(({ type }) => type === 'final');

/**
 * Some actor is done, and every actor that can be; a service without a final state never is, and
 * one that was halted without a checkpoint never will be (spec 1.7).
 */
function isAllDone(parts: Parts, view: AnyView): boolean {
  const finite = Object.fromEntries(Object.entries(parts).filter(([, part]) => hasFinal(part)));
  if (everyActor(finite, view, ({ status }) => status !== 'done')) return false;
  return everyActor(finite, view, ({ status }, checkpointed) => {
    return status === 'done' || (status === 'halted' && !checkpointed);
  });
}

const hasNoError = (parts: Parts, view: AnyView): boolean =>
  everyActor(parts, view, ({ status }) => status !== 'error');

function isSettled({ parts, tolerance }: System, view: AnyView): boolean {
  const tags = [...new Set([...Object.values(tolerance.recovery ?? {}), DOWN_TAG])];
  const up = everyActor(parts, view, (seen, checkpointed) => {
    if (seen.status === 'down' || (seen.status === 'halted' && checkpointed)) return false;
    return seen.status !== 'error' && !tags.some((tag) => seen.hasTag(tag));
  });
  return up && (tolerance.consistent?.(view) ?? true);
}

/** The properties of a system with those that come with it, and the predicates they need. */
export function planOf(system: System): Plan {
  const { parts, tolerance } = system;
  const predicates: NamedPredicate[] = [];
  const add = (name: string, holds: (view: AnyView) => boolean): number =>
    predicates.push({ name, holds }) - 1;
  const { consistent } = tolerance;
  const given = Object.entries(tolerance.properties ?? {});
  const properties: PlannedProperty[] = given.map(([name, property]) => {
    const holds = 'holds' in property ? property.holds : null;
    return { name, property, predicate: holds === null ? -1 : add(`properties.${name}`, holds) };
  });
  if (consistent !== undefined && !given.some(([name]) => name === CONVERGES)) {
    const property = { kind: 'converges', fairness: 'default' } as const;
    properties.push({ name: CONVERGES, property, predicate: -1 });
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
    properties.push({ name: TOTAL, property: { kind: 'total' }, predicate: -1 });
    properties.push({ name: RECOVERY, property: { kind: 'recovery' }, predicate: -1 });
  }
  const needsGoal = properties.find(
    ({ property, predicate }) =>
      ['converges', 'recoverable', 'withinSteps'].includes(property.kind) && predicate === -1,
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
  return {
    predicates,
    properties,
    settled: consistent === undefined ? -1 : add('consistent', (view) => isSettled(system, view)),
    consistent:
      consistent === undefined
        ? -1
        : add('consistent', (view) => hasNoError(parts, view) && consistent(view)),
    allDone: add('done', (view) => isAllDone(parts, view)),
    checkpointedDone: add('done', (view) =>
      everyActor(parts, view, ({ status }, checkpointed) => !checkpointed || status === 'done'),
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
