import { generated } from './generated.ts';
import { apply, carry, merge, popcount } from './sweep-bits.ts';
import { RowCode } from './sweep-code.ts';
import type { RowQuestion } from './sweep-question.ts';
import type { Program } from './sweep-program.ts';
import type { Rows } from './sweep-rows.ts';

/** Registers of the kernels, as indices. */
export const STATES = 0;
export const TRANSITIONS = 1;
export const CLAIM = 2;
export const END = 3;
/** Rows that were looked at, and states in them. */
export const ROWS = 4;
export const SWEPT = 5;
/** 1 when a state was found that the closure does not have. */
export const LOST = 6;
/** From here on, one register per watch. */
export const WATCHED = 7;

/** What is noted of a predicate: 1 if it was false or true in some state, or how often true. */
export interface RowWatch {
  readonly predicate: RowQuestion;
  readonly note: 'false' | 'true' | 'count';
}

/** Where a kernel works. */
export interface Place {
  readonly program: Program;
  readonly rows: Rows;
  readonly masks: Int32Array;
  readonly registers: Float64Array;
}

/**
 * Works on rows, or words of flags of rows, from one number up to another, exclusive, but on so
 * many rows at most that are not empty, and answers where to go on.
 */
export type Kernel = (from: number, until: number, visits: number) => number;

export const KERNEL_OPEN = 'return function (from, until, visits) {';

export function addRows(code: RowCode, rows: Rows, suffix: string): void {
  const { chunks, shift, dirty, open, shape } = rows;
  code.name(`bits${suffix}`, chunks[0]);
  code.name(`chunks${suffix}`, chunks);
  code.name(`shift${suffix}`, shift);
  code.name(`low${suffix}`, 2 ** shift - 1);
  code.name(`dirty${suffix}`, dirty);
  code.name(`open${suffix}`, open);
  code.name(`words${suffix}`, shape.words);
}

export function codeFor(
  { program, rows, masks, registers }: Place,
  others: readonly Rows[],
): RowCode {
  const isChunked = [rows, ...others].some(({ chunks }) => chunks.length > 1);
  const code = new RowCode(program, isChunked);
  addRows(code, rows, '');
  const images = program.forms.images;
  const widest = Math.max(...[rows, ...others].map(({ shape }) => shape.words));
  const own = { masks, registers, popcount, merge, apply, carry };
  Object.assign(code.values, { ...own, pool: { masks, images }, closure: program.closure });
  code.name('J', new Int32Array(widest));
  code.name('Q', new Int32Array(rows.shape.words));
  code.name('L', new Int32Array(rows.shape.words));
  code.name('X', new Int32Array(program.shape.strides.length));
  return code;
}

/** Code that watches predicates in a row. */
function watching(code: RowCode, watches: readonly RowWatch[]): string {
  if (watches.length === 0) return '';
  const lines = [code.digitsIntoArray()];
  for (const [j, { predicate, note }] of watches.entries()) {
    const register = `registers[${WATCHED + j}]`;
    const ask = code.ask(`w${j}`, predicate);
    if (note === 'count') lines.push(ask, code.countMask(), `${register} += n;`);
    else {
      const look = `${ask} ${code.touches(note === 'true')} if (c !== 0) ${register} = 1;`;
      lines.push(`if (${register} === 0) { ${look} }`);
    }
  }
  return lines.join('\n');
}

/** Code that counts what is in a row and looks at it. A row is often the same as the last one. */
export function telling(code: RowCode, watches: readonly RowWatch[]): string {
  return [
    `h = 0; ${code.each('if (L[k] !== r) { L[k] = r; h = 1; }')}`,
    'if (h !== 0) {',
    `n = 0; ${code.each('n += popcount(r);')} some = n;`,
    code.tailDegrees(),
    'fixed = extra; }',
    'rows++; swept += some;',
    code.degrees(),
    'transitions += degree * some + fixed + extra;',
    code.claims(`registers[${CLAIM}] = 1;`),
    watching(code, watches),
  ].join('\n');
}

/** Declarations for it; at first the last row is an empty one. */
export const TELLING_OPEN = [
  'let rows = 0, swept = 0, transitions = 0;',
  'let degree = 0, extra = 0, some = 0, fixed = 0; L.fill(0);',
].join('\n');
export const TELLING_CLOSE = [
  `registers[${ROWS}] += rows;`,
  `registers[${SWEPT}] += swept;`,
  `registers[${TRANSITIONS}] += transitions;`,
].join('\n');

/** Code for all rows of a range that are not empty. */
function overRows(code: RowCode, body: readonly string[]): string[] {
  return [
    code.variables(),
    'for (row = from; row < until; row++) {',
    code.find('row', 'B', 'own'),
    `c = 0; ${code.each('c |= r;')}`,
    'if (c === 0) continue;',
    'if (visits-- === 0) break;',
    code.decode(),
    code.indices(),
    ...body,
    '}',
  ];
}

/** Counts the states and transitions of a range of rows, and watches predicates. */
export function tallyKernel(place: Place, watches: readonly RowWatch[]): Kernel {
  const code = codeFor(place, []);
  const body = overRows(code, [telling(code, watches)]);
  const open = [KERNEL_OPEN, TELLING_OPEN];
  return generated<Kernel>(code.values, [...open, ...body, TELLING_CLOSE, 'return row; };']);
}

/** Only counts of predicates. */
export function watchKernel(place: Place, watches: readonly RowWatch[]): Kernel {
  const code = codeFor(place, []);
  const body = overRows(code, [watching(code, watches)]);
  return generated<Kernel>(code.values, [KERNEL_OPEN, ...body, 'return row; };']);
}

/** Notes whether a state without a step, or without progress, is outside one of the goals. */
export function endsKernel(
  place: Place,
  of: 'some' | 'progress',
  goals: readonly RowQuestion[],
): Kernel {
  const code = codeFor(place, []);
  const { words } = code;
  const any = `c = 0; for (k = 0; k < ${words}; k++) c |= Q[k]`;
  const lines = [code.ends(of), `${any}; if (c === 0) continue;`, code.digitsIntoArray()];
  for (const [j, goal] of goals.entries()) {
    lines.push(code.ask(`e${j}`, goal));
    lines.push(`${any} & ~masks[m + k]; if (c !== 0) { registers[${END}] = 1; return until; }`);
  }
  const body = overRows(code, lines);
  return generated<Kernel>(code.values, [KERNEL_OPEN, ...body, 'return row; };']);
}
