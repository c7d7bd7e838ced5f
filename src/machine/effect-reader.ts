import { Cursor, NotUnderstood } from './token.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Methods that call the functions they are given. */
const CALLING = words('every filter find findIndex findLast findLastIndex flatMap map some');
/** Methods that do not, and change nothing. */
const LOOKING = words(
  'at concat endsWith entries flat has hasTag includes indexOf join keys lastIndexOf matches slice startsWith values',
);
/** Methods that hand on what they are given. */
const PASSING = words('concat flatMap map');
const GLOBAL: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Array', words('isArray')],
  ['Math', words('abs ceil floor max min round sign trunc')],
  ['Number', words('isFinite isInteger isNaN isSafeInteger')],
  ['Object', words('entries hasOwn keys values')],
]);
/** Names through which a function comes back that was not written here. */
const HIDDEN = words('__proto__ arguments caller constructor prototype');
const VALUES = words('Infinity NaN false null true undefined');
const RESERVED = words(
  'arguments async await break case catch class const continue debugger default delete do else enum eval export extends finally for function if import in instanceof let new of return static super switch this throw try typeof var void while with yield',
);
const UNARY = words('! - + ~ typeof void');
const CHOOSING = words('&& || ??');
const BINARY = words('&& || ?? + - * / % ** == != === !== < > <= >= & | ^ << >> >>> in');

function refuse(): never {
  throw new NotUnderstood();
}

/**
 * Reads a function as far as it is written in a part of JavaScript that changes nothing: without
 * assignments, and without calls but those of a few methods, none of an object from outside. What
 * reads an expression tells whether its value may be foreign: from outside, or holding such
 * a thing.
 */
export class EffectReader extends Cursor {
  private readonly scopes: Map<string, boolean>[] = [];
  isClosed = true;

  /** The whole of a function, and how many parameters it has. */
  function(): number {
    if (this.take('function') && this.peek() !== '(') this.name();
    const { parameters } = this.code();
    return this.is('end') ? parameters : refuse();
  }

  private name(): string {
    const word = this.word();
    return HIDDEN.has(word) ? refuse() : word;
  }

  /** Parameters, an arrow if there is one, and the body. */
  private code(): { parameters: number; foreign: boolean } {
    this.scopes.push(new Map());
    let parameters = 1;
    if (this.take('(')) {
      for (parameters = 0; !this.take(')'); parameters += 1) {
        this.pattern(false);
        if (this.peek() !== ')') this.expect(',');
      }
    } else this.pattern(false);
    const isArrow = this.take('=>');
    let foreign = true;
    if (this.peek() === '{') this.block();
    else foreign = isArrow ? this.expression() : refuse();
    this.scopes.pop();
    return { parameters, foreign };
  }

  private pattern(foreign: boolean): void {
    if (this.take('{')) return this.fields(foreign);
    if (!this.take('[')) return this.bind(foreign);
    this.own(foreign);
    while (!this.take(']')) {
      if (this.take(',')) continue;
      this.take('...');
      this.pattern(false);
    }
  }

  private fields(foreign: boolean): void {
    while (!this.take('}')) {
      if (this.take('...') || this.peek(1) !== ':') this.bind(foreign);
      else {
        this.name();
        this.expect(':');
        this.pattern(foreign);
      }
      if (this.peek() !== '}') this.expect(',');
    }
  }

  private bind(foreign: boolean): void {
    const name = this.name();
    if (RESERVED.has(name) || VALUES.has(name)) refuse();
    this.scopes.at(-1)?.set(name, foreign);
  }

  private block(): void {
    this.expect('{');
    this.scopes.push(new Map());
    while (!this.take('}')) this.statement();
    this.scopes.pop();
  }

  private statement(): void {
    if (this.peek() === '{') return this.block();
    if (this.take('if')) {
      this.parenthesis();
      this.statement();
      if (this.take('else')) this.statement();
      return;
    }
    if (this.take('for')) return this.loop();
    if (this.take('const')) {
      do this.constant();
      while (this.take(','));
    } else if (this.take('return')) {
      if (this.peek() !== ';' && this.peek() !== '}') this.expression();
    } else if (this.peek() !== ';') refuse();
    this.take(';');
  }

