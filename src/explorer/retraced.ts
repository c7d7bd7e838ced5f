import { canonical } from '../machine/canonical.ts';
import { stateKey } from '../model/integer-system.ts';
import type { Trace, TraceStep } from '../model/verdict.ts';
import type { Walker } from './walker.ts';
import type { Route } from './wire.ts';

/** As a report stores it: what is undefined is left out. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

const text = (value: unknown): string => canonical(stored(value), 'trace', 'explorer');

interface Walk extends Route {
  readonly state: Int32Array;
}

/** The step without its guards, which are told and not part of it. */
const stepText = ({ actor, event, label, fault, state }: TraceStep): string =>
  text({ actor, event, label, fault, state });

/** Walks that are in one state go on alike. */
function distinct(walks: readonly Walk[]): readonly Walk[] {
  return [...new Map(walks.toReversed().map((walk) => [stateKey(walk.state), walk])).values()];
}

/**
 * The route of a trace; null where the model has no such behaviour. What people read of two states
 * can be the same, so several walks are followed until one is seen to be right.
 */
export function routeOf(walker: Walker, { initial, steps }: Trace): Route | null {
  const { compiled } = walker;
  const wanted = text(initial);
  let walks: readonly Walk[] = compiled.starts
    .alike((actor, seen) => text(seen) === text(initial[actor]))
    .filter((state) => text(compiled.stateView(state)) === wanted)
    .map((state) => ({ start: walker.startNumber(state), path: [], state }));
  for (const step of steps) {
    const next = stepText(step);
    walks = distinct(
      walks.flatMap(({ start, path, state }) =>
        walker
          .ways(state)
          .flatMap((way, place): readonly Walk[] =>
            stepText(walker.step(state, way)) === next
              ? [{ start, path: [...path, place], state: way.to }]
              : [],
          ),
      ),
    );
  }
  const [first] = walks;
  return first === undefined ? null : { start: first.start, path: first.path };
}
