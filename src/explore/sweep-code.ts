import type { JointPart, Program } from './sweep-program.ts';
import type { Part } from './sweep-part.ts';
import type { RowQuestion } from './sweep-question.ts';
import { Masks } from './sweep-bits.ts';

const hasOuter = ({ digits, wide }: Part): boolean => digits.length > 0 || wide !== null;

/** Code for the rows of one layer. Its numbers are values, so that like layers share their code. */
export class RowCode {
  readonly program: Program;
  readonly values: Record<string, unknown> = {};
  readonly words: number;
  private readonly isChunked: boolean;

  constructor(program: Program, isChunked: boolean) {
    this.program = program;
    this.words = program.shape.words;
    this.isChunked = isChunked;
  }

  /** A name for a value. */
  name(name: string, value: unknown): string {
    this.values[name] = value;
    return name;
  }

  /** Code for each word of the row: `r` is the word, `k` its place. */
  each(code: string): string {
    return `for (k = 0; k < ${this.words}; k++) { const r = B[own + k]; ${code} }`;
  }

  /** Code that finds row `row` as `B` from `own` on, or another one. */
  find(row: string, array: string, at: string, of = ''): string {
    if (!this.isChunked) return `${array} = bits${of}; ${at} = Math.imul(${row}, words${of});`;
    const place = `${at} = Math.imul(${row} & low${of}, words${of});`;
    return `${array} = chunks${of}[${row} >>> shift${of}]; ${place}`;
  }

  /** Code that takes the row's number apart; rows mostly come one after another. */
  decode(): string {
    const { shape } = this.program;
    const { outer, strides, values } = shape;
    const last = outer.at(-1);
    if (last === undefined) return '';
    const radix = this.name('radix', values[last]!.length);
    const lines = [`if (row !== last + 1 || ++x${last} === ${radix}) {`, 'i = row;'];
    for (const digit of outer.slice(0, -1)) {
      const stride = this.name(`stride${digit}`, strides[digit]);
      lines.push(`x${digit} = (i / ${stride}) | 0; i = (i - Math.imul(x${digit}, ${stride})) | 0;`);
    }
    lines.push(`x${last} = i;`, '}', 'last = row;');
    return lines.join('\n');
  }

  /** Declarations of all that other code uses. */
  variables(): string {
    const digits = this.program.shape.outer.map((digit) => `x${digit} = 0`);
    const indices = this.program.parts.map((_, j) => `i${j} = 0`);
    const plain = ['row', 'own', ...'tochfikmnpe'].map((name) => `${name} = 0`);
    const all = ['last = -2', 'B = null', 'C = null', ...plain, ...digits, ...indices];
    return `let ${all.join(', ')};`;
  }

  /** Code that finds the index of each part. */
  indices(): string {
    const { parts } = this.program;
    const lines = parts.flatMap(({ digits, multipliers, wide }, j) => {
      if (wide !== null) return [`${this.ask(`q${j}`, wide.question)} i${j} = m;`];
      const terms = digits.map((digit, at) => {
        if (multipliers[at] === 1) return `x${digit}`;
        return `Math.imul(x${digit}, ${this.name(`u${j}_${at}`, multipliers[at])})`;
      });
      return terms.length === 0 ? [] : [`i${j} = ${terms.join(' + ')};`];
    });
    if (this.hasWide) lines.unshift(this.digitsIntoArray());
    return lines.join('\n');
  }

  get hasWide(): boolean {
    return this.program.parts.some(({ wide }) => wide !== null);
  }

  /** Code that counts the states of the row in the mask at `m` into `n`. */
  countMask(): string {
    return `n = 0; ${this.each('n += popcount(r & masks[m + k]);')}`;
  }

  /** Code that sets `c` unless the row is within, or without, the mask at `m`. */
  touches(isWithin: boolean): string {
    const mask = isWithin ? '' : '~';
    return `c = 0; ${this.each(`c |= r & ${mask}masks[m + k];`)}`;
  }

  /** Code that sets `m` to the mask of a predicate. */
  ask(name: string, { root, who, base, next }: RowQuestion): string {
    const of = (field: string, value: unknown): string => this.name(`${name}${field}`, value);
    const [w, b, x] = [of('who', who), of('base', base), of('next', next)];
    return `n = ${of('root', root)}; while (n >= 0) n = ${x}[${b}[n] + X[${w}[n]]]; m = -1 - n;`;
  }

