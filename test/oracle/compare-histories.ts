import { HistoryJudge, type Judged } from '../../src/conform/judge-history.ts';
import { historyOfLines } from '../../src/conform/history-file.ts';
import { Dice } from './dice.ts';
import type { System } from '../../src/model/system.ts';
import type { NaiveGraph } from './explore.ts';
import type { Line } from './histories.ts';
import { randomHistory } from './random-history.ts';
import { canonical } from './state.ts';
import { samples } from './random-system.ts';

/** What was compared, how often, and every history about which judge and oracle differ. */
export interface Compared {
  readonly systems: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Judged with too few states to know. */
  readonly unknown: number;
  /** By corruption: how many histories were rejected. */
  readonly caught: Readonly<Record<string, number>>;
  readonly differing: readonly string[];
}

const bounds = (statesMax: number) => ({
  statesMax,
  timeoutMs: Infinity,
  memoryBytes: Infinity,
  interrupted: () => false,
});

export function textOf(header: Line, lines: readonly Line[]): string {
  const all = [header, ...lines, { end: lines.length }];
  return all.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * The graph with the names of the spec, where the naive one has names of its own: whose step the crash
 * of a host is, the fault that a zombie is, the event of half an effect.
 */
function renamed({ parts, tolerance }: System, graph: NaiveGraph): NaiveGraph {
  const owners = new Map(
    Object.entries(tolerance.hosts ?? {}).map(([host, [part = '']]) => {
      return [host, parts[part]?.count === null ? part : `${part}[0]`];
    }),
  );
  const edges = graph.edges.map((edge) => {
    const fault = edge.fault === 'zombie' ? `${edge.actor}.adrift` : edge.fault;
    const effect = fault?.endsWith('.halfDone') ? fault.slice(0, -'.halfDone'.length) : null;
    const half = effect === null ? undefined : tolerance.faults?.[effect]?.halfDone;
    const event = half === undefined ? edge.event : canonical(half.send({ input: undefined }));
    return { ...edge, actor: owners.get(edge.actor) ?? edge.actor, fault, event };
  });
  return { ...graph, edges };
}

/** A judgement is right if it is the oracle's, or says that it does not know. */
function differs(judged: Judged, longest: number, lines: number): boolean {
  if (judged.result === 'unknown') return false;
  if ((judged.result === 'holds') !== (longest === lines)) return true;
  return judged.taken !== longest;
}

/** Judges histories of random systems, whole and with a part of the span only. */
export function compareHistories(
  first: number,
  seeds: number,
  each: number,
  statesMax: number,
): Compared {
  const caught: Record<string, number> = {};
  const differing: string[] = [];
  let [systems, accepted, rejected, unknown] = [0, 0, 0, 0];
  for (const { seed, system, graph: naive } of samples(first, seeds, statesMax)) {
    if (naive === null) continue;
    const graph = renamed(system, naive);
    systems += 1;
    const dice = new Dice(seed * 31 + 7);
    const judge = new HistoryJudge(system, bounds(Infinity));
    const cut = new HistoryJudge(system, bounds(1 + dice.roll(graph.states.length)));
    for (let number = 0; number < each; number += 1) {
      const { header, lines, oracle, corrupted } = randomHistory(dice, graph);
      const longest = oracle.longest(lines);
      const history = historyOfLines(textOf(header, lines), 'random');
      const whole = judge.judge(history);
      const partly = cut.judge(history);
      const isOpen = lines.length > 0 && whole.result === 'unknown';
      if (isOpen || differs(whole, longest, lines.length) || differs(partly, longest, lines.length))
        differing.push(
          `seed ${seed}, history ${number}: oracle ${longest} of ${lines.length}, ` +
            `judge ${whole.result} ${whole.taken}, partly ${partly.result} ${partly.taken}; ${whole.because}; ${JSON.stringify(lines[whole.taken])}`,
        );
      if (longest < lines.length) {
        rejected += 1;
        caught[corrupted] = (caught[corrupted] ?? 0) + 1;
      } else accepted += 1;
      if (partly.result === 'unknown' && lines.length > 0) unknown += 1;
    }
  }
  return { systems, accepted, rejected, unknown, caught, differing };
}
