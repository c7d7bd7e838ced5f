import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenActor } from '../generate/seen-state.ts';
import type { Json } from '../model/verdict.ts';
import type { Driver } from './driver.ts';
import type { Recorder, Sighting } from './play.ts';

type Fields = Readonly<Record<string, Json>>;

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;

/** What was seen of an actor as a history has it: all of it, for what is left out is not judged. */
function toldActor({ status, value, context, saved }: Partial<SeenActor>): Fields {
  const isRunning = status !== 'down' && status !== 'paused' && status !== 'halted';
  return {
    ...(status !== undefined && (isRunning ? { mode: 'up', status } : { mode: status })),
    ...(value !== undefined && { value }),
    ...(context !== undefined && { context }),
    ...(saved !== undefined && { saved: saved as unknown as Json }),
  };
}

function toldState(observed: Json): Fields {
  const actors = Object.entries(observed as Readonly<Record<string, Partial<SeenActor>>>);
  return Object.fromEntries(
    actors.flatMap(([actor, seen]) => {
      const told = toldActor(seen);
      return isEmpty(told) ? [] : [[actor, told]];
    }),
  );
}

/**
 * Records runs, each as a history of its own (spec 6.6): a file of JSON lines, to be judged by
 * `reconverge conform --history`. First a line that says what it is; then a row for each
 * observation: the step before it, by actor, event and fault, and the state as it was seen; last
 * the number of rows, without which it is not whole. Of a driver with a view of its own the steps
 * are recorded, and no states.
 */
export class Recording implements Recorder {
  private readonly folder: string;
  private readonly model: string;
  private readonly driver: Pick<Driver, 'view' | 'spontaneous'>;
  private rows = 0;

  constructor(folder: string, model: string, driver: Pick<Driver, 'view' | 'spontaneous'>) {
    this.folder = folder;
    this.model = model;
    this.driver = driver;
    mkdirSync(folder, { recursive: true });
  }

  /** The file of a run, by the name of its sequence. */
  fileOf(sequence: string): string {
    return join(this.folder, `${sequence.replaceAll(/[^\w.-]+/g, '-')}.jsonl`);
  }

  /** Writes the row of an observation; the first of a run begins its file anew. */
  readonly saw = ({ sequence, step, action, observed }: Sighting): void => {
    const file = this.fileOf(sequence);
    if (step === 0) {
      this.rows = 0;
      // Where the system takes no step by itself, every step leaves a row.
      const always = this.driver.spontaneous.size === 0 ? [{}] : [];
      const format = { history: 'reconverge/history@1', model: this.model };
      const header = { ...format, observed: always, whole: true };
      writeFileSync(file, `${JSON.stringify(header)}\n`);
    }
    const state = this.driver.view === null ? toldState(observed) : {};
    const { actor, event, fault } = action ?? {};
    const done = action === null ? {} : { actor, event, fault: fault?.name ?? null };
    const row = { ...done, ...(!isEmpty(state) && { state }) };
    if (isEmpty(row as Fields)) return;
    this.rows += 1;
    appendFileSync(file, `${JSON.stringify(row)}\n`);
  };

  /** Writes the last line, without which the history is not whole. */
  readonly ended = (sequence: string): void => {
    appendFileSync(this.fileOf(sequence), `${JSON.stringify({ end: this.rows })}\n`);
  };
}
