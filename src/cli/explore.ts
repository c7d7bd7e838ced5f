import { InvalidArgumentError } from 'commander';
import { boundFlags, propertyFlag, setFlag } from './flags.ts';
import type { Verb } from './verb.ts';

function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 2 ** 16) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

/** `reconverge explore`: a model's states on a page of this machine's own. */
export const exploreVerb: Verb = {
  name: 'explore',
  summary: 'step through the states of a model, and along its counterexamples, in the browser',
  examples: [
    'npx reconverge explore order-fulfilment --set bug=forgetful',
    'npx reconverge explore token-ring --timeout 60',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(propertyFlag())
      .option('--port <n>', 'listen there; a free port is taken if left out', portNumber)
      .option('--open', 'open the page in the browser');
    boundFlags(command)
      .option('--symmetry', 'count states that differ by a permutation of replicas once')
      .option('--reduce', 'take independent steps in one order where that changes no verdict');
  },
  perform: async (invocation) => (await import('./explore-served.ts')).exploreModel(invocation),
};
