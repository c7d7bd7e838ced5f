import type { Bug } from './bugs.ts';
import type { Progress } from './database.ts';

export type Call = 'reserve' | 'charge' | 'ship' | 'recall' | 'refund' | 'release';
export type Trouble = 'transient' | 'permanent' | 'partial';

/** How a call ends badly. */
export class CallFailed extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** The world as a worker reaches it. Nothing comes back to a worker that was killed. */
export interface World {
  readonly call: (name: Call, key: string) => Promise<string | null>;
  readonly save: (progress: Progress) => Promise<void>;
  readonly sleep: () => Promise<void>;
  readonly end: (ending: 'completed' | 'cancelled') => void;
}

const ATTEMPTS_MAX = 2;
type Decision = 'done' | 'undo' | 'void';

/** An order, worked off as one writes it by hand: async functions, a loop, a few fields. */
export class Worker {
  progress: Progress;
  private readonly world: World;
  private readonly bug: Bug | null;

  constructor(world: World, progress: Progress, bug: Bug | null) {
    this.world = world;
    this.progress = progress;
    this.bug = bug;
  }

  private note(fields: Partial<Progress>): void {
    this.progress = { ...this.progress, ...fields };
  }

  private async save(phase: Progress['phase']): Promise<void> {
    this.note({ phase });
    await this.world.save(this.progress);
  }

  private async call(name: Call): Promise<string | null> {
    try {
      return await this.world.call(name, this.progress.key);
    } catch (thrown) {
      const { trouble } = thrown as CallFailed;
      if (this.bug === 'takes a lost reply for an answer' && trouble === 'transient') return null;
      if (this.bug === 'takes a lost refund for done' && name === 'refund') return null;
      throw thrown;
    }
  }

  async run(isTakenOver: boolean): Promise<void> {
    const { bug } = this;
    if (isTakenOver && bug === 'does nothing after a crash') return;
    const { phase } = this.progress;
    // What it took over becomes its own before anything else.
    if (phase !== 'start') await this.world.save(this.progress);
    let decision: Decision = phase === 'undoing' ? 'undo' : phase === 'voiding' ? 'void' : 'done';
    if (isTakenOver && bug === 'goes on forward after a crash') decision = 'done';
    if (decision === 'done' && phase !== 'shipped') decision = await this.forward();
    if (decision === 'done') return this.world.end('completed');
    if (decision === 'void' && phase !== 'undoing') await this.voided(phase === 'voiding');
    else if (phase !== 'undoing') await this.decided('undoing', 'decides in memory');
    await this.undo();
    this.world.end('cancelled');
  }

  private async forward(): Promise<Decision> {
    const { bug } = this;
    for (;;) {
      try {
        const { step } = this.progress;
        if (step === 'reserve') await this.reserve();
        else if (step === 'charge') await this.charge();
        else {
          if (bug === 'saves the last step before it is done') await this.save('shipped');
          await this.call('ship');
          if (bug !== 'completes without saving') await this.save('shipped');
          return 'done';
        }
      } catch (thrown) {
        if (!(thrown instanceof CallFailed)) throw thrown;
        const decision = await this.decide(thrown.trouble);
        if (decision !== 'again') return decision;
      }
    }
  }

  private async reserve(): Promise<void> {
    await this.call('reserve');
    this.next('charge');
    await this.save('reserved');
  }

  private async charge(): Promise<void> {
    const { bug } = this;
    if (bug === 'ships before it charges') await this.call('ship');
    if (bug === 'saves before it charges') await this.save('charged');
    const receipt = await this.call('charge');
    this.note({ receipt: bug === 'forgets the receipt' ? null : receipt });
    this.next('ship');
    if (bug === 'ships before the checkpoint') await this.call('ship');
    await this.save('charged');
  }

  private next(step: Progress['step']): void {
    const isKept = this.bug === 'counts attempts over all steps';
    this.note({ step, attempts: isKept ? this.progress.attempts : 0 });
  }

  private async decide(trouble: Trouble): Promise<Decision | 'again'> {
    const { bug } = this;
    if (trouble === 'partial' && bug === 'goes back from half without voiding') return 'undo';
    const isAgain =
      trouble === 'transient' ||
      (trouble === 'permanent' && bug === 'takes a refusal for a lost reply') ||
      (trouble === 'partial' && bug === 'takes half for lost');
    if (!isAgain) return trouble === 'partial' ? 'void' : 'undo';
    if (bug === 'never retries') return 'undo';
    this.note({ attempts: this.progress.attempts + 1 });
    if (bug === 'a key for each attempt') {
      this.note({ key: `${this.progress.key.split('/')[0]}/${this.progress.attempts}` });
    }
    const most = bug === 'retries once too often' ? ATTEMPTS_MAX + 1 : ATTEMPTS_MAX;
    if (this.progress.attempts >= most && bug !== 'retries for ever') return 'undo';
    await this.world.sleep();
    return 'again';
  }

  private async decided(phase: 'voiding' | 'undoing', inMemory: Bug): Promise<void> {
    if (this.bug === inMemory) this.note({ phase });
    else await this.save(phase);
  }

  /** A charge that stopped half way is taken back before anything else. */
  private async voided(isDecided: boolean): Promise<void> {
    if (!isDecided) await this.decided('voiding', 'decides to void in memory');
    await this.insistently(async () => void (await this.call('refund')));
  }

  private async undo(): Promise<void> {
    const { bug } = this;
    const { step } = this.progress;
    const calls: Call[] = [];
    if (step === 'ship' && bug !== 'no recall') calls.push('recall');
    if (step !== 'reserve' && bug !== 'no refund') calls.push('refund');
    if (bug !== 'no release') calls.push('release');
    if (bug === 'releases before it refunds') calls.sort((a) => (a === 'release' ? -1 : 0));
    if (bug === 'refunds before it recalls') calls.sort((a) => (a === 'refund' ? -1 : 0));
    await this.insistently(async () => {
      for (const call of calls) await this.call(call);
    });
  }

  /** From the beginning, until all of it has answered. */
  private async insistently(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        if (!(thrown instanceof CallFailed)) throw thrown;
        if (this.bug === 'gives up undoing') return;
      }
    }
  }
}
