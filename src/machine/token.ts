/** A word, a literal or a mark of JavaScript. */
interface Token {
  readonly is: 'word' | 'literal' | 'mark' | 'end';
  readonly text: string;
}

/** Thrown at what is not understood. */
export class NotUnderstood extends Error {}

const SPACE = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const KINDS: readonly (readonly [Token['is'], RegExp])[] = [
  ['word', /[A-Za-z_$][\w$]*/y],
  ['literal', /\d+(?:\.\d+)?|"(?:[^"\\\n\r]|\\[^])*"|'(?:[^'\\\n\r]|\\[^])*'/y],
  ['literal', /`(?:[^`\\$]|\\[^])*`/y],
  ['mark', />>>|\.\.\.|[=!]==|[=!<>]=|=>|\*\*|&&|\|\||\?\?|\?\.|\+\+|--|<<|>>|[^\s\w"'`\\#@]/y],
];

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  for (;;) {
    at += match(SPACE)?.length ?? 0;
    if (at === text.length) return tokens;
    const before = at;
    for (const [is, pattern] of KINDS) {
      const found = match(pattern);
      if (found === null) continue;
      tokens.push({ is, text: found });
      at += found.length;
      break;
    }
    if (at === before) throw new NotUnderstood();
  }
}

const END: Token = { is: 'end', text: '' };

/** A place in the tokens of a text. Literals are never what is asked for by its text. */
export class Cursor {
  private readonly tokens: readonly Token[];
  at = 0;

  /** @throws NotUnderstood where something is not told apart with certainty */
  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  is(kind: Token['is'], ahead = 0): boolean {
    return (this.tokens[this.at + ahead] ?? END).is === kind;
  }

  peek(ahead = 0): string {
    const token = this.tokens[this.at + ahead] ?? END;
    return token.is === 'literal' ? '' : token.text;
  }

  take(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new NotUnderstood();
  }

  word(): string {
    if (!this.is('word')) throw new NotUnderstood();
    this.at += 1;
    return this.peek(-1);
  }

  /** Whether a function written with an arrow begins here. */
  isArrow(): boolean {
    if (this.peek() !== '(') return this.is('word') && this.peek(1) === '=>';
    let depth = 0;
    for (let ahead = 0; !this.is('end', ahead); ahead += 1) {
      if (this.peek(ahead) === '(') depth += 1;
      if (this.peek(ahead) === ')') depth -= 1;
      if (depth === 0) return this.peek(ahead + 1) === '=>';
    }
    return false;
  }
}
