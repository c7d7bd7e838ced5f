import { check, type CheckOptions } from '../check/check.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import type { Trace } from '../model/verdict.ts';
import { Behaviour } from './behaviour.ts';
import { mutantsOf, type Mutant } from './mutants.ts';

/** What became of a mutant. */
export type Fate =
  /** These properties are violated. */
  | { readonly is: 'killed'; readonly by: readonly string[] }
  /** The checker refuses it: it could not be run. */
  | { readonly is: 'refused'; readonly because: string }
  /** It behaves as the model does, step by step, but for steps that change nothing. */
  | { readonly is: 'equivalent' }
  /**
   * No property forbids what it does: a step that the model does not take, or one of the model's
   * that it does not.
   */
  | { readonly is: 'survivor'; readonly does: Trace | null; readonly lacks: Trace | null }
  | { readonly is: 'undecided' };

export interface MutationReport {
  readonly mutants: readonly { readonly name: string; readonly fate: Fate }[];
  readonly killed: number;
  readonly survivors: number;
  readonly undecided: number;
}

export interface MutationOptions {
  readonly statesMax?: number;
  readonly memoryBytes?: number;
  readonly interrupted?: () => boolean;
  /** How many mutants were judged, of how many. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** States of a mutant, as a multiple of the model's, beyond which it is given up. */
const LARGER = 20;

/** Judges the mutants of a system whose properties hold. */
class Judge {
  private readonly original: Behaviour;
  private readonly options: CheckOptions;

  constructor(system: System, options: CheckOptions) {
    this.options = options;
    this.original = new Behaviour(system);
  }

  fateOf({ system }: Mutant): Fate {
    try {
      const { completeness, properties } = check(system, this.options);
      const by = properties.filter(({ result }) => result === 'violated').map(({ name }) => name);
      if (by.length > 0) return { is: 'killed', by };
      if (completeness !== 'exhaustive') return { is: 'undecided' };
      const mutated = new Behaviour(system);
      const does = mutated.beyond(this.original);
      const lacks = does === null ? this.original.beyond(mutated) : null;
      if (does === null && lacks === null) return { is: 'equivalent' };
      return { is: 'survivor', does, lacks };
    } catch (thrown) {
      if (!(thrown instanceof ReconvergeError)) throw thrown;
      return { is: 'refused', because: `${thrown.code} ${thrown.message}` };
    }
  }
}

/**
 * Changes the machines of a model one small step at a time, and asks of each mutant which property
 * is violated. A mutant that violates none, and yet behaves differently, is a property that is
 * missing.
 * @throws ReconvergeError RCV320 for a model whose own properties do not all hold
 */
export function mutate(system: System, options: MutationOptions = {}): MutationReport {
  const { statesMax, memoryBytes, interrupted = () => false, onProgress = () => {} } = options;
  const memory = memoryBytes === undefined ? {} : { memoryBytes };
  const whole = check(system, { ...memory, interrupted });
  if (whole.result !== 'holds') {
    const which = whole.result === 'unknown' ? 'are not known to' : 'do not';
    throw new ReconvergeError('RCV320', `the properties of the model itself ${which} all hold`, {
      hint: 'mutants tell something only of a model that is right: see check',
    });
  }
  const limit = statesMax ?? LARGER * Math.max(1_000, whole.stats.states);
  const judge = new Judge(system, { ...memory, statesMax: limit, interrupted });
  const mutants = mutantsOf(system);
  const judged = mutants.map((mutant, done) => {
    onProgress(done, mutants.length);
    return { name: mutant.name, fate: interrupted() ? UNDECIDED : judge.fateOf(mutant) };
  });
  const count = (...kinds: readonly Fate['is'][]): number =>
    judged.filter(({ fate }) => kinds.includes(fate.is)).length;
  return {
    mutants: judged,
    killed: count('killed', 'refused'),
    survivors: count('survivor'),
    undecided: count('undecided'),
  };
}

const UNDECIDED: Fate = { is: 'undecided' };
