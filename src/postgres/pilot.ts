import { setTimeout as sleep } from 'node:timers/promises';
import { ReconvergeError } from '../model/error.ts';
import { failure, TOLD, type EffectFault } from '../model/failure.ts';
import type { AskedEffect, Clock, StateData } from './orchestration.ts';
import { Tenancy, type Hosted } from './hosted.ts';
import { classify } from './classify.ts';
import type { Assignment, FaultScript, WireReply } from './protocol.ts';

/** How long a late request stays under way. Milliseconds. */
const LATE_MS = 40;

const FAULTS = Object.keys(TOLD) as readonly EffectFault[];

/**
 * Whether a service's SQL is at fault, which no step of the machine can mend: there is none for the
 * event (RCV414), or the server refuses it for good (RCV415).
 */
const isMistake = (thrown: unknown): boolean =>
  thrown instanceof ReconvergeError &&
  (thrown.code === 'RCV414' ||
    (thrown.code === 'RCV415' && classify(thrown.cause).consequence === 'permanent'));

/**
 * Runs one workflow to its end: executes effects, saves checkpoints, and does what the script says.
 */
export class Pilot {
  private readonly hosted: Hosted;
  private readonly script: { killAtPoint: number | null; faults: string[] };
  private readonly fired: (fault: string, at: string) => void;
  private readonly late: Promise<void>[] = [];
  /** Regions that save at once do so one after another. */
  private lastSaved: Promise<unknown> = Promise.resolve();
  private readonly ready: Promise<Tenancy>;
  private become: (tenancy: Tenancy) => void = () => {};
  private finish: (status: string) => void = () => {};
  private fail: (thrown: unknown) => void = () => {};

  /** `fired` must tell the parent before it returns: the next statement may be the last. */
  constructor(hosted: Hosted, script: FaultScript, fired: (fault: string, at: string) => void) {
    this.hosted = hosted;
    this.script = { killAtPoint: script.killAtPoint, faults: [...script.faults] };
    this.fired = fired;
    this.ready = new Promise((resolve) => (this.become = resolve));
  }

  /** Resolves with the final status of the machine: done or error. */
  async run(assignment: Assignment): Promise<string> {
    const ended = new Promise<string>((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    const clock: Clock = {
      setTimeout: (fire, ms) => setTimeout(fire, ms),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    };
    const tenancy = await Tenancy.open(this.hosted, assignment, clock, {
      effect: (asked) => this.effect(asked),
      save: (_, state) => this.save(state),
      rest: (status) => {
        if (status !== 'active') this.finish(status);
      },
    });
    this.become(tenancy);
    const status = await ended;
    if (status === 'done') {
      const state = tenancy.orchestration.state();
      this.point('before the final checkpoint');
      await tenancy.save(state, true);
      this.point('after the final checkpoint');
    }
    await Promise.all(this.late);
    await tenancy.close();
    return status;
  }

  /** A named place where the process may die. */
  private point(at: string): void {
    if (this.script.killAtPoint === null) return;
    this.script.killAtPoint -= 1;
    if (this.script.killAtPoint >= 0) return;
    this.fired('crash', at);
    process.kill(process.pid, 'SIGKILL');
  }

  private async save(state: StateData): Promise<void> {
    const tenancy = await this.ready;
    this.point('before a checkpoint');
    const saved = this.lastSaved.then(() => tenancy.save(state, false));
    this.lastSaved = saved.catch(() => undefined);
    try {
      await saved;
    } catch (thrown) {
      await this.giveUp(thrown); // Fenced, or no database: it counts as crashed (spec 5.4).
    }
    this.point('after a checkpoint');
  }

  /** Ends the run with an error; the machine hears nothing of it, nor of anything after it. */
  private giveUp(thrown: unknown): Promise<never> {
    this.fail(thrown);
    return new Promise(() => {});
  }

  private async effect(asked: AskedEffect): Promise<unknown> {
    const tenancy = await this.ready;
    const { source, input, memoId, isRestored } = asked;
    const { workflowId } = tenancy.assignment;
    const key = { workflowId, effectId: memoId, source, input };
    this.point(`before ${source}`);
    const known = isRestored ? await tenancy.store.findEffect(key) : null;
    if (known !== null) return known.outcome;
    const reply = await this.execute(tenancy, asked).catch((thrown: unknown) => {
      if (isMistake(thrown)) return this.giveUp(thrown);
      throw thrown;
    });
    this.point(`after ${source}`);
    if (reply.is === 'error') throw reply.error;
    await tenancy.store.saveEffect(key, tenancy.epoch, reply.output ?? null);
    this.point(`after the memo of ${source}`);
    return reply.output;
  }

  private async execute(tenancy: Tenancy, { source, input }: AskedEffect): Promise<WireReply> {
    const { to } = this.hosted.effect(source);
    const request = this.hosted.requestOf(source, input);
    const fault = this.strike(source);
    if (fault === 'late') {
      const late = sleep(LATE_MS).then(() => tenancy.services.apply(to, request));
      late.catch((thrown: unknown) => this.fail(thrown));
      this.late.push(late);
    }
    const half = fault === 'halfDone' ? this.hosted.halfOf(source, input) : null;
    if (half !== null) await tenancy.services.apply(to, half);
    if (fault === null || fault === 'loseReply') await tenancy.services.apply(to, request);
    if (fault !== null) return { is: 'error', error: TOLD[fault] ?? failure('transient') };
    const context = await tenancy.services.read(to, tenancy.assignment.workflow);
    return this.hosted.reply(source, input, context);
  }

  private strike(source: string): EffectFault | null {
    const fault = FAULTS.find((kind) => this.script.faults.includes(`${source}.${kind}`));
    if (fault === undefined) return null;
    const name = `${source}.${fault}`;
    this.script.faults.splice(this.script.faults.indexOf(name), 1);
    this.fired(name, `at ${source}`);
    return fault;
  }
}
