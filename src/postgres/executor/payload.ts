import { ReconvergeError } from '../../model/error.ts';
import { checkSurvivesJson } from '../../model/survives-json.ts';

/** Levels of nesting; what is deeper exhausts somebody's stack, here or in the database. */
const DEPTH_MAX = 200;

const refuse = (message: string, at: string, hint: string): never => {
  throw new ReconvergeError('RCV432', message, { at, hint });
};

function checkPlain(value: unknown, path: string, at: string, depth: number): void {
  const type = typeof value;
  if (type === 'function' || type === 'symbol' || type === 'bigint') {
    refuse(`${path} is a ${type}`, at, 'only plain data is stored');
  }
  if (value === null || type !== 'object') return;
  if (depth > DEPTH_MAX) {
    refuse(`${path.slice(0, 80)}… is nested deeper than ${DEPTH_MAX} levels`, at, 'store it flat');
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  if (!isPlain) {
    const { name } = (value as object).constructor;
    refuse(`${path} is a ${name}`, at, 'only plain objects and arrays are stored');
  }
  for (const [key, item] of Object.entries(value as object)) {
    checkPlain(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, at, depth + 1);
  }
}

/**
 * Checks that a value can be stored and comes back as it was (spec 5.3).
 * @throws ReconvergeError RCV432 for what is no plain data or too deep, RCV221 for what JSON loses
 */
export function checkStorable(value: unknown, path: string, at: string): void {
  if (value === undefined) return;
  checkPlain(value, path, at, 0);
  checkSurvivesJson(value, path, at);
}

/**
 * @param limit bytes of UTF-8
 * @throws ReconvergeError RCV432 for a text that is longer
 */
export function checkSize(text: string, limit: number, at: string): void {
  const bytes = text.length > limit ? text.length : Buffer.byteLength(text);
  if (bytes <= limit) return;
  refuse(
    `a state of ${bytes.toLocaleString('en')} bytes is over the limit of ${limit.toLocaleString('en')}`,
    at,
    'keep large data elsewhere and its address in the state, or raise stateBytesMax',
  );
}
