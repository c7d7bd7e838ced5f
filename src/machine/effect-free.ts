import { EffectReader } from './effect-reader.ts';
import { NotUnderstood } from './token.ts';

/**
 * What is known of a function whose text shows that calling it changes nothing. The same object for
 * functions of the same text.
 */
export interface EffectFree {
  /** It uses nothing but its parameters: functions of the same text are the same function. */
  readonly isClosed: boolean;
  readonly parameters: number;
}

function read(text: string): EffectFree | null {
  try {
    const reader = new EffectReader(text);
    const parameters = reader.function();
    return { isClosed: reader.isClosed, parameters };
  } catch (thrown) {
    if (thrown instanceof NotUnderstood) return null;
    throw thrown;
  }
}

const byText = new Map<string, EffectFree | null>();

/**
 * What can be told of a function by its text; null where calling it might change something, if only
 * a variable around it. Certain but for code made to deceive: an object from outside in which a
 * getter or the conversion to a number or text changes something, or another meaning given to
 * `Object` and the like.
 */
export function effectFree(code: unknown): EffectFree | null {
  if (typeof code !== 'function') return null;
  const text = Function.prototype.toString.call(code);
  const known = byText.get(text);
  if (known !== undefined) return known;
  const found = read(text);
  byText.set(text, found);
  return found;
}
