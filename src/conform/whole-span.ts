import { setImmediate as turn } from 'node:timers/promises';
import { Analysis } from '../check/analysis.ts';
import { planOf } from '../check/plan.ts';
import { Questions } from '../explore/questions.ts';
import { Search } from '../explore/search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import type { SpanBounds } from './span.ts';

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
  { interrupted, ...limits }: SpanBounds,
  onTurn: (states: number) => void,
): Promise<Analysis | null> {
  const plan = planOf(system);
  const compiled = compile(system, plan.predicates);
  const search = new Search(new Questions(compiled), {
    bounds: { ...limits, depthMax: Number.MAX_SAFE_INTEGER },
    edges: true,
    watchFalse: [],
    watchTrue: [],
    stopAt: [],
    stopAtClaim: false,
    symmetry: false,
    reduce: false,
    clock: () => performance.now(),
    residentBytes: () => process.memoryUsage.rss(),
    interrupted,
    onProgress: () => {},
  });
  const go = (to: number): Search => search.run(() => false, Math.min(to, limits.statesMax));
  while (go(search.states + TURN_STATES).incomplete === 'states') {
    if (search.states > limits.statesMax) break;
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
