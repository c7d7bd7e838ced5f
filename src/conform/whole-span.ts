import { setImmediate as turn } from 'node:timers/promises';
import { Analysis } from '../check/analysis.ts';
import { planOf } from '../check/plan.ts';
import type { Search } from '../explore/search.ts';
import { spanSearch, type SpanBounds } from '../explore/span-search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';

/** States that are found between two looks at signals. */
const TURN_STATES = 1_000;

/**
 * Explores the whole span of a system, with its edges, and hears signals meanwhile; null when it
 * was interrupted.
 * @throws ReconvergeError RCV602 when a bound ends it
 * @throws UnboundedComponent when a component takes too many values
 */
export async function wholeSpan(
  system: System,
  bounds: SpanBounds & { readonly interrupted: () => boolean },
  onTurn: (states: number) => void,
): Promise<Analysis | null> {
  const plan = planOf(system);
  const compiled = compile(system, plan.predicates);
  const { statesMax = Number.MAX_SAFE_INTEGER, interrupted } = bounds;
  const search = spanSearch(compiled, bounds);
  const go = (to: number): Search => search.run(() => false, Math.min(to, statesMax));
  while (go(search.states + TURN_STATES).incomplete === 'states') {
    if (search.states > statesMax) break;
    onTurn(search.states);
    await turn();
  }
  if (search.incomplete === 'interrupted' || interrupted()) return null;
  if (search.incomplete !== null) throw endless(compiled, search.states);
  return new Analysis(compiled, plan, search);
}

function endless({ world }: Compiled, states: number): ReconvergeError {
  const grown = world.actors
    .map(({ locals }) => locals)
    .toSorted((a, b) => b.values.length - a.values.length);
  const what = grown[0]?.growing ?? 'unknown';
  return new ReconvergeError(
    'RCV602',
    `no end after ${states} states; what grows most is ${what}`,
    {
      hint: 'conform plays the whole span: bound the model, or raise --max-states or --memory',
    },
  );
}
