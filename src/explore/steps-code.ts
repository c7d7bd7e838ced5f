import type { Ample } from './ample.ts';
import type { Values } from './generated.ts';
import type { JointTable, Product } from './product.ts';
import type { StepTable } from './step-table.ts';
import type { StepTree } from './step-tree.ts';

/**
 * What to emit for the steps of a state. In it `s` is the state, `t` the successor, `degree` is
 * counted if asked for, `goes` becomes 1 when a step without a fault leads elsewhere.
 */
export interface StepsCode {
  /** Code for a successor `t` other than `s`; null: successors are not looked at. */
  readonly onMove: string | null;
  /** Only steps without a fault. */
  readonly progressOnly: boolean;
  readonly countsDegree: boolean;
  readonly notesProgress: boolean;
  /** Code for a step that breaks a claim; null: not looked at. */
  readonly onClaim: string | null;
  /** Sets of tables of which in some states only one is taken; left out: all steps are taken. */
  readonly ample?: readonly Ample[];
}

/** Deltas as 32-bit integers where the domain allows. */
export const deltas = (product: Product, array: Float64Array): Int32Array | Float64Array =>
  product.domain <= 2 ** 31 ? Int32Array.from(array) : array;

/** Code that takes the state `s` apart into its digits `x0`, `x1`, … */
export function decode(product: Product): readonly string[] {
  const small = product.domain <= 2 ** 31;
  const last = product.digits.length - 1;
  const lines = ['let r = s;'];
  for (const [i, { stride }] of product.digits.entries()) {
    if (i === last) lines.push(`const x${i} = r | 0;`);
    else if (small) {
      lines.push(`const x${i} = (r / ${stride}) | 0; r = (r - Math.imul(x${i}, ${stride})) | 0;`);
    } else lines.push(`const x${i} = Math.floor(r / ${stride}); r -= x${i} * ${stride};`);
  }
  return lines;
}

/** Code that puts the digits into the array `X`. */
export const digitsIntoArray = (product: Product): string =>
  product.digits.map((_, i) => `X[${i}] = x${i};`).join(' ');

const rowOf = ({ digits, multipliers }: Pick<StepTable, 'digits' | 'multipliers'>): string => {
  const terms = digits.map((digit, i) => {
    return multipliers[i] === 1 ? `x${digit}` : `x${digit} * ${multipliers[i]}`;
  });
  return terms.join(' + ') || '0';
};

function rowsWithClaims({ rows, begin, claim }: StepTable): Uint8Array {
  const flags = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    for (let edge = begin[row]!; edge < begin[row + 1]!; edge += 1) {
      if (claim[edge]! >= 0) flags[row] = 1;
    }
  }
  return flags;
}

function tableCode(
  product: Product,
  table: StepTable,
  k: number,
  values: Values,
  code: StepsCode,
): string {
  const lines = [`i = ${rowOf(table)};`];
  values[`b${k}`] = table.begin;
  values[`p${k}`] = table.progress;
  if (code.countsDegree) {
    values[`g${k}`] = table.degree;
    lines.push(`degree += g${k}[i];`);
  }
  if (code.notesProgress) lines.push(`goes |= p${k}[i] - b${k}[i];`);
  if (code.onClaim !== null && table.hasClaims) {
    values[`c${k}`] = rowsWithClaims(table);
    lines.push(`if (c${k}[i] === 1) { ${code.onClaim} }`);
  }
  if (code.onMove !== null && table.delta.length > 0) {
    values[`d${k}`] = deltas(product, table.delta);
    if (!code.progressOnly) values[`m${k}`] = table.moves;
    const end = code.progressOnly ? `p${k}` : `m${k}`;
    lines.push(
      `for (p = b${k}[i], e = ${end}[i]; p < e; p++) { t = s + d${k}[p]; ${code.onMove} }`,
    );
  }
  return lines.join('\n');
}

function jointCode(
  product: Product,
  joint: JointTable,
  k: number,
  values: Values,
  code: StepsCode,
): string {
  if (code.progressOnly && joint.isFault) return '';
  values[`jl${k}`] = joint.layer;
  const able = joint.digits.map((digit, i) => {
    values[`ja${k}_${i}`] = joint.able[i];
    return `ja${k}_${i}[x${digit}]`;
  });
  const sum = joint.digits.map((digit, i) => {
    values[`jd${k}_${i}`] = deltas(product, joint.delta[i]!);
    return `jd${k}_${i}[x${digit}]`;
  });
  const lines = [`if (jl${k}[x0] === jl${k}[x0] && (${able.join(' | ')}) === 1) {`];
  if (code.countsDegree) lines.push('degree++;');
  if (code.onMove !== null || code.notesProgress) {
    const goes = code.notesProgress && !joint.isFault ? 'goes |= 1;' : '';
    lines.push(`t = s + jl${k}[x0] + ${sum.join(' + ')};`);
    lines.push(`if (t !== s) { ${goes} ${code.onMove ?? ''} }`);
  }
  lines.push('}');
  return lines.join('\n');
}

