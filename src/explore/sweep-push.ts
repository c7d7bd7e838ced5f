import { generated } from './generated.ts';
import type { RowCode } from './sweep-code.ts';
import {
  addRows,
  codeFor,
  KERNEL_OPEN,
  LOST,
  STATES,
  telling,
  TELLING_CLOSE,
  TELLING_OPEN,
  type Kernel,
  type Place,
  type RowWatch,
} from './sweep-kernel.ts';
import type { Jumps, Moves } from './sweep-part.ts';
import type { Rows } from './sweep-rows.ts';
import { placeOf } from './sweep-shape.ts';

/** Code that puts the row into row `t`, by the form `f`, one of `forms`. */
function push(code: RowCode, forms: Int32Array): string {
  const dirty = 'dirty[t >>> 5] |= 1 << t;';
  const open = `${dirty} open[t >>> 5] |= 1 << t;`;
  const put = (mask: string): string => {
    const add = 'if (c !== 0) { C[o + k] |= c; states += popcount(c); h = 1; }';
    return code.each(`c = r${mask} & ~C[o + k]; ${add}`);
  };
  const ways: [boolean, string, string][] = [
    [forms.includes(0), 'f === 0', `h = 0; ${put('')} if (h !== 0) { ${dirty} }`],
    [
      forms.some((form) => form > 0),
      'f > 0',
      `h = 0; ${put(' & masks[f + k]')} if (h !== 0) { ${open} }`,
    ],
    [
      forms.some((form) => form < 0),
      'true',
      [
        `carry(f, pool, B, own, ${code.words}, J);`,
        `n = merge(J, C, o, ${code.words}); if (n !== 0) { states += n; ${open} }`,
      ].join('\n'),
    ],
  ];
  const used = ways.filter(([isUsed]) => isUsed);
  const branches = used.map(([, test, body], at) =>
    at === used.length - 1 ? `{ ${body} }` : `if (${test}) { ${body} } else`,
  );
  return [code.find('t', 'C', 'o'), ...branches].join('\n');
}

function along(code: RowCode, { begin, to, form }: Moves, j: number): string {
  const of = (field: string, value: unknown): string => code.name(`${field}${j}`, value);
  const b = of('ab', begin);
  return [
    `for (p = ${b}[i${j}], e = ${b}[i${j} + 1]; p < e; p++) {`,
    `t = row + ${of('at', to)}[p]; f = ${of('af', form)}[p];`,
    push(code, form),
    '}',
  ].join('\n');
}

/** Code that puts the row into row `t` of another layer, by the form `f`. */
function send(code: RowCode, at: number, words: number): string {
  const note = `dirty_${at}[t >>> 5] |= 1 << t; open_${at}[t >>> 5] |= 1 << t;`;
  return [
    code.find('t', 'C', 'o', `_${at}`),
    `carry(f, pool, B, own, ${code.words}, J); n = merge(J, C, o, ${words});`,
    `if (n !== 0) { states += n; ${note} }`,
  ].join('\n');
}

function leaving(code: RowCode, others: readonly Rows[]): string {
  const { shape, parts } = code.program;
  const lines: string[] = [];
  for (const [j, { digits, into }] of parts.entries()) {
    for (const { layer, moves } of into) {
      const at = others.findIndex((rows) => rows.shape.layer === layer);
      const target = others[at]!.shape;
      const rest = shape.outer.filter((digit) => !digits.includes(digit));
      const shares = rest.map((digit) => {
        const rows = shape.values[digit]!.map((value) => placeOf(target, [digit], [value]));
        return `${code.name(`z${at}_${digit}`, rows)}[x${digit}]`;
      });
      const of = (field: string, value: unknown): string => code.name(`${field}${j}_${at}`, value);
      const b = of('lb', moves.begin);
      lines.push(
        `for (p = ${b}[i${j}], e = ${b}[i${j} + 1]; p < e; p++) {`,
        `t = ${[`${of('lt', moves.to)}[p]`, ...shares].join(' + ')}; f = ${of('lf', moves.form)}[p];`,
        send(code, at, target.words),
        '}',
      );
    }
  }
  return lines.join('\n');
}

/** Code for every step of a wide rule into a layer: `t` is the row there, `f` the form. */
function forEachJump(code: RowCode, j: number, jumps: Jumps, at: number, body: string): string {
  const { outer } = code.program.shape;
  const of = (field: string, value: unknown): string => code.name(`${field}${j}_${at + 1}`, value);
  const b = of('wb', jumps.begin);
  const [s, w] = [of('ws', jumps.shares), of('wp', jumps.pool)];
  const shares = outer.map((digit, k) => `${w}[${s}[p * ${outer.length} + ${k}] + x${digit}]`);
  return [
    `for (p = ${b}[i${j}], e = ${b}[i${j} + 1]; p < e; p++) {`,
    `const to = ${shares.join(' + ') || '0'}; f = ${of('wf', jumps.form)}[p];`,
    `if (!(to >= 0)) { registers[${LOST}] = 1; continue; }`,
    `t = to | 0; ${body}`,
    '}',
  ].join('\n');
}

