import { parameterValues, suiteFor } from 'reconverge';
import type { Suite } from '../../src/generate/suite/suite.ts';
import { ENGINES, type EngineName } from './engines/all.ts';
import { failureSequences, type Letter } from './letters.ts';
import model from './payment.ts';
import { play, type Run } from './play.ts';
import { Site } from './site.ts';

/** Every step and every fault of the model in every state of it, with one fault at a time. */
export function paymentSuite(): Suite {
  const system = model.build(parameterValues(model.parameters, { ledger: 'plain' }));
  return suiteFor(system, { coverage: 'transitions' });
}

export const NAMES = Object.keys(ENGINES) as EngineName[];

export interface CampaignOptions {
  /** How long a system may take to do what it must. */
  readonly patienceMs?: number;
}

/** What happened with an engine, sequence by sequence, in their order. */
export type Played = Readonly<Record<string, readonly Run[]>>;

/**
 * Plays sequences on engines, in lanes with a server each, every engine on its own.
 */
export async function campaign(
  engines: readonly EngineName[],
  sequences: readonly (readonly Letter[])[],
  lanes: number,
  { patienceMs }: CampaignOptions = {},
): Promise<Played> {
  const { stepping } = paymentSuite();
  const runs = new Map(engines.map((engine) => [engine, new Array<Run>(sequences.length)]));
  const tasks = sequences.flatMap((letters, at) =>
    engines.map((engine) => ({ engine, letters, at })),
  );
  const lane = async (): Promise<void> => {
    const site = await Site.open();
    try {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        const run = await play(site, task.engine, stepping, task.letters, patienceMs);
        runs.get(task.engine)![task.at] = run;
      }
    } finally {
      await site.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return Object.fromEntries(runs);
}

export const allSequences = (): readonly (readonly Letter[])[] => failureSequences(paymentSuite());