function treeCode(tree: StepTree, k: number, values: Values, code: StepsCode): string {
  const lines: string[] = [];
  if (tree.hasTwins) {
    values[`S${k}`] = new Int32Array(tree.most);
    values[`U${k}`] = new Float64Array(tree.most);
    lines.push('u = 0;');
  }
  for (const [j, rule] of tree.rules.entries()) {
    const id = `${k}_${j}`;
    const named = (name: string, value: unknown): string => {
      values[`${name}${id}`] = value;
      return `${name}${id}`;
    };
    const next = `${named('tn', rule.next)}[${named('tb', rule.base)}[n] + X[${named('tw', rule.who)}[n]]]`;
    const leaves = named('tl', rule.leaves);
    const terms = named('tt', rule.terms);
    lines.push(
      `n = ${rule.root}; while (n >= 0) n = ${next};`,
      `for (p = ${leaves}[-1 - n], e = ${leaves}[-n]; p < e; p++) {`,
    );
    const fault = named('tf', rule.isFault);
    if (code.progressOnly) lines.push(`if (${fault}[p] === 1) continue;`);
    lines.push(
      `t = s; for (i = ${terms}[p]; i < ${terms}[p + 1]; i++) t += ${named('ta', rule.adds)}[${named('to', rule.termOffset)}[i] + X[${named('td', rule.termDigit)}[i]]];`,
    );
    if (code.onClaim !== null && tree.hasClaims) {
      lines.push(`if (${named('tc', rule.claim)}[p] >= 0) { ${code.onClaim} }`);
    }
    if (tree.hasTwins) {
      const step = named('ts', rule.step);
      lines.push(
        `for (i = 0; i < u; i++) if (S${k}[i] === ${step}[p] && U${k}[i] === t) break;`,
        `if (i < u) continue; S${k}[u] = ${step}[p]; U${k}[u++] = t;`,
      );
    }
    if (code.countsDegree) lines.push('degree += t === t ? 1 : Infinity;');
    if (code.onMove !== null || code.notesProgress) {
      const goes = code.notesProgress ? `goes |= 1 - ${fault}[p];` : '';
      lines.push(`if (t === t && t !== s) { ${goes} ${code.onMove ?? ''} }`);
    }
    lines.push('}');
  }
  return lines.join('\n');
}

/** Variables that the code of the steps uses. */
export const STEP_VARIABLES = 'let i = 0, p = 0, e = 0, t = 0, n = 0, u = 0, c = -1;';

/** Whether the code of the steps reads the digits from the array `X`. */
export const readsArray = ({ trees }: Product): boolean => trees.length > 0;

/** Code that sets `c` to the number of the ample set that is enough for the state; -1: none is. */
function choiceCode(ample: readonly Ample[], values: Values): string {
  const choices = ample.map((one, k) => {
    values[`h${k}`] = one.isEnough;
    return `h${k}[${rowOf(one)}] === 1 ? ${k} :`;
  });
  return `c = ${choices.join(' ')} -1;`;
}

/** Code for all steps of the state `s`, whose digits were decoded, or for an ample set of them. */
export function stepsCode(product: Product, values: Values, code: StepsCode): string {
  const { ample = [] } = code;
  const tables = product.tables.map((table, k) => tableCode(product, table, k, values, code));
  const others = [
    ...product.joints.map((joint, k) => jointCode(product, joint, k, values, code)),
    ...product.trees.map((tree, k) => treeCode(tree, k, values, code)),
  ];
  if (ample.length === 0) return [...tables, ...others].join('\n');
  const some = tables.map((table, k) => {
    const chosen = ample.flatMap((one, i) => (one.tables.includes(k) ? [`c === ${i}`] : []));
    return `if (${['c < 0', ...chosen].join(' || ')}) { ${table} }`;
  });
  const all = ['if (c < 0) {', ...others, '}'];
  return [choiceCode(ample, values), ...some, ...all].join('\n');
}
