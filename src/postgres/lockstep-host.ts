import type { AskedEffect, PersistedSnapshot, StateData } from './orchestration.ts';
import { Tenancy, type Hosted } from './hosted.ts';
import type { Assignment, WireReply, WorkerView } from './protocol.ts';

interface Parked {
  readonly asked: AskedEffect | null;
  readonly state: StateData | null;
  readonly settle: (reply: WireReply) => void;
}

/** Timers that never fire by themselves: in lock-step an `after` is an event that is sent. */
const stoppedClock = { setTimeout: () => 0, clearTimeout: () => {} };

/**
 * A worker's side of lock-step: every effect and every save is parked until it is told what to do.
 */
export class LockstepHost {
  private readonly hosted: Hosted;
  private readonly parked = new Map<string, Parked>();
  private snapshot: PersistedSnapshot | null = null;
  private tenancy: Tenancy | null = null;
  private rests = 0;
  private waitingForRest: (() => void)[] = [];

  constructor(hosted: Hosted) {
    this.hosted = hosted;
  }

  async begin(assignment: Assignment): Promise<void> {
    await this.end();
    this.tenancy = await Tenancy.open(this.hosted, assignment, stoppedClock, {
      effect: (asked) => this.park(asked.child, asked, null),
      save: async (child, state) => void (await this.park(child, null, state)),
      rest: (_, look) => this.rest(look()),
    });
  }

  private get open(): Tenancy {
    if (this.tenancy === null) throw new Error('internal: no workflow was begun');
    return this.tenancy;
  }

  private park(
    child: string,
    asked: AskedEffect | null,
    state: StateData | null,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (reply: WireReply): void => {
        if (reply.is === 'done') resolve(reply.output);
        else reject(reply.error as unknown as Error);
      };
      this.parked.set(child, { asked, state, settle });
    });
  }

  private rest(snapshot: PersistedSnapshot): void {
    this.snapshot = snapshot;
    this.rests += 1;
    for (const child of this.parked.keys()) {
      if (snapshot.children[child]?.snapshot.status !== 'active') this.parked.delete(child);
    }
    for (const wake of this.waitingForRest.splice(0)) wake();
  }

  private async untilRest(act: () => void): Promise<void> {
    const rested = new Promise<void>((resolve) => this.waitingForRest.push(resolve));
    act();
    await rested;
    if (this.snapshot?.status === 'done')
      await this.open.save(this.open.orchestration.state(), true);
  }

  apply(service: string, event: { readonly type: string }): Promise<void> {
    return this.open.services.apply(service, event);
  }

  /** What the service, as it is now, answers to the parked effect. */
  async reply(child: string, service: string): Promise<WireReply> {
    const { asked } = this.at(child);
    if (asked === null) throw new Error(`internal: '${child}' is a save`);
    const context = await this.open.services.read(service, this.open.assignment.workflow);
    return this.hosted.reply(asked.source, asked.input, context);
  }

  async save(child: string): Promise<void> {
    const { state } = this.at(child);
    if (state === null) throw new Error(`internal: '${child}' is no save`);
    await this.open.save(state, false);
  }

  answer(child: string, reply: WireReply): Promise<void> {
    const { settle } = this.at(child);
    this.parked.delete(child);
    return this.untilRest(() => settle(reply));
  }

  send(event: { readonly type: string }): Promise<void> {
    return this.untilRest(() => this.open.orchestration.send(event));
  }

  private at(child: string): Parked {
    const parked = this.parked.get(child);
    if (parked === undefined) throw new Error(`internal: nothing waits as '${child}'`);
    return parked;
  }

  view(): WorkerView {
    const waiting = [...this.parked].map(([child, { asked, state }]) => ({
      child,
      source: asked?.source ?? this.hosted.checkpoint,
      input: asked?.input ?? null,
      isSave: state !== null,
    }));
    const timers = this.tenancy?.orchestration.timers() ?? [];
    return { snapshot: this.snapshot, waiting, timers };
  }

  async end(): Promise<void> {
    await this.tenancy?.close();
    this.tenancy = null;
    this.parked.clear();
    this.snapshot = null;
  }
}
