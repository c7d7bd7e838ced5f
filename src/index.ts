/**
 * The front door of Reconverge: everything that models, properties and tests may import. Whatever
 * is not named here is internal.
 * @module reconverge
 */
export { actor, anyOf, names, replicas } from './model/part.ts';
export type { AnyOf, AnyPart, ContextOf, EventOf, Part, PartOptions, Parts } from './model/part.ts';
export type { InvokedBy, SourceName, TagOf } from './model/part.ts';

export { actors, external, fault, ignore } from './model/system.ts';
export type {
  ActionMeaning,
  Budget,
  Channel,
  NodeFaults,
  System,
  Trigger,
} from './model/system.ts';
export type {
  Effect,
  EffectFaults,
  EffectName,
  EffectTo,
  FaultName,
  FaultTolerance,
} from './model/system.ts';
export type { EnvironmentEvent, ExternalTrigger, FaultTrigger } from './model/system.ts';

export { FAULT_NATURE, KINDS, PERSISTENCES, TOLD } from './model/failure.ts';
export { failure, failureGuards, failureOf, isFailure } from './model/failure.ts';
export type { EffectFault, Failure, FailureClass, FaultNature } from './model/failure.ts';
export type { Kind, NodeFault, Persistence } from './model/failure.ts';

export { DOWN_TAG } from './model/recovery.ts';
export type { Recovery, RecoveryTable, Strategy } from './model/recovery.ts';

export { always, converges, deadlockFree, eventually } from './model/property.ts';
export { eventuallyAlways, leadsTo, ltl, recoverable, refines, until } from './model/property.ts';
export { sometimes, withinSteps } from './model/property.ts';
export type {
  Fairness,
  FairnessClaims,
  Formula,
  Predicate,
  Property,
  PropertyKind,
} from './model/property.ts';
export { closed, everyStep, resumes } from './model/property.ts';
export { deterministicRecovery, totalRecovery } from './model/property.ts';
export type { SeenStep, StepPredicate } from './model/property.ts';

export { laws } from './model/laws.ts';
export type { LawParts, Phase } from './model/laws.ts';

export { choice, integer, parameterValues } from './model/parameter.ts';
export type { ChoiceParameter, IntegerParameter, Parameter } from './model/parameter.ts';
export type { Parameters, ParameterValues } from './model/parameter.ts';

export { defineModel } from './model/define.ts';
export type { Model, PostgresBinding, ServiceTable } from './model/define.ts';

export { orchestration, orchestrationFamily } from './build/orchestration.ts';
export type {
  Orchestration,
  OrchestrationFamily,
  OrchestrationOptions,
} from './build/orchestration.ts';
export type {
  CompensateOptions,
  FailureBudgets,
  Happened,
  NoParts,
  OrchestrationProperties,
  OrchestrationState,
  OrchestrationStep,
  ParallelOptions,
  ParallelStepOptions,
  PartStepOptions,
  RetryOptions,
  StepFault,
  StepOptions,
  UndoFault,
  Workflow,
} from './build/options.ts';

export { peer } from './model/peer.ts';
export { ReconvergeError } from './model/error.ts';
export type { ErrorCode } from './model/error.ts';
export type { ActorStatus, ActorView, View } from './model/view.ts';

export type { Completeness, Conformance, Divergence, FailureForm } from './model/verdict.ts';
export type { FiredFault, Json, JsonEvent, Label, PropertyReport } from './model/verdict.ts';
export type { Report, Result, StateView, Stats, Tolerance } from './model/verdict.ts';
export type { ToleranceRow, Trace, TraceStep } from './model/verdict.ts';

export { check } from './check/check.ts';
export type { CheckOptions, CheckReport } from './check/check.ts';
export { retrace, TraceRefuted } from './check/retrace.ts';
export { failureSequences } from './generate/arbitrary.ts';
export { simulate } from './generate/simulate.ts';
export type { SimulationReport } from './generate/simulate.ts';
export type { SimulationOptions } from './generate/options.ts';
export type { FailureSequence } from './generate/sequence.ts';
export type { WalkOptions } from './generate/walk.ts';
export { recoveryOf } from './check/recovery-of.ts';
export type { DerivedRecovery, GlobalState } from './check/recovery-of.ts';

export { driver } from './drive/driver.ts';
export type { Beginning, Driver, DriverParts, Take } from './drive/driver.ts';
export type { DrivenFaultName, NamesIn, OtherStepName, StepName } from './drive/driver.ts';
export type { SeenAsModel, SeenBy, Strikes, Takes } from './drive/driver.ts';
export type { Deviation, Played, PlayOptions, Recorder } from './drive/play.ts';
export type { Sequence, Sighting } from './drive/play.ts';
export { conformsProperty } from './drive/property.ts';
export { Recording } from './drive/history.ts';
export { inChild, overHttp } from './drive/remote.ts';
export type { FollowOptions } from './drive/remote.ts';
export { serveOnStdin, serveOverHttp } from './drive/serve.ts';
export type { DriverServer } from './drive/serve.ts';
export type { DriverAnswer, DriverRequest } from './drive/wire.ts';
export { Deviated, DrivenSuite, suiteFor } from './drive/driven-suite.ts';
export type { DrivenSuiteOptions, SuiteOptions } from './drive/driven-suite.ts';
export type { ActionReply, ModelAction } from './generate/action.ts';
export type { Observed, ObservedActor, SeenActor, SeenState } from './generate/seen-state.ts';
export type { Coverage } from './generate/suite/coverage.ts';
export type { Suite } from './generate/suite/suite.ts';
export type { Names } from './model/names.ts';
