import { setTimeout as sleep } from 'node:timers/promises';
import type { Bed, ServerFault, Struck } from '../postgres/faults/server-fault.ts';
import type { Barrier } from '../postgres/faults/gate.ts';

/** A call of the store, as the model's steps make it. */
export type Call = 'save' | 'recovery';

/** When a fault strikes a call (spec 6.4). */
export type Moment =
  | 'before BEGIN'
  | 'after the write'
  | 'before COMMIT'
  | 'at a COMMIT without reply'
  | 'after COMMIT'
  | 'after the write, twice';

const FUNCTIONS: Readonly<Record<Call, string>> = {
  save: 'save_checkpoint',
  recovery: 'recover_from_checkpoint',
};

/** The moments at which a fault can strike a call; a recovery is a worker's first word. */
export function momentsOf(fault: ServerFault, call: Call): readonly Moment[] {
  const { strikesOnly } = fault;
  const held: Moment[] = ['after the write'];
  if (call === 'recovery') held.push('after the write, twice');
  if (strikesOnly !== 'statements') held.push('before COMMIT');
  if (strikesOnly !== undefined) return held;
  const idle: Moment[] = call === 'save' ? ['before BEGIN'] : [];
  return [...idle, ...held, 'at a COMMIT without reply', 'after COMMIT'];
}

/** One fault, struck at one moment of one call. What it proves is in `evidence`. */
export class Strike {
  /** Index of the step in the path. */
  readonly step: number;
  readonly evidence: string[] = [];
  private readonly bed: Bed;
  private readonly fault: ServerFault;
  private readonly moment: Moment;
  private readonly call: Call;

  constructor(
    bed: Bed,
    { fault, moment, call }: { fault: ServerFault; moment: Moment; call: Call },
    step: number,
  ) {
    this.bed = bed;
    this.fault = fault;
    this.moment = moment;
    this.call = call;
    this.step = step;
  }

  /** Makes the call, with the fault in it; resolves when the call has, and the fault is over. */
  async around(call: () => Promise<unknown>): Promise<void> {
    await this.strikeAround(call);
    await this.bed.gate.answers();
  }

  private async strikeAround(call: () => Promise<unknown>): Promise<void> {
    const { moment } = this;
    if (moment === 'before BEGIN') return this.idle(call);
    if (moment === 'after COMMIT') {
      await call();
      return this.idle(() => Promise.resolve());
    }
    if (moment === 'at a COMMIT without reply') return this.unanswered(call);
    const barrier: Barrier = moment === 'before COMMIT' ? 'commit' : 'write';
    return this.held(call, barrier);
  }

  private async strike(pid: number): Promise<Struck> {
    const struck = await this.fault.strike(this.bed, pid);
    this.evidence.push(struck.evidence);
    return struck;
  }

  /** Gives the fault time to be felt by a call that nothing else ends. */
  private async suffered(pending: Promise<unknown>): Promise<void> {
    await Promise.race([pending.catch(() => undefined), sleep(this.bed.attemptMs)]);
  }

  private async idle(call: () => Promise<unknown>): Promise<void> {
    const struck = await this.strike(await this.bed.gate.session());
    // The worker is to hear of a lost connection before it is told to use one.
    await sleep(50);
    const pending = call();
    await this.suffered(pending);
    await struck.heal();
    await pending;
  }

  private async unanswered(call: () => Promise<unknown>): Promise<void> {
    const { proxy, gate } = this.bed;
    const withheld = proxy.withholdAfterCommit(FUNCTIONS[this.call]);
    const pending = call();
    pending.catch(() => undefined);
    await Promise.race([withheld.fired, pending]);
    if (!withheld.hasFired) throw new Error(`internal: no answer to a ${this.call} was withheld`);
    const struck = await this.strike(await gate.session());
    await this.suffered(pending);
    await struck.heal();
    await pending;
  }

  private async held(call: () => Promise<unknown>, barrier: Barrier): Promise<void> {
    const { gate } = this.bed;
    await gate.close(barrier);
    const pending = call();
    pending.catch(() => undefined);
    let struck: Struck | null = null;
    try {
      const pid = await gate.reached();
      struck = await this.strike(pid);
      await this.suffered(pending);
      if (this.moment === 'after the write, twice') {
        await struck.heal();
        const next = (await gate.hasLeft(pid)) ? await gate.reached() : await gate.session();
        struck = await this.strike(next);
        await this.suffered(pending);
      }
    } finally {
      await Promise.all([struck?.heal(), gate.open(barrier)]);
    }
    await pending;
  }
}
