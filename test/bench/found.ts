/** What a checker says of a model. `refused`: it did not take the question. */
export interface Found {
  readonly result: 'holds' | 'violated' | 'unknown' | 'refused';
  /** As printed, for some tools round large numbers; null where not told. */
  readonly states: string | null;
  readonly transitions: string | null;
  /** Steps of the counterexample; null where there is none or it is not told. */
  readonly steps: number | null;
  /** Why it is no verdict, or null. */
  readonly note: string | null;
}

/** What it must say; null where nobody knows, or where it may differ. */
export interface Expected {
  readonly result: 'holds' | 'violated';
  readonly states: number | null;
  readonly transitions: number | null;
  readonly steps?: number;
}

const UNKNOWN: Found = {
  result: 'unknown',
  states: null,
  transitions: null,
  steps: null,
  note: null,
};

const firstOf = (text: string, pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;

/** The verifier that Spin generates. Its counts include the initial state. */
export function readSpin(text: string): Found {
  const errors = firstOf(text, /errors: (\d+)/);
  const isCut = /max search depth too small|out of memory|memory limit|aborting/.test(text);
  const note = isCut ? 'its search was cut short' : null;
  const verdict = errors === '0' ? (isCut ? 'unknown' : 'holds') : 'violated';
  return {
    ...UNKNOWN,
    result: errors === null ? 'unknown' : verdict,
    states: firstOf(text, /^\s*(\S+) states, stored/m),
    transitions: firstOf(text, /^\s*(\S+) transitions \(=/m),
    note,
  };
}

/** Rumur. Its rules fired leave the initial states out. */
export function readRumur(text: string): Found {
  const [, states = null, transitions = null] = /(\d+) states, (\d+) rules fired/.exec(text) ?? [];
  const isViolated = /error\(s\) found/.test(text);
  const isClean = /No error found/.test(text);
  const result = isViolated ? 'violated' : isClean ? 'holds' : 'unknown';
  return { ...UNKNOWN, result, states, transitions };
}

/** TLC. Its states generated include the initial states. */
export function readTlc(text: string): Found {
  const counts = /(\d+) states generated, (\d+) distinct states found, \d+ states left/g;
  const [, transitions = null, states = null] = [...text.matchAll(counts)].at(-1) ?? [];
  const isViolated = /is violated|properties were violated/.test(text);
  const isClean = /No error has been found/.test(text);
  const result = isViolated ? 'violated' : isClean ? 'holds' : 'unknown';
  return { ...UNKNOWN, result, states, transitions };
}

/** A program that prints `unique=…`, `generated=…` and `violation=0` or `violation=1`. */
export function readPairs(text: string): Found {
  const pairs = Object.fromEntries(
    [...text.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const { unique = null, generated = null, violation = '0' } = pairs;
  const verdict = violation === '0' ? 'holds' : 'violated';
  const result = unique === null ? 'unknown' : verdict;
  return { ...UNKNOWN, result, states: unique, transitions: generated };
}

interface Document {
  readonly result?: 'holds' | 'violated' | 'unknown';
  readonly bounds?: Readonly<Record<string, number>>;
  readonly stats?: { readonly states: number; readonly transitions: number } | null;
  readonly properties?: readonly { readonly trace: { readonly steps: readonly object[] } | null }[];
  readonly error?: { readonly code: string; readonly message: string } | null;
}

function parsed(text: string): Document | null {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return null;
  }
}

/** Our own document. A search that stops at a violation has counts that mean nothing. */
export function readOurs(text: string): Found {
  const document = parsed(text);
  if (document === null) return UNKNOWN;
  const { result = 'unknown', bounds = {}, stats, properties = [], error } = document;
  if (error !== null && error !== undefined) {
    return { ...UNKNOWN, result: 'refused', note: `${error.code}: ${error.message}` };
  }
  const reached = Object.keys(bounds);
  return {
    result,
    states: stats === undefined || stats === null ? null : String(stats.states),
    transitions: stats === undefined || stats === null ? null : String(stats.transitions),
    steps: properties[0]?.trace?.steps.length ?? null,
    note: reached.length === 0 ? null : `stopped at a bound: ${reached.join(', ')}`,
  };
}

/** A count as printed, against the true one: above eight digits some tools round. */
export function isSameCount(printed: string, expected: number): boolean {
  const isRounded = /e/.test(printed);
  return Number(printed) === (isRounded ? Number(expected.toPrecision(8)) : expected);
}

/** In what it differs from what was expected, as sentences. */
export function differences(found: Found, expected: Expected): readonly string[] {
  const counts = (['states', 'transitions'] as const).flatMap((name) => {
    const [printed, known] = [found[name], expected[name]];
    if (known === null || (printed !== null && isSameCount(printed, known))) return [];
    return [`${printed ?? 'no'} ${name}, not ${known}`];
  });
  const result =
    found.result === expected.result ? [] : [`${found.result}, not ${expected.result}`];
  const steps =
    expected.steps === undefined || found.steps === expected.steps
      ? []
      : [`${found.steps} steps, not ${expected.steps}`];
  return [...result, ...counts, ...steps];
}
