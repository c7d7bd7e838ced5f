import { randomUUID } from 'node:crypto';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import { isFailure } from '../../model/failure.ts';
import type { AskedEffect, Clock, StateData } from '../orchestration.ts';
import { Orchestration } from '../orchestration.ts';
import type { Definition, EffectCall } from './definition.ts';
import type { Claimed, Journal } from './journal.ts';
import { checkSize, checkStorable } from './payload.ts';
import type { Telemetry } from './telemetry.ts';

const clock: Clock = {
  setTimeout: (fire, ms) => setTimeout(fire, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** How a workflow left these hands. */
export type Ending =
  | { readonly is: 'done'; readonly output: unknown }
  /** Another worker has it, or will. */
  | { readonly is: 'lost'; readonly because: string }
  | { readonly is: 'blocked'; readonly because: string; readonly error: ReconvergeError };

export interface Surroundings {
  readonly journal: Journal;
  readonly telemetry: Telemetry;
  /** Bytes of UTF-8 in one checkpoint. */
  readonly stateBytesMax: number;
}

interface Place {
  readonly workflowId: string;
  readonly key: string;
}

/**
 * One workflow in the hands of one executor, under one epoch: executes its effects, saves its
 * checkpoints, and lets go when it is fenced.
 */
export class Tenure {
  readonly place: Place;
  private readonly definition: Definition;
  private readonly surroundings: Surroundings;
  private readonly orchestration: Orchestration;
  private readonly controller = new AbortController();
  private readonly begun: Promise<void>;
  private begin: () => void = () => {};
  private end: (ending: Ending) => void = () => {};
  readonly ended: Promise<Ending>;
  private epoch: number;
  private headId: string;
  /** Saves begun so far: an answer that led to one needs no memo. */
  private saves = 0;
  /** Effects that are waited for. */
  private waiting = 0;
  /** The last save asked for: regions of a machine that save at once do it one after another. */
  private lastStored: Promise<unknown>;
  private isOver = false;

  private constructor(
    definition: Definition,
    place: Place,
    surroundings: Surroundings,
    from: { input: unknown } | { claimed: Claimed },
  ) {
    this.definition = definition;
    this.place = place;
    this.surroundings = surroundings;
    const { epoch, checkpointId } =
      'claimed' in from ? from.claimed : { epoch: 1, checkpointId: randomUUID() };
    this.epoch = epoch;
    this.headId = checkpointId;
    this.begun = new Promise((resolve) => (this.begin = resolve));
    this.lastStored = this.begun;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.orchestration = new Orchestration(definition.machine, {
      checkpoint: definition.checkpoint,
      incarnation: `${place.workflowId}/${epoch}`,
      from: 'claimed' in from ? { state: from.claimed.state as StateData } : from,
      clock,
      surroundings: {
        effect: (asked) => this.effect(asked),
        save: (_, state) => this.save(state),
        rest: (status) => {
          if (status !== 'active') void this.finish(status);
        },
      },
    });
  }

  /** A new workflow, of which nothing is stored yet. Throws what the machine's entry throws. */
  static fresh(
    definition: Definition,
    place: Place,
    surroundings: Surroundings,
    input: unknown,
  ): Tenure {
    checkStorable(input, 'input', place.key);
    const tenure = new Tenure(definition, place, surroundings, { input });
    tenure.orchestration.start(false);
    return tenure;
  }

  /** A workflow taken over. @throws ReconvergeError RCV413 when the state does not fit */
  static takenOver(definition: Definition, claimed: Claimed, surroundings: Surroundings): Tenure {
    const tenure = new Tenure(definition, claimed, surroundings, { claimed });
    tenure.orchestration.start(true);
    tenure.begin();
    return tenure;
  }

  get head(): string {
    return this.headId;
  }

  /** The text of checkpoint 0. */
  firstState(): string {
    return this.textOf(this.orchestration.state());
  }

  /** Checkpoint 0 is stored: effects may begin. */
  started(): void {
    this.begin();
  }

  cancel(): void {
    if (this.definition.cancelEvent === null || this.isOver) return;
    this.orchestration.send({ type: this.definition.cancelEvent });
  }

  /** Stops here; whoever holds the epoch goes on. */
  abandon(because: string): void {
    this.over({ is: 'lost', because });
  }

  private over(ending: Ending): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.waiting > 0) this.controller.abort();
    this.orchestration.stop();
    this.end(ending);
  }

  private textOf(state: StateData): string {
    const { context, output } = state.snapshot as { context: unknown; output?: unknown };
    checkStorable(context, 'context', this.place.key);
    checkStorable(output, 'output', this.place.key);
    const text = JSON.stringify(state);
    checkSize(text, this.surroundings.stateBytesMax, this.place.key);
    return text;
  }

  private async store(state: StateData, final: boolean): Promise<void> {
    const text = this.textOf(state);
    const before = this.lastStored;
    const stored = before.then(() => this.put(state.step, text, final));
    this.lastStored = stored.catch(() => undefined);
    await stored;
  }

  private async put(step: number, state: string, final: boolean): Promise<void> {
    if (this.isOver) return;
    const { workflowId } = this.place;
    const { epoch, headId: parentId } = this;
    const checkpointId = randomUUID();
    const save = { workflowId, epoch, checkpointId, parentId, step, state, final };
    await this.surroundings.journal.save(save);
    this.headId = checkpointId;
  }

  private async save(state: StateData): Promise<void> {
    this.saves += 1;
    try {
      await this.store(state, false);
    } catch (thrown) {
      await this.giveUp(thrown);
    }
    if (this.isOver) await never();
  }

  private async finish(status: string): Promise<void> {
    if (this.isOver) return;
    if (status !== 'done') {
      const error = this.orchestration.error();
      const because = isFailure(error)
        ? `no way out of ${JSON.stringify(error)}`
        : messageOf(error);
      return void this.giveUp(new ReconvergeError('RCV435', `the machine stopped: ${because}`));
    }
    this.saves += 1;
    const state = this.orchestration.state();
    try {
      await this.store(state, true);
      const { output } = state.snapshot as { output?: unknown };
      this.over({ is: 'done', output });
    } catch (thrown) {
      await this.giveUp(thrown);
    }
  }

  /** What no worker can change blocks the workflow; else this one counts as crashed (spec 5.4). */
  private async giveUp(thrown: unknown): Promise<void> {
    const { code, message } =
      thrown instanceof ReconvergeError ? thrown : { code: 'RCV435', message: messageOf(thrown) };
    if (['RCV403', 'RCV404', 'RCV408'].includes(code)) return this.abandon(message);
    const { journal } = this.surroundings;
    const error =
      thrown instanceof ReconvergeError ? thrown : new ReconvergeError('RCV435', message);
    try {
      await this.begun;
      await journal.block(this.place.workflowId, this.epoch, { code, message });
      this.over({ is: 'blocked', because: message, error });
    } catch (failed) {
      this.abandon(messageOf(failed));
    }
  }

  private async effect(asked: AskedEffect): Promise<unknown> {
    await this.begun;
    const { source, memoId } = asked;
    const { workflowId, key } = this.place;
    const attributes = { workflow: workflowId, key, memo: memoId };
    const span = this.surroundings.telemetry.span(`effect ${source}`, attributes);
    try {
      return await this.execute(asked);
    } catch (thrown) {
      span.failed(thrown);
      if (!(thrown instanceof ReconvergeError)) throw thrown;
      // Not the world's failure, and no strategy of the machine mends it.
      await this.giveUp(thrown);
      return await never();
    } finally {
      span.end();
    }
  }

  private async execute({ source, input, memoId, isRestored }: AskedEffect): Promise<unknown> {
    const { journal } = this.surroundings;
    const { workflowId, key } = this.place;
    checkStorable(input, `the input of ${source}`, key);
    const inputText = JSON.stringify(input ?? null);
    if (isRestored) {
      const known = await journal.findEffect(workflowId, memoId, source, inputText);
      if (known !== null) return known.outcome;
    }
    const { signal } = this.controller;
    const call = { input: input as never, workflowId, key, memoId, signal };
    const outcome = await this.answerOf(source, call);
    checkStorable(outcome, `the answer of ${source}`, key);
    this.remember({ id: memoId, source, input: inputText }, JSON.stringify(outcome ?? null));
    return outcome;
  }

  private async answerOf(source: string, call: EffectCall<never>): Promise<unknown> {
    this.waiting += 1;
    try {
      return await this.definition.effects[source]?.(call);
    } finally {
      this.waiting -= 1;
    }
  }

  /**
   * Notes an answer, unless the next thing the machine does is to save or to end: then the
   * checkpoint holds it. A memo saves work and nothing depends on it (spec 5.8), so nobody waits
   * for it.
   */
  private remember(effect: { id: string; source: string; input: string }, outcome: string): void {
    const { saves } = this;
    setImmediate(() => {
      if (this.isOver || this.saves !== saves) return;
      const { workflowId } = this.place;
      const { journal, telemetry } = this.surroundings;
      journal.saveEffect({ workflowId, epoch: this.epoch }, effect, outcome).catch((thrown) => {
        telemetry.log('memo.lost', { workflow: workflowId, because: messageOf(thrown) });
      });
    });
  }
}

const never = (): Promise<never> => new Promise(() => {});
