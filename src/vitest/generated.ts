import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { Deviated, playShrinking } from '../drive/driven-suite.ts';
import type { Driver } from '../drive/driver.ts';
import { Player, type PlayOptions } from '../drive/play.ts';
import { Writing, type Modules } from '../drive/suite-file.ts';
import { behaviourOf } from '../generate/suite/suite.ts';
import { exploredSpan } from '../generate/suite/span.ts';
import { Stepping } from '../generate/stepping.ts';
import { compile } from '../machine/compile.ts';
import type { Model } from '../model/define.ts';
import { parameterValues } from '../model/parameter.ts';
import { keepDeviation } from './deviations.ts';

/** What a generated file knows of itself. */
export interface GeneratedFrom {
  readonly set: Readonly<Record<string, string>>;
  /** Of the model's source when the file was made. */
  readonly hash: string;
  /** Of everything the model did then. */
  readonly behaviour: string;
  /** What makes the file again. */
  readonly command: string;
  readonly modules: Modules;
  /** The file itself, as a URL. */
  readonly at: string;
}

/** The tests of a generated file. */
export interface GeneratedSuite {
  /** Fails if the model does anything else than when the file was made. */
  readonly isFresh: () => void;
  /** Plays steps that are written in words, from that one of the initial states. */
  readonly play: (test: TestContext, steps: readonly string[], start?: number) => Promise<void>;
}

class Stale extends Error {}

/**
 * Plays what `reconverge testgen` wrote. With `RECONVERGE_DEVIATIONS=folder` in the environment
 * each deviation is written there as a test file of its own, made short.
 */
export function generated(
  model: Model,
  driver: Driver,
  from: GeneratedFrom,
  options: PlayOptions = {},
): GeneratedSuite {
  const { set, hash, behaviour, command, modules, at } = from;
  const parameters = parameterValues(model.parameters, set);
  const stepping = new Stepping(compile(model.build(parameters), [], { valuesMax: Infinity }));
  const writing = new Writing(stepping);
  const player = new Player(stepping, driver, options);
  const stale = (what: string): Stale =>
    new Stale(`${what}: the model has changed since this file was made. Make it again: ${command}`);
  const origin = { name: model.name, parameters, hash, command };
  const kept = (deviated: Deviated): string => {
    const folder = process.env['RECONVERGE_DEVIATIONS'];
    if (folder === undefined || folder === '') return '';
    const keeping = { folder, modules, from: dirname(fileURLToPath(at)) };
    return `\nkept as ${keepDeviation(deviated, keeping, stepping, { origin, behaviour })}`;
  };
  return {
    isFresh: () => {
      const limits = { statesMax: Infinity, interrupted: () => false, onProgress: () => {} };
      const span = exploredSpan(stepping, limits);
      if (typeof span === 'string' || behaviourOf(span) !== behaviour) {
        throw stale(`'${model.name}' does something else`);
      }
    },
    play: async (test, steps, start = 0) => {
      const { name } = test.task;
      const walk = writing.read({ name, start, steps });
      if (walk === null) throw stale(`'${name}' is no behaviour of '${model.name}'`);
      try {
        const played = await playShrinking(player, { name, walk });
        if (played.is === 'strayed') test.skip(`step ${played.step}: ${played.because}`);
      } catch (thrown) {
        // A plain error: vitest prints all that an error carries, and this one carries the model.
        throw thrown instanceof Deviated ? new Error(`${thrown.message}${kept(thrown)}`) : thrown;
      }
    },
  };
}
