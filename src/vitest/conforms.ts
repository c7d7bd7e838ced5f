import { describe, it } from 'vitest';
import { Deviated, DrivenSuite, suiteFor } from '../drive/driven-suite.ts';
import type { DrivenSuiteOptions, SuiteOptions } from '../drive/driven-suite.ts';
import type { Driver } from '../drive/driver.ts';
import type { Model } from '../model/define.ts';
import { parameterValues } from '../model/parameter.ts';

/** Which sequences are played on the real system, and how. */
export interface ConformsOptions extends DrivenSuiteOptions, SuiteOptions {
  /** Parameters as one types them: `{ crashes: '2' }`. */
  readonly set?: Readonly<Record<string, string>>;
  /** For one sequence, shrinking included; default 60,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

/**
 * Declares one test for each sequence of a suite of the model: the driver plays it on the real
 * system, which must do what the model does. A system that takes another way that the model allows
 * too did not play the sequence: that test is skipped, with a note.
 */
export function conforms(model: Model, driver: Driver, options: ConformsOptions = {}): void {
  const { set = {}, timeoutMs: timeout = TIMEOUT_MS } = options;
  const system = model.build(parameterValues(model.parameters, set));
  const driven = new DrivenSuite(suiteFor(system, options), driver, options);
  const { goals, lowerBound, coverage } = driven.suite;
  const count = driven.sequences.length;
  const size = `${count} sequences for ${goals} goals, at least ${lowerBound} needed`;
  describe(`${model.name} conforms (${coverage}: ${size})`, { timeout }, () => {
    for (const sequence of driven.sequences) {
      it(sequence.name, async (test) => {
        const played = await driven.play(sequence).catch((thrown: unknown) => {
          // A plain error: vitest prints all that an error carries, and this one carries the model.
          throw thrown instanceof Deviated ? new Error(thrown.message) : thrown;
        });
        if (played.is === 'strayed') test.skip(`step ${played.step}: ${played.because}`);
      });
    }
  });
}
