import type { AnyFaultTolerance, System } from '../../src/model/system.ts';
import type { Dice } from './dice.ts';
import type { Spot } from './random-predicate.ts';
import { failure } from '../../src/model/failure.ts';
import { actor } from '../../src/model/part.ts';
import { randomAsker } from './random-asker.ts';
import { effectFaults, environment, nodeFaults } from './random-faults.ts';
import { randomReactor, randomService } from './random-machine.ts';
import { numberAt, randomPredicate, randomProperties } from './random-predicate.ts';

const recovery = { transient: 'retry', permanent: 'rollback', partial: 'compensate' };

const SERVICE: Spot = { part: 'service', index: null, states: [] };

/** An asker, usually with a checkpoint, the one service that it asks, and sometimes an onlooker. */
export function orchestration(dice: Dice): System {
  const askerStates = ['completed', 'cancelled', 'asking', 'undoing', 'retrying'];
  const spots: Spot[] = [{ part: 'asker', index: null, states: askerStates }, SERVICE];
  const checkpointed = dice.chance(4, 5);
  const refuses = dice.chance(1, 2);
  const machine = randomAsker(dice, checkpointed);
  const options = checkpointed ? { checkpoint: 'save' as never } : {};
  const reply = ({ service }: { service: unknown }) => {
    const { x, gone } = (service as { context: { x: number; gone: boolean } }).context;
    return refuses && gone ? failure('permanent') : { seen: x };
  };
  const noting = dice.chance(1, 4);
  const watched = dice.chance(1, 5);
  const broken = dice.chance(1, 3) ? { service: nodeFaults(dice, true) } : {};
  const tolerance: { -readonly [K in keyof AnyFaultTolerance]: AnyFaultTolerance[K] } = {
    effects: {
      call: { to: 'service', send: () => ({ type: 'DO' }), reply },
      undo: { to: 'service', send: () => ({ type: 'UNDO' }) },
    },
    recovery,
    environment: {
      asker: { GO: true, ...(noting && { NOTE: true as const }) },
      ...(watched && { watcher: environment(dice, spots) }),
    },
    faults: {
      asker: nodeFaults(dice, true),
      call: effectFaults(dice),
      undo: dice.chance(1, 2) ? effectFaults(dice) : {},
      ...broken,
    },
    ...(dice.chance(1, 2) && {
      escalates: { transient: (view) => numberAt(view, spots[0]!) >= 1 },
    }),
    ...(dice.chance(1, 5) && {
      pools: { shared: { budget: 1 + dice.roll(2), faults: [] } },
    }),
    properties: randomProperties(dice, spots),
    consistent: dice.chance(1, 3) ? randomPredicate(dice, spots) : undoneOrDone,
  };
  const service = actor(randomService(dice));
  const pooled = [
    ...declaredOf(tolerance, 'asker', ['crash']),
    ...declaredOf(tolerance, 'call', ['loseReply']),
  ];
  if (tolerance.pools !== undefined) {
    const { budget } = tolerance.pools['shared'] as { budget: number };
    tolerance.pools = { shared: { budget, faults: pooled } };
  }
  const watcher = watched ? { watcher: actor(randomReactor(dice, []), { input: { x: 0 } }) } : {};
  return { parts: { asker: actor(machine, options), service, ...watcher }, tolerance };
}

/** What a careful author would ask for: completed with the effect, cancelled without it. */
function undoneOrDone(view: Readonly<Record<string, unknown>>): boolean {
  const asker = view['asker'] as { matches(value: string): boolean };
  if (asker.matches('completed')) return numberAt(view, SERVICE) !== 0;
  return !asker.matches('cancelled') || numberAt(view, SERVICE) <= 0;
}

/** Those of the named faults that the target declares, as pools name them. */
function declaredOf(tolerance: AnyFaultTolerance, target: string, kinds: string[]): string[] {
  const declared = Object.keys(tolerance.faults?.[target] ?? {});
  return kinds.filter((kind) => declared.includes(kind)).map((kind) => `${target}.${kind}`);
}
