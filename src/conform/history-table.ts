import { ReconvergeError } from '../model/error.ts';
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

/** The history of a workflow as its tables tell it: every checkpoint and every recovery. */
export function historyOfWorkflow(
  actor: string,
  { workflowId, workflow, saved, checkpoints, recoveries }: RecordedWorkflow,
): History {
  const byId = new Map(checkpoints.map((entry) => [entry.checkpointId, entry]));
  const placed: Placed[] = [
    ...recoveries.map((one) => ({ epoch: one.epoch, row: recoveryRow(actor, one, byId) })),
    ...checkpoints.map((one) => ({ epoch: one.epoch, row: checkpointRow(actor, one) })),
  ];
  // Stable: within an epoch its recovery first, then its checkpoints in order of commit.
  const rows = placed.toSorted((a, b) => a.epoch - b.epoch).map(({ row }) => row);
  const seq = firstMissing(checkpoints, saved);
  const next = rows.findIndex(({ at }) => at === `checkpoint ${checkpoints[seq]?.seq}`);
  const before = next === -1 ? rows.length : next;
  const because = `checkpoint ${seq} is missing: numbers have no gaps (spec 5.10)`;
  return {
    name: workflow ?? workflowId,
    rows,
    observed: [],
    checkpoints: [actor],
    isSuffix: false,
    cut: null,
    damage: seq === -1 ? null : { before, because },
  };
}
