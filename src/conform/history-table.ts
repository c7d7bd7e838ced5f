import { ReconvergeError } from '../model/error.ts';
import type { PostgresBinding } from '../model/define.ts';
import type { System } from '../model/system.ts';
import type { Json } from '../model/verdict.ts';
import type { StateData } from '../postgres/orchestration.ts';
import type { RecordedWorkflow } from '../postgres/recorded.ts';
import type { HistoryEntry, RecoveryEntry } from '../postgres/store.ts';
import type { History, Row } from './history.ts';

type Snapshot = { readonly [key: string]: Json };

function snapshotOf({ state, seq }: HistoryEntry): Snapshot {
  const { snapshot } = (state ?? {}) as Partial<StateData>;
  if (typeof snapshot === 'object' && snapshot !== null) return snapshot as unknown as Snapshot;
  throw new ReconvergeError('RCV605', `the state_data of checkpoint ${seq} holds no snapshot`, {
    at: `checkpoint ${seq}`,
    hint: 'spec 5.2: { step, snapshot, effects }; this table is not of this toolkit, or was changed',
  });
}

interface Placed {
  readonly epoch: number;
  readonly row: Row;
}

/** A checkpoint; the first is no step of the model, but where it starts. */
function checkpointRow(actor: string, entry: HistoryEntry): Row {
  const { seq, epoch, final } = entry;
  const saved = snapshotOf(entry);
  const at = `checkpoint ${seq}`;
  const kind = seq === 0 ? 'start' : 'checkpoint';
  const shown = { [kind]: actor, seq, epoch, final, saved };
  return { at, shown, kind, actor, saved, isWhole: true, final };
}

function recoveryRow(
  actor: string,
  { checkpointId, epoch }: RecoveryEntry,
  byId: ReadonlyMap<string, HistoryEntry>,
): Row {
  const target = byId.get(checkpointId);
  const saved = target === undefined ? {} : snapshotOf(target);
  const seq = target?.seq ?? null;
  const shown = { recovery: actor, epoch, from: seq, saved };
  const at = `recovery ${epoch}`;
  return { at, shown, kind: 'recovery', actor, saved, isWhole: target !== undefined, final: null };
}

/** The first checkpoint that is not there, by its number; -1: all are. */
function firstMissing(checkpoints: readonly HistoryEntry[], saved: number): number {
  for (let seq = 0; seq < saved; seq += 1) if (checkpoints[seq]?.seq !== seq) return seq;
  return -1;
}

/** The first recovery that is not there, by the epoch that it began; -1: all are. */
function firstUnbegun({ checkpoints, recoveries }: RecordedWorkflow): number {
  const last = Math.max(1, ...checkpoints.map(({ epoch }) => epoch));
  for (let epoch = 2; epoch <= last; epoch += 1)
    if (!recoveries.some((recovery) => recovery.epoch === epoch)) return epoch;
  return -1;
}

/** The first place at which something is known to be missing. */
function damageOf(one: RecordedWorkflow, placed: readonly Placed[]): History['damage'] {
  const { checkpoints, saved } = one;
  const seq = firstMissing(checkpoints, saved);
  const epoch = firstUnbegun(one);
  const place = (test: (one: Placed) => boolean): number => {
    const found = placed.findIndex(test);
    return found === -1 ? placed.length : found;
  };
  const next = `checkpoint ${checkpoints[seq]?.seq}`;
  const damages = [
    ...(seq === -1
      ? []
      : [
          {
            before: place(({ row }) => row.at === next),
            because: `checkpoint ${seq} is missing: numbers have no gaps (spec 5.10)`,
          },
        ]),
    ...(epoch === -1
      ? []
      : [
          {
            before: place((row) => row.epoch >= epoch),
            because: `the recovery that began epoch ${epoch} is missing (spec 5.9)`,
          },
        ]),
  ];
  return damages.toSorted((a, b) => a.before - b.before)[0] ?? null;
}

/** What a service was seen to have, some time behind the last checkpoint. */
function serviceRow({ service, context }: RecordedWorkflow['services'][number]): Row {
  const state = { [service]: { context: (context ?? null) as Json } };
  return { at: `service ${service}`, shown: { state }, isWhole: true, kind: 'moment', state };
}

/** The history of a workflow as its tables tell it: every checkpoint and every recovery. */
export function historyOfWorkflow(actor: string, one: RecordedWorkflow): History {
  const { workflowId, workflow, status, checkpoints, recoveries, services } = one;
  const byId = new Map(checkpoints.map((entry) => [entry.checkpointId, entry]));
  const rows: Placed[] = [
    ...recoveries.map((entry) => ({ ...entry, row: recoveryRow(actor, entry, byId) })),
    ...checkpoints.map((entry) => ({ ...entry, row: checkpointRow(actor, entry) })),
  ];
  // Stable: within an epoch its recovery first, then its checkpoints in order of commit.
  const placed = rows.toSorted((a, b) => a.epoch - b.epoch);
  return {
    name: workflow ?? workflowId,
    model: null,
    rows: [...placed.map(({ row }) => row), ...services.map(serviceRow)],
    observed: [],
    checkpoints: [actor],
    isSuffix: false,
    cut: null,
    isRunning: status === 'running',
    damage: damageOf(one, placed),
  };
}

/** The system with a workflow of that name: what its orchestrator starts with follows from it. */
export function systemOfWorkflow(
  system: System,
  { orchestrator, input }: PostgresBinding,
  name: string,
): System {
  const part = system.parts[orchestrator] as System['parts'][string];
  const parts = { ...system.parts, [orchestrator]: { ...part, input: () => input(name) } };
  return { ...system, parts };
}
