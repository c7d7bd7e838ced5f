import type { Case } from './case.ts';
import type { Contender, Places } from './contenders.ts';
import { differences, type Found } from './found.ts';
import type { Run } from './measure.ts';
import { missing, type Tool, type Toolbox } from './tools.ts';
import type { Prepared, Workshop } from './workshop.ts';

/** How a contender came off; only `measured` has times that mean something. */
export type Ending = 'measured' | 'limit' | 'missing' | 'refused' | 'wrong';

/** All runs of one contender on one model, summed up. */
export interface Entry {
  readonly case: string;
  readonly tool: Tool;
  readonly variant: string;
  readonly ending: Ending;
  /** Why it was not measured, or null. */
  readonly note: string | null;
  /** Wall time of each run, in order. */
  readonly seconds: readonly number[];
  /** Median of `seconds`; null without any. */
  readonly medianSeconds: number | null;
  readonly medianCpuSeconds: number | null;
  /** The largest of all runs. */
  readonly peakBytes: number | null;
  readonly buildSeconds: number | null;
  readonly states: number | null;
}

export interface Pace {
  readonly repetitions: number;
  /** Of one run. */
  readonly timeoutSeconds: number;
  /** After so much time spent on one model a contender is not repeated. */
  readonly spendSeconds: number;
}

/** The middle one, or the mean of the middle two; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** One contender in the course of the rounds. */
class Lane {
  readonly contender: Contender;
  private readonly place: string;
  private readonly runs: Run[] = [];
  private prepared: Prepared | null = null;
  private found: Found | null = null;
  private stopped: { readonly ending: Ending; readonly note: string } | null = null;

  constructor(place: string, contender: Contender) {
    this.place = place;
    this.contender = contender;
  }

  stop(ending: Ending, note: string): void {
    this.stopped = { ending, note };
  }

  async prepare(workshop: Workshop, places: Places): Promise<void> {
    if (this.stopped !== null) return;
    try {
      this.prepared = await this.contender.prepare(workshop, places);
    } catch (thrown) {
      this.stop('wrong', thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  private isDone({ repetitions, spendSeconds }: Pace): boolean {
    const spent = this.runs.reduce((sum, { seconds }) => sum + seconds, 0);
    return this.stopped !== null || this.runs.length >= repetitions || spent > spendSeconds;
  }

  /** Judges a run as soon as it has ended: a wrong answer is not measured again. */
  private judge(run: Run, timeoutSeconds: number): void {
    const { expected, refusals, read } = this.contender;
    if (run.isTimedOut) return this.stop('limit', `longer than ${timeoutSeconds} s`);
    const found = read(run.stdout);
    this.found = found;
    const { note } = found;
    if (found.result === 'refused' && refusals.some((code) => note?.startsWith(code))) {
      return this.stop('refused', note ?? '');
    }
    if (found.result === 'unknown' && note !== null) return this.stop('limit', note);
    const differing = differences(found, expected);
    if (differing.length === 0) return;
    const said = run.stderr.trim().split('\n').at(-1) ?? '';
    this.stop('wrong', [...differing, note, said].filter(Boolean).join('; '));
  }

  /** Whether it ran. */
  async turn({ stopwatch }: Workshop, pace: Pace): Promise<boolean> {
    if (this.prepared === null || this.isDone(pace)) return false;
    const run = await stopwatch.run(this.prepared.command, pace.timeoutSeconds);
    this.judge(run, pace.timeoutSeconds);
    if (this.stopped === null) this.runs.push(run);
    return true;
  }

  entry(): Entry {
    const { tool, variant } = this.contender;
    const states = this.found?.states ?? null;
    const seconds = this.runs.map((run) => run.seconds);
    const cpu = this.runs.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [cpuSeconds]));
    const peaks = this.runs.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
    return {
      case: this.place,
      tool,
      variant,
      ending: this.stopped?.ending ?? 'measured',
      note: this.stopped?.note ?? null,
      seconds,
      medianSeconds: median(seconds),
      medianCpuSeconds: median(cpu),
      peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
      buildSeconds: this.prepared?.buildSeconds ?? null,
      states: states === null ? null : Number(states),
    };
  }
}

/** Measures all contenders of a model, turn by turn, so that a slow moment hits all of them. */
export async function measure(
  { name, contenders }: Case,
  workshop: Workshop,
  places: Places,
  box: Toolbox,
  pace: Pace,
): Promise<readonly Entry[]> {
  const lanes = contenders.map((contender) => new Lane(name, contender));
  for (const lane of lanes) {
    const lack = missing(lane.contender.tool, box);
    if (lack !== null) lane.stop('missing', lack);
    await lane.prepare(workshop, places);
  }
  for (let isOn = true; isOn;) {
    isOn = false;
    for (const lane of lanes) isOn = (await lane.turn(workshop, pace)) || isOn;
  }
  return lanes.map((lane) => lane.entry());
}
