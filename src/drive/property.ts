import { sequenceProperty } from '../generate/arbitrary.ts';
import { Stepping } from '../generate/stepping.ts';
import type { WalkOptions } from '../generate/walk.ts';
import { compile } from '../machine/compile.ts';
import type { System } from '../model/system.ts';
import { deviationText } from './deviation-text.ts';
import type { Driver } from './driver.ts';
import { Player, type PlayOptions } from './play.ts';

/**
 * That a real system does what the model does, along random failure sequences, as a property for
 * fast-check:
 *
 *     await fc.assert(conformsProperty(system, driver), { numRuns: 200, seed: 1 });
 *
 * What fails is shrunk by fast-check, each candidate played on the real system, and replayed by the
 * `seed` and `path` that it prints. A sequence that the system leaves on a way that the model
 * allows too counts as none.
 * @throws ReconvergeError for what is wrong with the model, RCV310 for options that make no sense
 */
export function conformsProperty(
  system: System,
  driver: Driver,
  options: PlayOptions & WalkOptions = {},
): ReturnType<typeof sequenceProperty> {
  const stepping = new Stepping(compile(system, [], { valuesMax: Infinity }));
  const player = new Player(stepping, driver, options);
  const { stepsMax, weights } = options;
  const walks = { ...(stepsMax === undefined ? {} : { stepsMax }), ...(weights && { weights }) };
  return sequenceProperty(stepping, walks, async ({ walk }) => {
    const played = await player.play({ name: 'a random sequence', walk });
    if (played.is === 'deviated') throw new Error(deviationText(played.deviation));
    return played.is === 'agreed';
  });
}
