import type { Analysis } from '../check/analysis.ts';
import type { NumberedPath } from '../check/path.ts';
import type { ServerFault } from '../postgres/faults/server-fault.ts';
import { callSites } from './hidden-points.ts';
import { momentsOf, type Call, type Moment } from './strike.ts';

/** A call of the store in a situation of the model, with a fault of the server and its moment. */
export interface StrikePoint {
  readonly name: string;
  readonly path: NumberedPath;
  readonly step: number;
  readonly call: Call;
  readonly fault: ServerFault;
  readonly moment: Moment;
  /** Whether the orchestrator undoes, or is about to. */
  readonly isUndoing: boolean;
}

/** Every fault at every moment of every call, each situation by a shortest way. */
export function strikePoints(
  analysis: Analysis,
  orchestrator: number,
  faults: readonly ServerFault[],
): readonly StrikePoint[] {
  return callSites(analysis, orchestrator).flatMap(({ place, ...site }) =>
    faults.flatMap((fault) =>
      momentsOf(fault, site.call).map((moment) => {
        const name = `server: ${fault.name}, ${moment} of a ${site.call}, ${place}`;
        return { ...site, name, fault, moment };
      }),
    ),
  );
}
