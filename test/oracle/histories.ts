/**
 * Recorded histories, judged the long way: a search through pairs of a state of the naive graph and a
 * place in the history. Reads the lines as spec 6.6 tells them, and shares nothing with the judge.
 */
import type { NaiveEdge, NaiveGraph } from './explore.ts';
import { canonical, decode } from './state.ts';
import type { GlobalState, Local, Persisted } from './state.ts';

/** A line of a history, as JSON. */
export type Line = { readonly [key: string]: unknown };

/** What a step may leave: itself, or something about the snapshot of an actor. */
export type Trace =
  | { readonly is: 'step' }
  | {
      readonly is: 'checkpoint' | 'recovery';
      readonly actor: string;
      readonly snapshot: Persisted;
      readonly final: boolean;
    };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a part was seen of a whole. */
function isPart(seen: unknown, whole: unknown): boolean {
  if (isObject(seen) && isObject(whole))
    return Object.keys(seen).every((key) => key in whole && isPart(seen[key], whole[key]));
  if (Array.isArray(seen) && Array.isArray(whole))
    return seen.length === whole.length && seen.every((item, at) => isPart(item, whole[at]));
  return canonical(seen) === canonical(whole);
}

function isLike(edge: NaiveEdge, pattern: Line): boolean {
  const event: unknown = JSON.parse(edge.event);
  if ('actor' in pattern && pattern['actor'] !== edge.actor) return false;
  if ('fault' in pattern && pattern['fault'] !== edge.fault) return false;
  if ('label' in pattern && pattern['label'] !== edge.label) return false;
  if (!('event' in pattern)) return true;
  const wanted = pattern['event'];
  return isPart(typeof wanted === 'string' ? { type: wanted } : wanted, event);
}

/** The lines say value, context, status and mode of an actor. */
export function shownOf({ status, snapshot }: Local): Record<string, unknown> {
  if (snapshot === null) return { mode: status };
  const { value, context } = snapshot;
  return { mode: status, value, context, status: snapshot.status };
}

export class HistoryOracle {
  readonly graph: NaiveGraph;
  readonly states: readonly GlobalState[];
  readonly from: readonly (readonly NaiveEdge[])[];
  private readonly header: Line;

  constructor(graph: NaiveGraph, header: Line) {
    this.graph = graph;
    this.header = header;
    this.states = graph.states.map(decode);
    const from: NaiveEdge[][] = graph.states.map(() => []);
    for (const edge of graph.edges) from[edge.from]!.push(edge);
    this.from = from;
  }

  private savesOf(edge: NaiveEdge, actor: string): readonly (readonly Trace[])[] {
    const before = this.states[edge.from]!.actors[actor]!;
    const after = this.states[edge.to]!.actors[actor]!;
    const { type } = JSON.parse(edge.event) as { type: string };
    const saved = (snapshot: Persisted, final: boolean): Trace => {
      return { is: 'checkpoint', actor, snapshot, final };
    };
    if (after.saved === null) return [[]];
    if (type === 'reconverge.restart' && edge.actor === actor)
      return [[{ is: 'recovery', actor, snapshot: after.saved, final: false }]];
    if (before.snapshot !== null && after.snapshot === null) {
      const text = canonical(after.saved);
      if (canonical(before.saved) !== text) return [[saved(after.saved, false)]];
      const isAgain = before.saves.some(({ snapshot }) => canonical(snapshot) === text);
      return isAgain ? [[], [saved(after.saved, false)]] : [[]];
    }
    const traces: Trace[] = [];
    if (edge.actor === actor)
      for (const { id, snapshot } of before.saves)
        if (type === `xstate.done.actor.${id}`) traces.push(saved(snapshot, false));
    if (before.snapshot?.status === 'active' && after.snapshot?.status === 'done')
      traces.push(saved(after.saved, true));
    return [traces];
  }

