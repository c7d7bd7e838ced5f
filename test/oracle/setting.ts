import type { AnyStateMachine } from 'xstate';
import { DOWN_TAG } from '../../src/model/recovery.ts';
import type { AnyFaultTolerance, Channel, System } from '../../src/model/system.ts';

/** One actor of the system; replicas are one each. */
export interface OracleActor {
  readonly name: string;
  readonly part: string;
  /** The position among its replicas; 0 for a single actor. */
  readonly index: number;
  readonly machine: AnyStateMachine;
  readonly checkpoint: string | null;
  readonly durable: ((context: unknown) => unknown) | null;
  /** Every input it may start with. */
  readonly inputs: readonly unknown[];
}

export interface Inbox {
  readonly kind: 'rendezvous' | 'set' | 'bag' | 'fifo';
  readonly capacity: number;
  readonly volatile: boolean;
}

/** A declared fault that may happen: which counter it uses up, or null where it never runs out. */
export interface Allowance {
  readonly name: string;
  readonly counter: string | null;
  readonly times: number;
}

/** A system, its names resolved. */
export interface Setting {
  readonly parts: readonly string[];
  readonly actors: readonly OracleActor[];
  readonly tolerance: AnyFaultTolerance;
  /** Tags that put an actor into dom(R). */
  readonly recoveryTags: readonly string[];
}

const NODE_FAULTS = ['crash', 'pause', 'halt'] as const;
const EFFECT_FAULTS = ['loseRequest', 'loseReply', 'late', 'refuse', 'halfDone'] as const;

function inputsOf(declared: unknown): readonly unknown[] {
  const several =
    typeof declared === 'object' && declared !== null && 'anyOf' in declared && declared.anyOf;
  return Array.isArray(several) ? (several as unknown[]) : [declared];
}

export function settingOf(system: System): Setting {
  const { parts, tolerance } = system;
  const actors = Object.entries(parts).flatMap(([part, { machine, count, ...rest }]) =>
    Array.from({ length: count ?? 1 }, (_, index) => ({
      name: count === null ? part : `${part}[${index}]`,
      part,
      index,
      machine: machine as AnyStateMachine,
      checkpoint: rest.checkpoint,
      durable: rest.durable,
      inputs: inputsOf(rest.input(index)),
    })),
  );
  const recoveryTags = [...Object.values(tolerance.recovery ?? {}), DOWN_TAG];
  return { parts: Object.keys(parts), actors, tolerance, recoveryTags };
}

export function actorOf(setting: Setting, name: string): OracleActor {
  const found = setting.actors.find((actor) => actor.name === name);
  if (found === undefined) throw new Error(`no actor '${name}'`);
  return found;
}

export function inboxOf(setting: Setting, actor: OracleActor): Inbox {
  const channels: { readonly [name: string]: Channel } = setting.tolerance.channels ?? {};
  const declared = channels[actor.part] ?? 'rendezvous';
  if (typeof declared === 'string') return { kind: declared, capacity: 4, volatile: false };
  const { kind, volatile = false } = declared;
  return {
    kind,
    volatile,
    capacity: ('capacity' in declared ? declared.capacity : undefined) ?? 4,
  };
}

/** null where the fault is not declared, or declared with a budget of 0. */
export function allowance(setting: Setting, name: string, declared: number): Allowance | null {
  const pools = Object.entries(setting.tolerance.pools ?? {});
  const pool = pools.find(([, { faults }]) => faults.includes(name));
  const times = pool === undefined ? declared : pool[1].budget;
  if (declared === 0 || times === 0) return null;
  const counter = times === Infinity ? null : pool === undefined ? name : `pool ${pool[0]}`;
  return { name, counter, times };
}

/** The allowance of a fault in `faults`: `order.crash`, `charge.late`. */
export function declaredFault(setting: Setting, owner: string, fault: string): Allowance | null {
  const { [fault]: declared } = (setting.tolerance.faults?.[owner] ?? {}) as {
    readonly [name: string]: number | { readonly times: number } | undefined;
  };
  if (declared === undefined) return null;
  const times = typeof declared === 'number' ? declared : declared.times;
  return allowance(setting, `${owner}.${fault}`, times);
}

/** The finite counters that the initial states begin with. */
export function initialBudgets(setting: Setting): { [counter: string]: number } {
  const owners = Object.keys(setting.tolerance.faults ?? {});
  const declared = owners.flatMap((owner) =>
    [...NODE_FAULTS, ...EFFECT_FAULTS].map((fault) => declaredFault(setting, owner, fault)),
  );
  const triggers = Object.entries(setting.tolerance.environment ?? {}).flatMap(([part, events]) =>
    Object.entries(events).map(([type, event]) =>
      typeof event === 'object' && event.is === 'fault'
        ? allowance(setting, `${part}.${type}`, event.budget)
        : null,
    ),
  );
  const finite = [...declared, ...triggers].filter((fault) => fault !== null && fault.counter);
  return Object.fromEntries(finite.map((fault) => [fault!.counter, fault!.times]));
}
