/** An item that waits for its batch. */
interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Sends together what is asked for while an earlier batch is under way: one round trip and one
 * commit for many workflows. A batch is one transaction. If it is refused for the sake of one of
 * them, each is sent alone, so that each gets its own answer. Items must be repeatable.
 */
export class Batches<Item, Answer> {
  private readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  private readonly sizeMax: number;
  private waiting: Waiting<Item, Answer>[] = [];
  private isBusy = false;

  /**
   * @param sizeMax items in a batch, at most
   * @param send answers in the order of the items
   */
  constructor(sizeMax: number, send: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.sizeMax = sizeMax;
    this.send = send;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** At the end of the tick: whoever asks in the same one comes along. */
  private schedule(): void {
    if (this.isBusy || this.waiting.length === 0) return;
    this.isBusy = true;
    setImmediate(() => void this.next());
  }

  private async next(): Promise<void> {
    await this.settle(this.waiting.splice(0, this.sizeMax));
    this.isBusy = false;
    this.schedule();
  }

  private async settle(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ item }) => item));
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (thrown) {
      const [first] = batch;
      if (batch.length === 1) return first?.reject(thrown);
      for (const one of batch) await this.settle([one]);
    }
  }
}
