import type { Dice } from './dice.ts';
import type { NaiveEdge, NaiveGraph } from './explore.ts';
import { HistoryOracle, shownOf, type Line, type Trace } from './histories.ts';
import type { GlobalState } from './state.ts';

/** A history with its header, and the oracle that reads it. */
export interface RandomHistory {
  readonly header: Line;
  readonly lines: readonly Line[];
  readonly oracle: HistoryOracle;
  /** What was done to it after it was recorded. */
  readonly corrupted: 'not' | 'deleted' | 'swapped' | 'edited' | 'doubled' | 'other';
}

const STEPS_MAX = 12;

function some<T>(dice: Dice, from: readonly T[], hits: number, rolls: number): T[] {
  return from.filter(() => dice.chance(hits, rolls));
}

function part(dice: Dice, whole: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    some(dice, Object.entries(whole), 1, 2).map(([key, value]) => {
      const isRecord = key === 'context' && typeof value === 'object' && value !== null;
      return [key, isRecord ? part(dice, value as Record<string, unknown>) : value];
    }),
  );
}

function stateLine(dice: Dice, { actors }: GlobalState): Record<string, unknown> {
  const seen = some(dice, Object.entries(actors), 1, 2);
  return Object.fromEntries(seen.map(([name, local]) => [name, part(dice, shownOf(local))]));
}

function stepLine(dice: Dice, edge: NaiveEdge, state: GlobalState): Line {
  const event = JSON.parse(edge.event) as { type: string };
  // What a crash says besides its type is not the oracle's to tell.
  const isBrief = event.type.startsWith('reconverge.') || dice.chance(1, 2);
  const whole = { event: isBrief ? event.type : event, fault: edge.fault };
  return {
    actor: edge.actor,
    ...part(dice, { ...whole, label: edge.label }),
    ...(dice.chance(1, 2) && { state: stateLine(dice, state) }),
  };
}

function lineOf(dice: Dice, edge: NaiveEdge, trace: Trace, state: GlobalState): Line {
  if (trace.is === 'step') return stepLine(dice, edge, state);
  const { actor, snapshot, final } = trace;
  const { value, context, status } = snapshot;
  const isSaid = trace.is === 'checkpoint' && dice.chance(1, 2);
  return {
    [trace.is]: actor,
    saved: part(dice, { value, context, status }),
    ...(isSaid && { final }),
  };
}

function headerOf(dice: Dice, graph: NaiveGraph, state: GlobalState): Line {
  const types = [...new Set(graph.edges.map(({ event }) => (JSON.parse(event) as Line)['type']))];
  const actors = Object.keys(state.actors);
  const savers = actors.filter((name) => state.actors[name]!.saved !== null);
  const observed: Line[] = some(dice, types, 1, 3).map((event) => ({ event }));
  if (dice.chance(1, 4)) observed.push({ actor: dice.pick(actors) });
  if (dice.chance(1, 6)) observed.push({ label: 'F' });
  return {
    history: 'reconverge/history@1',
    observed,
    checkpoints: some(dice, savers, 3, 4),
    suffix: dice.chance(1, 4),
  };
}

function recorded(dice: Dice, oracle: HistoryOracle, header: Line): Line[] {
  const { graph, states } = oracle;
  const lines: Line[] = [];
  let at = dice.pick(header['suffix'] === true ? [...states.keys()] : graph.initial);
  const length = dice.roll(STEPS_MAX + 1);
  const look = (): void => {
    if (!dice.chance(1, 6)) return;
    const state = stateLine(dice, states[at]!);
    if (Object.keys(state).length > 0) lines.push({ state });
  };
  look();
  for (let step = 0; step < length; step += 1) {
    const edges = oracle.from[at]!;
    if (edges.length === 0) break;
    const edge = dice.pick(edges);
    const rows = dice.pick(oracle.rowsOf(edge));
    for (const trace of rows) lines.push(lineOf(dice, edge, trace, states[edge.to]!));
    at = edge.to;
    look();
  }
  return lines;
}

const isSaying = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && Object.keys(state).length > 0;

const CORRUPTIONS = ['not', 'not', 'deleted', 'swapped', 'edited', 'doubled', 'other'] as const;

function corrupt(
  dice: Dice,
  lines: Line[],
  other: () => Line[],
  how: RandomHistory['corrupted'],
): void {
  if (lines.length === 0) return;
  const at = dice.roll(lines.length);
  const line = lines[at]!;
  if (how === 'deleted') lines.splice(at, 1);
  if (how === 'doubled') lines.splice(at, 0, line);
  if (how === 'swapped' && at > 0) [lines[at - 1], lines[at]] = [line, lines[at - 1]!];
  const donor = other();
  if (donor.length === 0) return;
  if (how === 'other') lines.splice(at, 1, dice.pick(donor));
  if (how !== 'edited') return;
  const states = donor.flatMap(({ state }) => (isSaying(state) ? [state] : []));
  const isOfState = !('checkpoint' in line || 'recovery' in line) && states.length > 0;
  if (isOfState) lines[at] = { ...line, state: dice.pick(states) };
}

/** What a recorder would have written of a random behaviour, now and then corrupted. */
export function randomHistory(dice: Dice, graph: NaiveGraph): RandomHistory {
  const first = new HistoryOracle(graph, {}).states[0]!;
  const header = headerOf(dice, graph, first);
  const oracle = new HistoryOracle(graph, header);
  const lines = recorded(dice, oracle, header);
  const corrupted = dice.pick(CORRUPTIONS);
  corrupt(dice, lines, () => recorded(dice, oracle, header), corrupted);
  return { header, lines, oracle, corrupted };
}