  /** Whether it is foreign is known when the value was read. */
  private constant(): void {
    const start = this.at;
    this.scopes.push(new Map());
    this.pattern(false);
    this.scopes.pop();
    this.expect('=');
    const foreign = this.expression();
    const end = this.at;
    this.at = start;
    this.pattern(foreign);
    this.at = end;
  }

  private loop(): void {
    this.expect('(');
    this.expect('const');
    this.scopes.push(new Map());
    this.pattern(false);
    this.expect('of');
    this.own(this.expression());
    this.expect(')');
    this.statement();
    this.scopes.pop();
  }

  /** Where an object from outside could run code of its own. */
  private own(foreign: boolean): false {
    return foreign ? refuse() : false;
  }

  private parenthesis(): boolean {
    this.expect('(');
    const foreign = this.expression();
    this.expect(')');
    return foreign;
  }

  private expression(): boolean {
    if (this.isArrow()) return this.code().foreign;
    let foreign = this.operand();
    let operators = 0;
    let isChoice = false;
    for (; BINARY.has(this.peek()); operators += 1) {
      isChoice ||= CHOOSING.has(this.peek());
      this.at += 1;
      foreign = this.operand() || foreign;
    }
    if (operators > 0 && !isChoice) foreign = false;
    if (!this.take('?')) return foreign;
    const one = this.expression();
    this.expect(':');
    return this.expression() || one;
  }

  private operand(): boolean {
    if (!UNARY.has(this.peek())) return this.chain();
    this.at += 1;
    this.operand();
    return false;
  }

  /** A value and what is looked up in it. */
  private chain(): boolean {
    let foreign = this.primary();
    for (;;) {
      const isMaybe = this.take('?.');
      if (this.take('[')) {
        foreign = this.expression() || foreign;
        this.expect(']');
      } else if (isMaybe || this.take('.')) {
        const name = this.name();
        if (this.peek() !== '(') continue;
        this.own(foreign);
        foreign = this.call(name);
      } else return foreign;
    }
  }

  private call(method: string): boolean {
    if (!CALLING.has(method) && !LOOKING.has(method)) refuse();
    const foreign = this.values('(', ')', CALLING.has(method));
    return foreign && PASSING.has(method);
  }

  /** A list of values. What is called must be written here. */
  private values(open: string, close: string, isCalled: boolean): boolean {
    this.expect(open);
    let foreign = false;
    while (!this.take(close)) {
      const isArrow = this.isArrow();
      const isSpread = this.take('...');
      const one = this.expression();
      if (isCalled && !isArrow) refuse();
      if (isSpread) this.own(one);
      foreign ||= one;
      if (this.peek() !== close) this.expect(',');
    }
    return foreign;
  }

  private primary(): boolean {
    if (this.is('word')) return this.variable();
    if (this.peek() === '(') return this.parenthesis();
    if (this.peek() === '[') return this.values('[', ']', false);
    if (!this.is('literal')) refuse();
    this.at += 1;
    return false;
  }

  private variable(): boolean {
    const name = this.word();
    if (VALUES.has(name)) return false;
    if (name === 'new') return this.set();
    if (RESERVED.has(name)) refuse();
    const scope = this.scopes.findLast((one) => one.has(name));
    if (scope !== undefined) return scope.get(name) === true;
    if (GLOBAL.has(name)) return this.global(name);
    this.isClosed = false;
    return true;
  }

  private set(): boolean {
    this.expect('Set');
    if (this.scopes.some((one) => one.has('Set'))) refuse();
    return this.own(this.values('(', ')', false));
  }

  private global(name: string): boolean {
    this.expect('.');
    const method = this.name();
    if (GLOBAL.get(name)?.has(method) !== true) refuse();
    const foreign = this.values('(', ')', false);
    return name === 'Object' && method !== 'hasOwn' ? this.own(foreign) : false;
  }
}
