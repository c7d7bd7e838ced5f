import { setTimeout as sleep } from 'node:timers/promises';
import type { Stepping } from '../../src/generate/stepping.ts';
import type { EngineName } from './engines/all.ts';
import { isStrike, isWeapon, type Letter } from './letters.ts';
import { Belief, ORACLES, type Oracle, type Seen } from './oracles.ts';
import { Scene, type Site } from './site.ts';
import { STEPS } from './steps.ts';
import type { WorkerProcess } from './worker-process.ts';

/** How long a system may take to do what it must, by default. Milliseconds. */
const PATIENCE_MS = 9000;
/** How long a system is watched for what it should not do. Milliseconds. */
const WATCH_MS = 80;
/** Besides how often it looks, when somebody comes or comes back. Milliseconds. */
const COMING_MS = 500;
/** Rounds of serving, answering and saving, at most, until the payment is at its end. */
const ROUNDS_MAX = 5;

/** Where a system did what the model does not, as an oracle has it. */
export interface Finding {
  readonly oracle: Oracle;
  /** The letters up to there. */
  readonly letters: readonly Letter[];
  readonly expected: readonly string[];
  readonly seen: string;
}

export interface Run {
  readonly letters: readonly Letter[];
  readonly findings: readonly Finding[];
  /** The faults that struck. */
  readonly struck: readonly Letter[];
  readonly result: string | null;
  /** Who asked for which step, process by process, each in order. */
  readonly asked: string;
  /** Processes that ended though nobody killed them. */
  readonly ended: number;
}

const isUp = ({ condition }: WorkerProcess): boolean => condition === 'up';
const works = (one: WorkerProcess): boolean => one.asks.length > 0 || one.isSaving;

class Play {
  private readonly scene: Scene;
  private readonly patienceMs: number;
  private readonly beliefs: ReadonlyMap<Oracle, Belief>;
  private readonly watched = new Set<Oracle>(ORACLES);
  private readonly done: Letter[] = [];
  private readonly heard = new Map<WorkerProcess, number>();
  private furthest = 0;
  readonly findings: Finding[] = [];
  readonly struck: Letter[] = [];
  result: string | null = null;

  constructor(scene: Scene, stepping: Stepping, patienceMs: number) {
    this.scene = scene;
    this.patienceMs = patienceMs;
    this.beliefs = new Map(ORACLES.map((oracle) => [oracle, new Belief(stepping)]));
  }

  /** The process that works, or the one that does not; with two at work the first. */
  private victim(isIdle: boolean): WorkerProcess | undefined {
    return this.scene.processes.find((one) => isUp(one) && works(one) !== isIdle);
  }

  private async make(letter: Letter): Promise<boolean> {
    const { scene } = this;
    if (isWeapon(letter)) {
      await scene.strike(letter);
      return true;
    }
    switch (letter) {
      case 'start':
        if (scene.processes.length === 1) await scene.launch(1);
        break;
      case 'serve':
        for (const one of scene.processes) {
          if (one.condition !== 'dead') await scene.serve(one.asks);
        }
        break;
      case 'answer':
        for (const one of scene.processes.filter(isUp)) one.answer();
        break;
      case 'save':
        for (const one of scene.processes.filter(isUp)) one.save();
        break;
      case 'land':
        for (const one of scene.all) if (one.condition === 'dead') await scene.serve(one.asks);
        break;
      case 'restart':
        for (const one of scene.processes) {
          if (one.condition === 'dead') await scene.launch(one.number);
        }
        break;
      case 'wake':
        for (const one of scene.processes) if (one.condition === 'frozen') one.wake();
        break;
      case 'kill':
      case 'kill-idle': {
        const victim = this.victim(letter === 'kill-idle');
        await victim?.kill();
        return victim !== undefined;
      }
      default: {
        const victim = this.victim(letter === 'freeze-idle');
        victim?.freeze();
        return victim !== undefined;
      }
    }
    return false;
  }

  /** Steps that were asked for since the last look, although a later one had been before. */
  private again(): readonly string[] {
    const again = new Set<string>();
    for (const one of this.scene.all) {
      for (const step of one.asked.slice(this.heard.get(one) ?? 0)) {
        if (step < this.furthest) again.add(STEPS[step] ?? '');
        this.furthest = Math.max(this.furthest, step);
      }
      this.heard.set(one, one.asked.length);
    }
    return [...again].toSorted();
  }

  private async progress(): Promise<boolean> {
    if (this.scene.processes.some((one) => isUp(one) && works(one))) return true;
    this.result = await this.scene.result();
    return this.result !== null;
  }

  /** Until the system does what the model does, or time is up. */
  private async settle(letter: Letter | null): Promise<void> {
    const isComing = letter === 'start' || letter === 'restart' || letter === 'wake';
    await sleep(isComing ? COMING_MS + (await this.scene.looksEveryMs()) : WATCH_MS);
    const belief = this.beliefs.get('progress')!;
    const from = performance.now();
    let elapsed = 0;
    while (!belief.expects('progress').has(String(await this.progress()))) {
      const waited = performance.now() - from;
      if (waited > (this.watched.has('progress') ? this.patienceMs : 1500)) break;
      if (this.struck.length > 0 && waited > 300 + 2000 * elapsed) {
        elapsed += 1;
        await this.scene.elapse();
      }
      await sleep(40);
    }
  }

  private async look(): Promise<Seen> {
    const progress = await this.progress();
    this.result ??= await this.scene.result();
    return {
      effects: await this.scene.ledger(),
      progress,
      acknowledged: this.again(),
      outcome: this.result,
    };
  }

  private async judge(): Promise<void> {
    const seen = await this.look();
    for (const oracle of this.watched) {
      const belief = this.beliefs.get(oracle)!;
      if (belief.see(oracle, seen[oracle])) continue;
      this.watched.delete(oracle);
      this.findings.push({
        oracle,
        letters: [...this.done],
        expected: [...belief.expects(oracle)],
        seen: JSON.stringify(seen[oracle]),
      });
    }
  }

  async begin(): Promise<void> {
    await this.settle(null);
    await this.judge();
  }

  async take(letter: Letter): Promise<void> {
    const hasFired = await this.make(letter);
    if (hasFired && isStrike(letter)) this.struck.push(letter);
    this.done.push(letter);
    for (const belief of this.beliefs.values()) belief.take(letter);
    await this.settle(letter);
    await this.judge();
  }

  /** Rounds without faults, until the payment is at its end and nobody works on it. */
  async finish(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const { processes } = this.scene;
      if (!processes.some((one) => isUp(one) && works(one))) return;
      for (const letter of ['serve', 'answer', 'save'] as const) await this.take(letter);
    }
  }
}

/** Plays letters on an engine, then lets it come to its end. Nothing of it is left. */
export async function play(
  site: Site,
  engine: EngineName,
  stepping: Stepping,
  letters: readonly Letter[],
  patienceMs: number = PATIENCE_MS,
): Promise<Run> {
  const scene = await Scene.open(site, engine);
  try {
    const run = new Play(scene, stepping, patienceMs);
    await run.begin();
    for (const letter of letters) await run.take(letter);
    await run.finish();
    const { findings, struck, result } = run;
    const asked = scene.all.map(({ number, asked: steps }) => `${number}: ${steps.join(' ')}`);
    const ended = scene.all.filter(({ condition, isKilled }) => condition === 'dead' && !isKilled);
    return {
      letters,
      findings,
      struck,
      result,
      asked: asked.join(', '),
      ended: ended.length,
    };
  } finally {
    await scene.close();
  }
}