  digitsIntoArray(): string {
    return this.program.shape.outer.map((digit) => `X[${digit}] = x${digit};`).join(' ');
  }

  /** Code that puts into `extra` how many steps there are that the row's own digits decide. */
  tailDegrees(): string {
    const lines = this.program.parts.flatMap((part, j) =>
      hasOuter(part) || part.more === null ? [] : [this.more(part, j)],
    );
    return ['extra = 0;', ...lines].join('\n');
  }

  /** Code for the other steps of all states of the row: `degree` for each and `extra` more. */
  degrees(): string {
    const { parts, joints, forms } = this.program;
    const lines = ['degree = 0; extra = 0;'];
    for (const [j, part] of parts.entries()) {
      if (part.degree.some((degree) => degree > 0)) {
        lines.push(`degree += ${this.name(`g${j}`, part.degree)}[i${j}];`);
      }
      if (part.more !== null && hasOuter(part)) lines.push(this.more(part, j));
    }
    for (const [j, joint] of joints.entries()) {
      lines.push(`if (${this.isAble(joint, j)}) degree++;`);
      if (joint.ableTail === forms.masks.none) continue;
      const mask = this.name(`jm${j}`, joint.ableTail);
      lines.push(`else { m = ${mask}; ${this.countMask()} extra += n; }`);
    }
    return lines.join('\n');
  }

  private more({ more }: Part, j: number): string {
    const { begin, mask, weight } = more!;
    const of = (field: string, value: unknown): string => this.name(`${field}${j}`, value);
    const b = of('mb', begin);
    return [
      `for (p = ${b}[i${j}], e = ${b}[i${j} + 1]; p < e; p++) {`,
      `m = ${of('mm', mask)}[p]; ${this.countMask()} extra += n * ${of('mw', weight)}[p];`,
      '}',
    ].join('\n');
  }

  /** A condition: whether an outer digit makes the whole row able. */
  isAble(joint: JointPart, j: number): string {
    const flags = joint.able.map(
      ({ digit, of }) => `${this.name(`ja${j}_${digit}`, of)}[x${digit}]`,
    );
    return flags.length === 0 ? 'false' : `(${flags.join(' | ')}) === 1`;
  }

  /** Code for what is seen in a row in which a claim is broken. */
  claims(code: string): string {
    const lines = this.program.parts.flatMap(({ claims }, j) => {
      if (claims === null) return [];
      const mask = `${this.name(`cl${j}`, claims)}[i${j}]`;
      const none = this.name('none', this.program.forms.masks.none);
      return [`m = ${mask}; if (m !== ${none}) { ${this.touches(true)} if (c !== 0) { ${code} } }`];
    });
    return lines.join('\n');
  }

  /** Code that leaves in `Q` the states of a row without a step, or without progress. */
  ends(of: 'some' | 'progress'): string {
    const none = this.name('none', this.program.forms.masks.none);
    const less = `for (k = 0; k < ${this.words}; k++) Q[k] &= ~masks[m + k];`;
    const lines = [`for (k = 0; k < ${this.words}; k++) Q[k] = B[own + k];`];
    for (const [j, part] of this.program.parts.entries()) {
      const masks = this.name(`${of}${j}`, part[of]);
      lines.unshift(`if (${masks}[i${j}] === ${Masks.ALL}) continue;`);
      lines.push(`m = ${masks}[i${j}]; if (m !== ${none}) ${less}`);
    }
    for (const [j, joint] of this.program.joints.entries()) {
      if (of === 'progress' && joint.isFault) continue;
      const isChange = of === 'progress' && joint.into === this.program.shape.layer;
      const flags = isChange ? joint.changes : joint.able;
      const name = this.name(`end${j}`, isChange ? joint.changesTail : joint.ableTail);
      for (const { digit, of: flag } of flags) {
        lines.unshift(`if (${this.name(`end${j}_${digit}`, flag)}[x${digit}] === 1) continue;`);
      }
      lines.push(`m = ${name}; ${less}`);
    }
    return lines.join('\n');
  }
}
