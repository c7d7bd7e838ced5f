import type { Suite } from '../generate/suite/suite.ts';
import type { Walk } from '../generate/walk.ts';
import { Actions } from '../generate/action.ts';
import type { State } from '../generate/stepping.ts';
import type { Sequence } from './play.ts';
import { sequencesOf } from './sequences.ts';

/** Which model a suite is of, and how it is made again. */
export interface Origin {
  readonly name: string;
  readonly parameters: { readonly [name: string]: string | number };
  /** Of the model's source, as reports have it. */
  readonly hash: string;
  /** The command that makes the file. */
  readonly command: string;
}

/** What a generated file imports, as it is to be written there. */
export interface Modules {
  readonly model: string;
  readonly driver: string;
}

const quoted = (text: string): string =>
  text.includes("'") || text.includes('\\') ? JSON.stringify(text) : `'${text}'`;

const record = (values: { readonly [name: string]: string | number }): string => {
  const fields = Object.entries(values).map(([name, value]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
    return `${key}: ${quoted(String(value))}`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
};

/** A sequence as it is written down: steps in words, from one of the initial states. */
export interface WrittenSequence {
  readonly name: string;
  /** Which of the initial states, from 0. */
  readonly start: number;
  readonly steps: readonly string[];
}

/** Writes sequences down in words, and reads them again. */
export class Writing {
  private readonly actions: Actions;
  private readonly stepping: Suite['stepping'];

  constructor(stepping: Suite['stepping']) {
    this.stepping = stepping;
    this.actions = new Actions(stepping);
  }

  written({ name, walk: { start, steps } }: Sequence): WrittenSequence {
    const states = [start, ...steps.map(({ to }) => to)];
    const texts = steps.map((step, index) => this.actions.text(states[index] as State, step));
    const initial = Array.from({ length: this.stepping.initialCount }, (_, n) => n);
    const number = initial.find((one) => this.stepping.initial(one) === start) ?? 0;
    return { name, start: number, steps: texts };
  }

  /** The behaviour that was written down; null where the model has none like it. */
  read({ start, steps }: WrittenSequence): Walk | null {
    if (start >= this.stepping.initialCount) return null;
    const walk: Walk = { start: this.stepping.initial(start), steps: [] };
    const taken = [];
    let at = walk.start;
    for (const text of steps) {
      const step = this.actions.find(at, text);
      if (step === undefined) return null;
      taken.push(step);
      at = step.to;
    }
    return { ...walk, steps: taken };
  }
}

function testOf({ name, start, steps }: WrittenSequence): readonly string[] {
  const from = start === 0 ? '' : `, ${start}`;
  return [
    `it(${quoted(name)}, (test) =>`,
    '  suite.play(test, [',
    ...steps.map((step) => `    ${quoted(step)},`),
    `  ]${from}));`,
    '',
  ];
}

interface Stamp {
  readonly origin: Origin;
  readonly behaviour: string;
}

const SCHEMA = 'reconverge/suite@1';

function stampOf({ origin: { name, parameters, hash }, behaviour }: Stamp) {
  return { schema: SCHEMA, model: { name, parameters, hash }, behaviour, seed: null };
}

/** What a written suite says of itself; null if it is none. */
export interface WrittenStamp {
  readonly model: Omit<Origin, 'command'>;
  readonly behaviour: string;
}

/** Reads the stamp of a test file or of JSON lines. */
export function stampIn(text: string): WrittenStamp | null {
  const [, json] = /^(?:\/\/ )?(\{"schema":"reconverge\/suite@1".*\})$/m.exec(text) ?? [];
  if (json === undefined) return null;
  const { model, behaviour } = JSON.parse(json) as Partial<WrittenStamp>;
  return model === undefined || behaviour === undefined ? null : { model, behaviour };
}

/** The part of a generated test file before its tests. */
function headOf({ origin, behaviour }: Stamp, modules: Modules, about: string): readonly string[] {
  const { name, parameters, hash, command } = origin;
  return [
    `// ${about}`,
    `// Made by: ${command}`,
    '// Nothing in it was left to chance (seed: null). Make it again when the model has changed.',
    `// ${JSON.stringify(stampOf({ origin, behaviour }))}`,
    "import { it } from 'vitest';",
    "import { generated } from 'reconverge/vitest';",
    `import model from ${quoted(modules.model)};`,
    `import driver from ${quoted(modules.driver)};`,
    '',
    'const suite = generated(model, driver, {',
    `  set: ${record(parameters)},`,
    `  hash: ${quoted(hash)},`,
    `  behaviour: ${quoted(behaviour)},`,
    `  command: ${quoted(command)},`,
    `  modules: { model: ${quoted(modules.model)}, driver: ${quoted(modules.driver)} },`,
    '  at: import.meta.url,',
    '});',
    '',
    `it('is of ${name.replaceAll("'", '')} as it is', () => suite.isFresh());`,
    '',
  ];
}

/** A suite as a test file: a test for each sequence, and one that the model is still the same. */
export function suiteFile(suite: Suite, origin: Origin, modules: Modules): string {
  const { coverage, goals, lowerBound, stepping, behaviour } = suite;
  const sequences = sequencesOf(suite);
  const writing = new Writing(stepping);
  const size = `${sequences.length} sequences for ${goals} goals; at least ${lowerBound} are needed`;
  const about = `${origin.name}, coverage ${coverage}: ${size}.`;
  const tests = sequences.flatMap((one) => testOf(writing.written(one)));
  return [...headOf({ origin, behaviour }, modules, about), ...tests].join('\n');
}

/** One sequence that shows a deviation as a test file of its own. */
export function deviationFile(
  { sequence, stepping, behaviour }: DeviationSource,
  origin: Origin,
  modules: Modules,
): string {
  const about = `${origin.name}: the system under test deviates here, at the last step.`;
  const written = new Writing(stepping).written(sequence);
  return [...headOf({ origin, behaviour }, modules, about), ...testOf(written)].join('\n');
}

interface DeviationSource {
  readonly sequence: Sequence;
  readonly stepping: Suite['stepping'];
  readonly behaviour: string;
}

/** A suite as JSON lines: what it is of, then a sequence each. */
export function suiteLines(suite: Suite, origin: Origin): string {
  const { coverage, goals, lowerBound, stepping, behaviour } = suite;
  const { command } = origin;
  const writing = new Writing(stepping);
  const actions = new Actions(stepping);
  const head = { ...stampOf({ origin, behaviour }), coverage, goals, lowerBound, command };
  const lines = sequencesOf(suite).map((sequence) => {
    const written = writing.written(sequence);
    let from = sequence.walk.start;
    const steps = sequence.walk.steps.map((step, index) => {
      const action = actions.of(from, step);
      from = step.to;
      return { text: written.steps[index], action };
    });
    return { name: written.name, start: written.start, steps };
  });
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}
