import {
  readOurs,
  readPairs,
  readRumur,
  readSpin,
  readTlc,
  type Expected,
  type Found,
} from './found.ts';
import type { Command } from './measure.ts';
import type { Tool } from './tools.ts';
import type { Prepared, Workshop } from './workshop.ts';

/** Where this build lies: our command line, the programs of this folder, and the peers' models. */
export interface Places {
  readonly main: string;
  readonly programs: string;
  readonly sources: string;
}

/** A tool on one model. */
export interface Contender {
  readonly tool: Tool;
  /** How it is asked to search. */
  readonly variant: string;
  readonly expected: Expected;
  /** A refusal with one of these codes is an answer: this version does not have it. */
  readonly refusals: readonly string[];
  readonly prepare: (workshop: Workshop, places: Places) => Promise<Prepared>;
  readonly read: (text: string) => Found;
}

export type Setting = Readonly<Record<string, string | number>>;

const compiled = (command: Command): Promise<Prepared> =>
  Promise.resolve({ command, buildSeconds: null });

interface Asked {
  readonly model: string;
  readonly set: Setting;
  readonly property: string;
  readonly flags?: readonly string[];
  /** How the flags are named in the tables; absent: not at all. */
  readonly variant?: string;
  readonly refusals?: readonly string[];
}

/** `reconverge check`; a model whose name ends in `.js` is one of this folder. */
export function ours(asked: Asked, expected: Expected): Contender {
  const { model, set, property, flags = [], variant = 'exact', refusals = [] } = asked;
  return {
    tool: 'Reconverge',
    variant,
    expected,
    refusals,
    prepare: (_, { main, programs }) => {
      const file = model.endsWith('.js') ? `${programs}${model}` : model;
      const sets = Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
      const args = ['check', file, ...sets, '--property', property, ...flags, '--json'];
      return compiled({ file: process.execPath, args: [main, ...args] });
    },
    read: readOurs,
  };
}

/** Spin: full search without reductions, the fastest of its exact modes on these models. */
export function spinSafety(
  model: string,
  definitions: Readonly<Record<string, number | null>>,
  expected: Expected,
  options: readonly string[] = ['-m100000'],
): Contender {
  const flags = ['-DSAFETY', '-DNOREDUCE'];
  return {
    tool: 'Spin',
    variant: flags.join(' '),
    expected,
    refusals: [],
    prepare: (workshop) => workshop.spin({ model, definitions, flags, options }),
    read: readSpin,
  };
}

/** Spin's breadth-first search, for shortest counterexamples. */
export function spinBreadthFirst(
  model: string,
  definitions: Readonly<Record<string, number | null>>,
  expected: Expected,
): Contender {
  const flags = ['-DSAFETY', '-DNOREDUCE', '-DBFS'];
  return {
    tool: 'Spin',
    variant: flags.join(' '),
    expected,
    refusals: [],
    prepare: (workshop) => workshop.spin({ model, definitions, flags, options: ['-m100000'] }),
    read: readSpin,
  };
}

/** Spin's nested search for acceptance cycles. */
export function spinLiveness(
  model: string,
  definitions: Readonly<Record<string, number | null>>,
  expected: Expected,
  depth: number,
): Contender {
  const flags = ['-DNOREDUCE'];
  return {
    tool: 'Spin',
    variant: '-DNOREDUCE, -a',
    expected,
    refusals: [],
    prepare: (workshop) =>
      workshop.spin({ model, definitions, flags, options: ['-a', `-m${depth}`] }),
    read: readSpin,
  };
}

export function rumur(
  model: string,
  blanks: Readonly<Record<string, string>>,
  expected: Expected,
  isSymmetric = false,
): Contender {
  return {
    tool: 'Rumur',
    variant: isSymmetric ? 'scalarset' : 'no symmetry',
    expected,
    refusals: [],
    prepare: (workshop) => workshop.rumur({ model, blanks, isSymmetric }),
    read: readRumur,
  };
}

export function tlc(
  module: string,
  lines: readonly string[],
  expected: Expected,
  variant = 'one worker',
): Contender {
  return {
    tool: 'TLC',
    variant,
    expected,
    refusals: [],
    prepare: (workshop) => workshop.tlc({ module, lines }),
    read: readTlc,
  };
}

/**
 * A program with the same models, called `PROGRAM MODEL 1 PARAMETERS`, MODEL being A, B or C; with
 * SYM=1 in its environment it searches depth first and up to permutations of the workflows.
 */
export function stateright(
  model: 'A' | 'B' | 'C',
  parameters: readonly number[],
  expected: Expected,
  isSymmetric = false,
): Contender {
  const file = process.env['STATERIGHT_BIN'] ?? '';
  const environment: Record<string, string> = isSymmetric ? { SYM: '1' } : {};
  return {
    tool: 'Stateright',
    variant: isSymmetric ? 'depth first, symmetry' : 'breadth first',
    expected,
    refusals: [],
    prepare: () => compiled({ file, args: [model, '1', ...parameters.map(String)], environment }),
    read: readPairs,
  };
}

/** A program of this folder that prints what `readPairs` reads. */
export function program(
  tool: Tool,
  variant: string,
  name: string,
  args: readonly string[],
  expected: Expected,
): Contender {
  return {
    tool,
    variant,
    expected,
    refusals: [],
    prepare: (_, { programs }) =>
      compiled({ file: process.execPath, args: [`${programs}${name}`, ...args] }),
    read: readPairs,
  };
}
