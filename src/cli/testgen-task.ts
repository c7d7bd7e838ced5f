import { driverSkeleton } from '../drive/skeleton.ts';
import { suiteFile, suiteLines, Writing } from '../drive/suite-file.ts';
import { sequencesOf } from '../drive/sequences.ts';
import { itfTrace } from '../export/itf.ts';
import { FailureSequence } from '../generate/sequence.ts';
import type { Coverage } from '../generate/suite/coverage.ts';
import { suiteOf, type Suite } from '../generate/suite/suite.ts';
import type { SpanBound } from '../generate/suite/span.ts';
import { declaredFaults } from '../machine/fault.ts';
import type { System } from '../model/system.ts';
import { commandText } from '../report/command.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

export type SuiteFormat = 'vitest' | 'itf' | 'json';

/** A suite as the worker thread is asked for it. */
export interface TestgenRequest extends Asked {
  readonly coverage: Coverage;
  readonly format: SuiteFormat;
  readonly statesMax: number;
  /** The behaviour that a written suite is stamped with, to be compared; null: none. */
  readonly stamp: string | null;
  /** What a test file imports as its model. */
  readonly modelModule: string;
  /** Whether the files are wanted, not only what would be in them. */
  readonly files: boolean;
  readonly flags: readonly (readonly [flag: string, value: string])[];
}

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
  /** One that is there already stays as it is: somebody may have filled it in. */
  readonly keeps: boolean;
}

export interface TestgenAnswer {
  readonly goals: number;
  readonly goalsByName: { readonly [name: string]: number };
  readonly sequences: readonly { readonly name: string; readonly steps: number }[];
  readonly lowerBound: number;
  readonly states: number;
  readonly transitions: number;
  readonly behaviour: string;
  /** Whether the stamp is that of the model. */
  readonly isFresh: boolean;
  /** What no sequence of this model can show, in words. */
  readonly cannot: readonly string[];
  readonly files: readonly GeneratedFile[];
}

/** Faults that are declared, and that no sequence has. */
function missingFaults({ tolerance }: System, { stepping, walks }: Suite): readonly string[] {
  const fired = new Set(walks.flatMap(({ steps }) => steps.map((one) => stepping.faultName(one))));
  return [...declaredFaults(tolerance)].flatMap(({ name, budget }) =>
    fired.has(name) ? [] : [budget === 0 ? `${name} (declared 0 times)` : name],
  );
}

function filesOf(
  suite: Suite,
  { format, modelModule, coverage, flags, model: asked }: TestgenRequest,
  identity: Awaited<ReturnType<typeof openModel>>,
): readonly GeneratedFile[] {
  const { model, given } = identity;
  const origin = { ...model, command: commandText('testgen', asked, given, flags) };
  const base = `${model.name}.${coverage}`;
  switch (format) {
    case 'json':
      return [{ name: `${base}.jsonl`, text: suiteLines(suite, origin), keeps: false }];
    case 'itf':
      return sequencesOf(suite).map(({ name, walk }) => {
        const trace = new FailureSequence(suite.stepping, walk).trace;
        const number = name.split(' ')[0] ?? '';
        const text = `${JSON.stringify(itfTrace(trace, `${model.name} ${name}`))}\n`;
        return { name: `${base}-${number}.itf.json`, text, keeps: false };
      });
    case 'vitest': {
      const driver = `./${model.name}.driver.ts`;
      const text = suiteFile(suite, origin, { model: modelModule, driver });
      const skeleton = driverSkeleton(suite, modelModule);
      return [
        { name: `${base}.test.ts`, text, keeps: false },
        { name: `${model.name}.driver.ts`, text: skeleton, keeps: true },
      ];
    }
  }
}

/** Loads the model and makes its suite; its progress is the number of states. */
export const testgenTask: Task<TestgenRequest, TestgenAnswer | SpanBound, number> = async (
  request,
  control,
) => {
  const opened = await openModel(request);
  const { system, model, given } = opened;
  control.started({ model, given, properties: [] });
  const { coverage, statesMax, files } = request;
  const { interrupted, progress: onProgress } = control;
  const suite = suiteOf(system, coverage, { statesMax, interrupted, onProgress });
  if (typeof suite === 'string') return suite;
  const { goals, goalsByName, lowerBound, states, transitions, behaviour } = suite;
  const writing = new Writing(suite.stepping);
  const sequences = sequencesOf(suite).map((one) => writing.written(one));
  return {
    goals,
    goalsByName,
    sequences: sequences.map(({ name, steps }) => ({ name, steps: steps.length })),
    lowerBound,
    states,
    transitions,
    behaviour,
    isFresh: request.stamp === behaviour,
    cannot: [...suite.missing, ...missingFaults(system, suite)],
    files: files ? filesOf(suite, request, opened) : [],
  };
};
