import type { Failure } from '../model/failure.ts';
import type { PersistedSnapshot } from './orchestration.ts';
import type { ServiceEvent } from './services.ts';

/** What an asker is told, as it travels between processes. */
export type WireReply =
  | { readonly is: 'done'; readonly output?: unknown }
  | { readonly is: 'error'; readonly error: Failure };

/** Where a workflow lives, and whether it is begun or taken over. */
export interface Assignment {
  readonly url: string;
  readonly schema: string;
  /** A uuid. */
  readonly workflowId: string;
  /** The business name: the input is made from it, services know it by it. */
  readonly workflow: string;
  readonly mode: 'start' | 'recover';
  /** How patiently to store; left out: as the store does by itself. */
  readonly limits?: { readonly attemptMs: number; readonly patienceMs: number };
}

/**
 * Commands to a worker process. In lock-step every effect and save waits for one; `work` runs a
 * workflow to its end by itself.
 */
export type Command =
  | { readonly do: 'begin'; readonly assignment: Assignment }
  | { readonly do: 'apply'; readonly service: string; readonly event: ServiceEvent }
  | { readonly do: 'reply'; readonly child: string; readonly service: string }
  | { readonly do: 'answer'; readonly child: string; readonly reply: WireReply }
  | { readonly do: 'save'; readonly child: string }
  | { readonly do: 'send'; readonly event: { readonly type: string } }
  | { readonly do: 'look' }
  | { readonly do: 'end' }
  | { readonly do: 'work'; readonly assignment: Assignment; readonly plan: FaultScript };

/** What is waiting in a lock-step worker. */
export interface Waiting {
  readonly child: string;
  readonly source: string;
  readonly input: unknown;
  readonly isSave: boolean;
}

/** What a lock-step worker is in, after each command. */
export interface WorkerView {
  readonly snapshot: PersistedSnapshot | null;
  readonly waiting: readonly Waiting[];
  /** Event types of armed timers. */
  readonly timers: readonly string[];
}

/** Faults to inject into one workflow that runs by itself. Each entry happens at most once. */
export interface FaultScript {
  /** SIGKILL at the n-th fault point passed, from 0; null: none. */
  readonly killAtPoint: number | null;
  /** Names as in the model, `charge.late`, at the effect's next execution. */
  readonly faults: readonly string[];
}

export type Response =
  | {
      readonly id: number;
      readonly ok: true;
      readonly view: WorkerView | null;
      readonly value: unknown;
    }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string | null;
      readonly message: string;
      readonly hint: string | null;
    };

/** Messages of a worker that answer no command. */
export type Notice =
  | { readonly note: 'ready' }
  /** A scripted fault is about to happen. */
  | { readonly note: 'fired'; readonly fault: string; readonly at: string };
