import { ReconvergeError } from '../model/error.ts';
import type { Json, Label } from '../model/verdict.ts';
import type { History, Row, SeenState, StepPattern } from './history.ts';

/** The version of the format, and the key of its first line. */
export const HISTORY_FORMAT = 'reconverge/history@1';

type Fields = { readonly [key: string]: Json };

const HEADER = ['history', 'model', 'observed', 'checkpoints', 'whole', 'suffix', 'prefix'];
const STEP = ['actor', 'event', 'fault', 'label'];
const SAVES = ['start', 'checkpoint', 'recovery'] as const;
/** For people, and for tools that come after: not judged. */
const IGNORED = ['time', 'note', 'guards'];

class Line {
  readonly fields: Fields;
  private readonly where: string;

  constructor(fields: Fields, where: string) {
    this.fields = fields;
    this.where = where;
  }

  wrong(message: string, hint: string): never {
    throw new ReconvergeError('RCV603', message, { at: this.where, hint });
  }

  allow(keys: readonly string[]): void {
    const all = [...keys, ...IGNORED];
    const strange = Object.keys(this.fields).find((key) => !all.includes(key));
    if (strange !== undefined)
      this.wrong(`'${strange}' has no meaning here`, `a line like this has: ${all.join(', ')}`);
  }

  /** The value of a key, if it is there and passes. */
  get<T extends Json>(key: string, is: (value: Json) => value is T, wanted: string): T | undefined {
    const value = this.fields[key];
    if (value === undefined || is(value)) return value;
    return this.wrong(`'${key}' is ${JSON.stringify(value)}`, `it must be ${wanted}`);
  }
}

const isText = (value: Json): value is string => typeof value === 'string';
const isFlag = (value: Json): value is boolean => typeof value === 'boolean';
const isCount = (value: Json): value is number => Number.isSafeInteger(value);
const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isTexts = (value: Json): value is readonly string[] => isList(value) && value.every(isText);
const isLabel = (value: Json): value is Label =>
  isText(value) && ['P', 'R', 'F', 'E'].includes(value);
const isEvent = (value: Json): value is string | (Fields & { readonly type: string }) =>
  isText(value) || (isFields(value) && isText(value['type'] ?? null));
const isFault = (value: Json): value is string | null | (Fields & { readonly name: string }) =>
  value === null || isText(value) || (isFields(value) && isText(value['name'] ?? null));

function patternOf(line: Line): StepPattern {
  const actor = line.get('actor', isText, 'the name of an actor');
  const event = line.get('event', isEvent, 'a type, or an object with a type');
  const fault = line.get('fault', isFault, 'the name of a fault, or null');
  const label = line.get('label', isLabel, 'P, R, F or E');
  return {
    ...(actor !== undefined && { actor }),
    ...(event !== undefined && { event: isText(event) ? { type: event } : event }),
    ...(fault !== undefined && { fault: fault === null || isText(fault) ? fault : fault.name }),
    ...(label !== undefined && { label }),
  };
}

type Header = Omit<History, 'name' | 'rows' | 'damage'> & {
  readonly isPrefix: boolean;
  readonly isWhole: boolean;
};

function headerOf(line: Line): Header {
  if (line.fields['history'] !== HISTORY_FORMAT)
    line.wrong(
      'the first line does not say that this is a history',
      `begin with {"history":"${HISTORY_FORMAT}"}`,
    );
  line.allow(HEADER);
  const model = line.fields['model'] ?? null;
  const observed = line.get('observed', isList, 'a list of steps') ?? [];
  return {
    model: isText(model) ? model : null,
    observed: observed.map((pattern) => {
      if (!isFields(pattern)) return line.wrong('a step is no object', 'write {"event":"…"}');
      const inner = new Line(pattern, 'line 1, observed');
      inner.allow(STEP);
      return patternOf(inner);
    }),
    checkpoints: line.get('checkpoints', isTexts, 'a list of actors') ?? [],
    isWhole: line.get('whole', isFlag, 'true or false') ?? false,
    isSuffix: line.get('suffix', isFlag, 'true or false') ?? false,
    isPrefix: line.get('prefix', isFlag, 'true or false') ?? false,
    cut: null,
    isRunning: false,
  };
}

type Place = Pick<Row, 'at' | 'isWhole'>;

function saveRow(line: Line, place: Place, kind: (typeof SAVES)[number]): Row {
  line.allow([kind, 'saved', 'final']);
  const actor = line.get(kind, isText, 'the name of an actor') as string;
  const saved = line.get('saved', isFields, 'what was seen of the snapshot') ?? {};
  const final = line.get('final', isFlag, 'true or false') ?? null;
  return { ...place, shown: line.fields, kind, actor, saved, final };
}

function rowOf(line: Line, place: Place): Row {
  const save = SAVES.find((kind) => kind in line.fields);
  if (save !== undefined) return saveRow(line, place, save);
  line.allow([...STEP, 'state']);
  const state: SeenState = line.get('state', isFields, 'an object, by actor') ?? {};
  const step = patternOf(line);
  const shown = line.fields;
  if (Object.keys(step).length > 0) return { ...place, shown, kind: 'step', step, state };
  if (Object.keys(state).length > 0) return { ...place, shown, kind: 'moment', state };
  return line.wrong('nothing was observed', 'give actor, event, fault, or state');
}

function parsed(text: string, at: string): Line {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    throw new ReconvergeError('RCV603', `no JSON: ${(thrown as Error).message}`, {
      at,
      hint: 'one JSON object per line',
    });
  }
  if (isFields(value)) return new Line(value, at);
  throw new ReconvergeError('RCV603', `${text.slice(0, 40)} is no JSON object`, {
    at,
    hint: 'one JSON object per line',
  });
}

/** Whether the text is the beginning of a line that was never written to its end. */
function isTorn(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** How the rows end: with their number, or in the middle of something. */
function endOf(line: Line, rows: number): void {
  line.allow(['end']);
  const end = line.get('end', isCount, 'the number of rows');
  if (end === rows) return;
  line.wrong(`${rows} rows, and the last line says ${end}`, 'rows are missing, or were added');
}

/**
 * A history from JSON lines: a header, one observation per line, and their number at the end.
 * @throws ReconvergeError RCV603 for a line that is wrong
 */
export function historyOfLines(text: string, name: string): History {
  const lines = text.split('\n').map((line, index) => ({ line, at: `${name}:${index + 1}` }));
  const last = lines.pop() as (typeof lines)[number];
  const torn = last.line.trim() !== '' && isTorn(last.line);
  if (!torn) lines.push(last);
  const written = lines.filter(({ line }) => line.trim() !== '');
  const [first, ...rest] = written;
  const nothing = torn ? last.at : name;
  if (first === undefined)
    throw new ReconvergeError('RCV603', 'there is no line in it', {
      at: nothing,
      hint: `begin with {"history":"${HISTORY_FORMAT}"}`,
    });
  const { isPrefix, isWhole, ...header } = headerOf(parsed(first.line, first.at));
  const rows: Row[] = [];
  let isEnded = false;
  for (const { line, at } of rest) {
    const read = parsed(line, at);
    if (isEnded) read.wrong('a line behind the end', '{"end":…} is the last line');
    if ('end' in read.fields) {
      endOf(read, rows.length);
      isEnded = true;
    } else rows.push(rowOf(read, { at, isWhole }));
  }
  if (isEnded && torn) parsed(last.line, last.at);
  const missing = torn
    ? `${last.at} ends in the middle`
    : `there is no line {"end":${rows.length}}`;
  return { ...header, name, rows, cut: isEnded || isPrefix ? null : missing, damage: null };
}
