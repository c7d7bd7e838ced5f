import type { Section } from './case.ts';

/** The head of the generated page: how everything on it was measured. */
export const INTRODUCTION = `# Benchmarks

This page is written by \`npm run bench\`; do not edit it. The command measures whole processes,
from start to exit: wall time, CPU time and peak memory, of Reconverge and of every peer that is
installed, on models with the same meaning. Each run is compared with known numbers of states and
transitions and with the known verdict; a run that differs fails the benchmark and is not measured.
Models, runner and counts are in \`test/bench/\`.

- **Times are noisy, ratios less so.** Repetitions take turns between the tools, so a slow moment
  hits all of them.
- Reconverge starts Node, loads XState and runs the model's own machines each time: all of that is
  in its time, and of a small question it is most of it, as the first rows of the curve show.
- Spin and Rumur compile each model to C first. The ratio is that of the search alone; in brackets,
  with compilation.
- One thread each. Spin searches in full (\`-DSAFETY -DNOREDUCE\`): with partial-order reduction it
  visits the same states of these models, and its lossy modes are no proof. Its table of states
  takes 128 MiB from the start.`;

/** What to know of a section before one reads its numbers. */
export const REMARKS: { readonly [S in Section]?: string } = {
  'Token ring': `A model in Promela has one initial state, so Spin also visits the states in which
the initial valuation is chosen. Its nested search multiplies the states by those of the automaton of
the property.`,
  'Chain replication': `Tightly coupled: logs, messages in order, and neighbours that depend on each
other. The reachable states are a vanishing part of the product of what each component can be, so
they are searched one by one, which C does faster.`,
  'Data pipeline': `Shaped like the saga and written otherwise: were the engine fitted to the saga,
it would show here. The model is a file of its own, which costs the time to load it.`,
  'One machine': `The same protocol as a single machine in XState's own package for graphs, which
explores no actors.`,
};
