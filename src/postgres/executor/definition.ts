import { createHash } from 'node:crypto';
import type { AnyStateMachine } from 'xstate';
import { ReconvergeError } from '../../model/error.ts';

/** What an effect is told when it is executed. */
export interface EffectCall<Input = unknown> {
  /** The invoke's input; it holds the idempotency key (spec 5.8). */
  readonly input: Input;
  /** The workflow's own id, and the name it was started under. */
  readonly workflowId: string;
  readonly key: string;
  /** One execution in the history (spec 5.8); the same again after a restart. */
  readonly memoId: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Executes an effect in the world. Resolves with plain JSON; rejects with a `failure(...)` for the
 * machine. Another exception counts as a transient failure of the node.
 */
export type EffectFunction = (call: EffectCall<never>) => Promise<unknown>;

/** A machine that an executor can run, with the world behind its invokes. */
export interface Definition {
  readonly name: string;
  /** Workflows go on under the version they were started with. Default: the machine's hash. */
  readonly version: string;
  readonly machine: AnyStateMachine;
  /** The invoke source that saves. */
  readonly checkpoint: string;
  readonly effects: { readonly [source: string]: EffectFunction };
  /** The event that asks the machine to give up by its own rules; null: it can't be cancelled. */
  readonly cancelEvent: string | null;
}

/** What `executable` is given. Defaults: checkpoint "saveCheckpoint", no cancellation. */
export interface DefinitionOptions {
  readonly version?: string;
  readonly checkpoint?: string;
  readonly effects: { readonly [source: string]: EffectFunction };
  readonly cancelEvent?: string;
}

/**
 * Makes a machine executable: each of its invoke sources but the checkpoint gets a function.
 * @throws ReconvergeError RCV430 for a source without a function, a function without a source, or a
 * machine that never saves
 */
export function executable(
  name: string,
  machine: AnyStateMachine,
  options: DefinitionOptions,
): Definition {
  const { checkpoint = 'saveCheckpoint', effects, cancelEvent = null } = options;
  const sources = Object.keys(machine.implementations.actors as object);
  const refuse = (message: string, hint: string): never => {
    throw new ReconvergeError('RCV430', message, { at: name, hint });
  };
  if (!sources.includes(checkpoint)) {
    refuse(
      `the machine has no invoke source '${checkpoint}'`,
      'name the source that saves: { checkpoint }',
    );
  }
  for (const source of sources) {
    if (source === checkpoint || source in effects) continue;
    refuse(`nothing executes '${source}'`, 'give every invoke source of the machine a function');
  }
  for (const source of Object.keys(effects)) {
    if (sources.includes(source) && source !== checkpoint) continue;
    refuse(`the machine does not invoke '${source}'`, `it invokes ${sources.join(', ')}`);
  }
  const version = options.version ?? hashOf(machine);
  return { name, version, machine, checkpoint, effects, cancelEvent };
}

/** Of what the machine's definition says; not of the code of its actions and guards. */
function hashOf(machine: AnyStateMachine): string {
  const text = JSON.stringify(machine.definition);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The id of the workflow that an orchestration runs under a key. A version 8 UUID. */
export function workflowIdOf(name: string, key: string): string {
  const text = createHash('sha256')
    .update(JSON.stringify([name, key]))
    .digest('hex');
  const variant = '89ab'[Number.parseInt(text.slice(16, 17), 16) % 4];
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    `8${text.slice(13, 16)}`,
    `${variant}${text.slice(17, 20)}`,
    text.slice(20, 32),
  ].join('-');
}