  /** All sequences of rows that a step may leave under the header. */
  rowsOf(edge: NaiveEdge): readonly (readonly Trace[])[] {
    const always = (this.header['checkpoints'] ?? []) as readonly string[];
    let all: (readonly Trace[])[] = [[]];
    for (const actor of Object.keys(this.states[edge.from]!.actors)) {
      const ways = this.savesOf(edge, actor);
      const some = always.includes(actor) ? ways : ways.flatMap(subsequences);
      all = all.flatMap((head) => some.map((tail) => [...head, ...tail]));
    }
    const observed = (this.header['observed'] ?? []) as readonly Line[];
    const isObserved = observed.some((pattern) => isLike(edge, pattern));
    const last: readonly Trace[][] = isObserved ? [[{ is: 'step' }]] : [[], [{ is: 'step' }]];
    return all.flatMap((head) => last.map((tail) => [...head, ...tail]));
  }

  private isState(line: Line, at: number): boolean {
    const seen = (line['state'] ?? {}) as Record<string, Record<string, unknown>>;
    const { actors } = this.states[at]!;
    return Object.entries(seen).every(([actor, view]) => isPart(view, shownOf(actors[actor]!)));
  }

  private isTrace(line: Line, edge: NaiveEdge, trace: Trace): boolean {
    if (trace.is === 'step') {
      const isOther = 'checkpoint' in line || 'recovery' in line || 'start' in line;
      const isStep = ['actor', 'event', 'fault', 'label'].some((key) => key in line);
      return !isOther && isStep && isLike(edge, line) && this.isState(line, edge.to);
    }
    if (line[trace.is] !== trace.actor) return false;
    if (trace.is === 'checkpoint' && 'final' in line && line['final'] !== trace.final) return false;
    return isPart(line['saved'] ?? {}, trace.snapshot);
  }

  /** Whether a line is about a state, not a step, and says what is so in this one. */
  private holdsIn(line: Line, at: number): boolean {
    const { actors } = this.states[at]!;
    if ('start' in line) return isPart(line['saved'] ?? {}, actors[line['start'] as string]!.saved);
    if ('recovery' in line) {
      const { status, saved } = actors[line['recovery'] as string]!;
      return status === 'down' && isPart(line['saved'] ?? {}, saved);
    }
    if ('checkpoint' in line) return false;
    const isStep = ['actor', 'event', 'fault', 'label'].some((key) => key in line);
    return !isStep && this.isState(line, at);
  }

  /** How many lines, from the first on, some behaviour has; all of them: it conforms. */
  longest(lines: readonly Line[]): number {
    const seen = new Set<string>();
    let longest = 0;
    const agenda: (readonly [state: number, line: number])[] = [];
    const come = (state: number, line: number): void => {
      const key = `${state} ${line}`;
      if (seen.has(key)) return;
      seen.add(key);
      longest = Math.max(longest, line);
      agenda.push([state, line]);
    };
    /** From the middle of a step on. */
    const play = (edge: NaiveEdge, rest: readonly Trace[], at: number): void => {
      let line = at;
      for (const trace of rest) {
        if (line >= lines.length || !this.isTrace(lines[line]!, edge, trace)) return;
        line += 1;
        longest = Math.max(longest, line);
      }
      come(edge.to, line);
    };
    const starts = this.header['suffix'] === true ? this.states.keys() : this.graph.initial;
    for (const state of starts) come(state, 0);
    if (this.header['suffix'] === true)
      for (const edge of this.graph.edges)
        for (const rows of this.rowsOf(edge))
          for (let cut = 1; cut < rows.length; cut += 1) play(edge, rows.slice(cut), 0);
    for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
      const [state, line] = next;
      if (line < lines.length && this.holdsIn(lines[line]!, state)) come(state, line + 1);
      for (const edge of this.from[state]!)
        for (const rows of this.rowsOf(edge)) play(edge, rows, line);
    }
    return longest;
  }
}

function subsequences(traces: readonly Trace[]): readonly (readonly Trace[])[] {
  const [first, ...rest] = traces;
  if (first === undefined) return [[]];
  return subsequences(rest).flatMap((tail) => [tail, [first, ...tail]]);
}