/** Code for the steps of wide rules. */
function jumping(code: RowCode, others: readonly Rows[]): string {
  const { parts, forms } = code.program;
  const lines: string[] = [];
  for (const [j, { wide }] of parts.entries()) {
    if (wide === null) continue;
    if (wide.lost.some((mask) => mask !== forms.masks.none)) {
      lines.push(`m = ${code.name(`lost${j}`, wide.lost)}[i${j}];`);
      lines.push(`${code.touches(true)} if (c !== 0) registers[${LOST}] = 1;`);
    }
    for (const jumps of wide.jumps) {
      const at = others.findIndex((rows) => rows.shape.layer === jumps.layer);
      const go = at === -1 ? push(code, jumps.form) : send(code, at, others[at]!.shape.words);
      lines.push(forEachJump(code, j, jumps, at, go));
    }
  }
  return lines.join('\n');
}

function jointly(code: RowCode, others: readonly Rows[]): string {
  const { shape, joints, forms } = code.program;
  const lines = joints.flatMap((joint, j) => {
    const { into, to, whole, part, ableTail } = joint;
    const terms = to.map(({ digit, of }) => `${code.name(`jt${j}_${digit}`, of)}[x${digit}]`);
    const at = others.findIndex((rows) => rows.shape.layer === into);
    const go =
      into === shape.layer
        ? push(code, Int32Array.of(whole, part))
        : send(code, at, others[at]!.shape.words);
    const [all, some] = [code.name(`jw${j}`, whole), code.name(`jp${j}`, part)];
    const isSome = ableTail === forms.masks.none ? 'false' : 'true';
    return [
      `h = ${code.isAble(joint, j)};`,
      `if (h || ${isSome}) { f = h ? ${all} : ${some}; t = ${terms.join(' + ') || '0'}; ${go} }`,
    ];
  });
  return lines.join('\n');
}

/** Code that puts all into the row that steps within it lead to. */
function settling(code: RowCode): string {
  const { words } = code;
  const { closure, parts, shape } = code.program;
  const add = `n = merge(J, B, own, ${words}); if (n !== 0) { states += n; h = 1; }`;
  const close = closure === null ? '' : `apply(closure, B, own, ${words}, J); ${add}`;
  const lines = [`if ((open[word] & b) !== 0) { open[word] ^= b; ${close} }`];
  const inner = parts.flatMap(({ inner: moves, wide }, j) => {
    if (wide !== null) {
      const stay = `if (t === row && f < 0) { carry(f, pool, B, own, ${words}, J); ${add} }`;
      return wide.jumps
        .filter(({ layer, mayStay }) => mayStay && layer === shape.layer)
        .map((jumps) => forEachJump(code, j, jumps, -1, stay));
    }
    if (moves === null) return [];
    const b = code.name(`nb${j}`, moves.begin);
    const form = code.name(`nf${j}`, moves.form);
    return [
      `for (p = ${b}[i${j}], e = ${b}[i${j} + 1]; p < e; p++) {`,
      `carry(${form}[p], pool, B, own, ${words}, J); ${add} }`,
    ];
  });
  if (inner.length === 0) return lines.join('\n');
  lines.push('do { h = 0;', ...inner);
  lines.push(closure === null ? '' : `if (h !== 0) { ${close} }`, '} while (h !== 0);');
  return lines.join('\n');
}

/**
 * Looks at the dirty rows of a range of words of `dirty`, each until it is clean. With `watches`,
 * rows are counted and watched when they are looked at: right only where all steps lead forward.
 */
export function sweepKernel(
  place: Place,
  others: readonly Rows[],
  watches: readonly RowWatch[] | null,
): Kernel {
  const code = codeFor(place, others);
  for (const [at, rows] of others.entries()) addRows(code, rows, `_${at}`);
  const lines = [
    KERNEL_OPEN,
    TELLING_OPEN,
    code.variables(),
    'let states = 0, d = 0, b = 0, word = from;',
    'all: for (; word < until; word++) {',
    'while ((d = dirty[word]) !== 0) {',
    'if (visits-- === 0) break all;',
    'b = d & -d; dirty[word] = d ^ b; row = (word << 5) | (31 - Math.clz32(b));',
    code.find('row', 'B', 'own'),
    code.decode(),
    code.indices(),
    settling(code),
    watches === null ? '' : telling(code, watches),
    ...code.program.parts.map(({ along: moves }, j) =>
      moves === null ? '' : along(code, moves, j),
    ),
    leaving(code, others),
    jumping(code, others),
    jointly(code, others),
    '} }',
    `registers[${STATES}] += states;`,
    TELLING_CLOSE,
    'return word; };',
  ];
  return generated<Kernel>(code.values, lines);
}
