import type { Trace } from '../model/verdict.ts';
import { actorsOf, exchangesOf, placesOf, type Exchange } from './exchange.ts';

/** Columns of a lane, at least. */
const LANE_MIN = 12;
/** Columns before the first lane: the number of the step, and whether it is a fault. */
const MARGIN = 6;

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;

/** A row of characters that are put over others. */
class Row {
  private readonly cells: string[];

  constructor(width: number, lines: readonly number[]) {
    this.cells = Array.from({ length: width }, (_, at) => (lines.includes(at) ? '│' : ' '));
  }

  put(at: number, text: string): this {
    for (const [index, letter] of [...text].entries()) {
      if (at + index < this.cells.length) this.cells[at + index] = letter;
    }
    return this;
  }

  toString(): string {
    return this.cells.join('').trimEnd();
  }
}

interface Lanes {
  readonly width: number;
  readonly lines: readonly number[];
  readonly lineOf: (actor: string) => number;
}

function arrow({ is, from, to, text }: Exchange, { width, lines, lineOf }: Lanes): Row {
  const [start, end] = [lineOf(from), lineOf(to)];
  const [left, right] = [Math.min(start, end), Math.max(start, end)];
  const room = right - left - 1;
  const stroke = is === 'call' || is === 'message' ? '─' : '╌';
  const tip = is === 'refusal' ? '✗' : end > start ? '▶' : '◀';
  const shaft = stroke.repeat(Math.max(0, room - 1));
  const label = shortened(` ${text} `, Math.max(0, room - 2));
  const row = new Row(width, lines).put(
    left + 1,
    end > start ? `${shaft}${tip}` : `${tip}${shaft}`,
  );
  return row.put(left + 1 + Math.max(1, Math.floor((room - label.length) / 2)), label);
}

/** Puts what an actor does by itself, or where it is, into its lane. */
function aside(row: Row, { is, from, text }: Exchange, { width, lines, lineOf }: Lanes): Row {
  const line = lineOf(from);
  if (is !== 'place') return row.put(line, shortened(`● ${text}`, width - line));
  const next = lines.find((one) => one > line) ?? width;
  return row.put(line + 1, shortened(`(${text})`, next - line - 1));
}

const isArrow = ({ is, from, to }: Exchange): boolean => is !== 'step' && from !== to;

/**
 * A behaviour as a sequence diagram in characters: a lane per actor, as many columns as are given
 * or as the lanes take at least; each step with its number, a fault with `!`.
 */
export function lanes(trace: Trace, columns: number): string {
  const { initial, steps, loop } = trace;
  const actors = actorsOf(initial);
  const lane = Math.max(LANE_MIN, Math.floor((columns - MARGIN) / actors.length));
  const width = Math.max(columns, MARGIN + lane * actors.length);
  const lines = actors.map((_, at) => MARGIN + lane * at);
  const lineOf = (actor: string): number => lines[actors.indexOf(actor)] as number;
  const drawing = { width, lines, lineOf };
  const empty = (): Row => new Row(width, lines);
  /** Where several actors are then is one row. */
  const drawn = (exchanges: readonly Exchange[]): readonly Row[] => {
    const moves = exchanges.filter(({ is }) => is !== 'place');
    const places = exchanges.filter(({ is }) => is === 'place');
    const rows = moves.map((one) =>
      isArrow(one) ? arrow(one, drawing) : aside(empty(), one, drawing),
    );
    if (places.length === 0) return rows;
    return [...rows, places.reduce((row, one) => aside(row, one, drawing), empty())];
  };
  const head = new Row(width, []);
  for (const [at, actor] of actors.entries()) head.put(lines[at]!, shortened(actor, lane - 1));
  const rows = [head.toString(), ...drawn(placesOf(trace)).map(String)];
  let before = initial;
  for (const [index, step] of steps.entries()) {
    if (index === loop) rows.push('── the loop begins here');
    const mark = `${`${index + 1}`.padStart(3)}${step.fault === null ? '' : ' !'}`;
    const [first, ...more] = drawn(exchangesOf(before, step, actors));
    rows.push((first?.put(0, mark) ?? mark).toString(), ...more.map(String));
    before = step.state;
  }
  if (loop !== null) rows.push(`── and again from step ${loop + 1}, for ever`);
  return `${rows.join('\n')}\n`;
}
