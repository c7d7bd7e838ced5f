import { readdirSync } from 'node:fs';
import type { Command, Option } from 'commander';
import type { Parameter } from '../model/parameter.ts';
import { runIsolated } from './isolated.ts';
import { libraryNames, MODEL_EXTENSIONS } from './library.ts';
import { limitsOf } from './limits.ts';
import type { ModelNames } from './names-task.ts';
import type { Asked } from './open-model.ts';
import { declared } from './program.ts';
import type { Verb } from './verb.ts';

/** A model gets this long to say what it is called; nobody waits longer for a Tab. */
const PATIENCE_MS = 3_000;
/** Whole numbers are listed if they are not more than this. */
const NUMBERS_MAX = 32;

/** A command line as far as it was typed, its last word perhaps in part. */
interface Line {
  readonly verb: Verb;
  readonly options: readonly Option[];
  /** Behind the verb, before the word that is typed. */
  readonly before: readonly string[];
  readonly word: string;
}

const takesValue = (option: Option): boolean => option.required || option.optional;

/** The words that are neither flags nor their values, and the values of a flag. */
function sorted({ options, before }: Line, flag: string) {
  const operands: string[] = [];
  const values: string[] = [];
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at] as string;
    const option = options.find(({ long }) => long === word);
    if (option !== undefined && takesValue(option)) {
      at += 1;
      if (option.long === flag) values.push(before[at] ?? '');
    } else if (!word.startsWith('-')) operands.push(word);
  }
  return { operands, values };
}

/** What a model calls its parameters and properties; null if it cannot be loaded. */
async function namesOf(line: Line): Promise<ModelNames | null> {
  const { operands, values } = sorted(line, '--set');
  const model = operands.at(-1);
  if (model === undefined) return null;
  const pairs = values.map((text) => text.split(/=(.*)/s, 2)).filter(({ length }) => length === 2);
  const request: Asked = { model, set: Object.fromEntries(pairs) as Record<string, string> };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const ending = await runIsolated<ModelNames>('names', request, {
    ...limitsOf({}),
    signal,
    onProgress: () => {},
  });
  return ending.is === 'done' ? ending.answer : null;
}

function valuesOf(parameter: Parameter): readonly string[] {
  if (parameter.type === 'choice') return parameter.values;
  const { min, max } = parameter;
  const count = max - min + 1;
  if (count > NUMBERS_MAX) return [String(parameter.default)];
  return Array.from({ length: count }, (_, index) => String(min + index));
}

function assignments({ parameters }: ModelNames, word: string): readonly string[] {
  const entries = Object.entries(parameters);
  if (!word.includes('=')) return entries.map(([name]) => `${name}=`);
  return entries.flatMap(([name, one]) => valuesOf(one).map((value) => `${name}=${value}`));
}

async function flagValues(line: Line, { long, argChoices }: Option): Promise<readonly string[]> {
  if (argChoices !== undefined) return argChoices;
  if (long !== '--set' && long !== '--property' && long !== '--example') return [];
  const names = await namesOf(line);
  if (names === null) return [];
  return long === '--set' ? assignments(names, line.word) : names.properties;
}

/** Folders, and files that may be meant, beside what was typed of a path. */
function filesLike(word: string, extensions: readonly string[]): readonly string[] {
  const folder = word.includes('/') ? word.slice(0, word.lastIndexOf('/') + 1) : '';
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .filter((one) => one.isDirectory() || extensions.some((end) => one.name.endsWith(end)))
      .filter(({ name }) => !name.endsWith('.d.ts'))
      .map((one) => `${folder}${one.name}${one.isDirectory() ? '/' : ''}`);
  } catch {
    return [];
  }
}

function operandsFor({ verb, word, ...line }: Line): readonly string[] {
  const { operands } = sorted({ verb, word, ...line }, '');
  const named = Object.keys(verb.operands ?? {}).length;
  if (operands.length >= named + (verb.takesModel ? 1 : 0)) return [];
  if (verb.choices !== undefined) return verb.choices;
  const extensions = verb.takesModel ? MODEL_EXTENSIONS : [...MODEL_EXTENSIONS, '.json'];
  return [...libraryNames(), ...filesLike(word, extensions)];
}

async function fitting(line: Line): Promise<readonly string[]> {
  const { options, before, word } = line;
  const flag = options.find((one) => one.long === before.at(-1) && takesValue(one));
  if (flag !== undefined) return flagValues(line, flag);
  if (!word.startsWith('-')) return operandsFor(line);
  return [...options.flatMap(({ long }) => long ?? []), '--help'];
}

const optionsOf = (command: Command): readonly Option[] =>
  command.options.filter(({ hidden }) => !hidden);

/**
 * What the last word may become, sorted: empty where nothing is known, so that the shell offers
 * files. A name that ends in `=` or `/` goes on.
 * @param words what was typed behind `reconverge`, the last one perhaps in part
 */
export async function candidates(
  words: readonly string[],
  verbs: readonly Verb[],
): Promise<readonly string[]> {
  const [name = '', ...rest] = words;
  const word = words.at(-1) ?? '';
  const starting = (all: readonly string[]): readonly string[] =>
    [...new Set(all)].filter((one) => one.startsWith(word) && one !== '').toSorted();
  if (rest.length === 0) return starting([...verbs.map((one) => one.name), '--help', '--version']);
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined) return [];
  const options = optionsOf(declared(verb));
  return starting(await fitting({ verb, options, before: rest.slice(0, -1), word }));
}
