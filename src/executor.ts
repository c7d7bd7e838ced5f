/**
 * Runs orchestrations on PostgreSQL: the reference executor, of which the models are the
 * specification (spec 5).
 * @module reconverge/executor
 */
export { executable, workflowIdOf } from './postgres/executor/definition.ts';
export type {
  Definition,
  DefinitionOptions,
  EffectCall,
  EffectFunction,
} from './postgres/executor/definition.ts';
export { openExecutor } from './postgres/executor/executor.ts';
export type { ExecutionStatus, Executor, ExecutorOptions } from './postgres/executor/executor.ts';
export { migrate, SCHEMA_VERSION } from './postgres/executor/schema.ts';
export type { LogEntry, SpanLike, TracerLike } from './postgres/executor/telemetry.ts';
export { openStore } from './postgres/store.ts';
export type { HistoryEntry, Position, Save, Store, StoreOptions } from './postgres/store.ts';
