import { Desk, mistakeOf } from '../explorer/desk.ts';
import { serve } from '../explorer/server.ts';
import type { CheckStatus } from '../explorer/wire.ts';
import { documentOf } from '../report/document.ts';
import { openBrowser } from './browser.ts';
import { checkReportOf, checkRequestOf } from './check.ts';
import { exploring } from './check-progress.ts';
import type { CheckAnswer, CheckProgress } from './check-task.ts';
import type { ExploreRequest } from './explore-task.ts';
import { numberOr, setParameters, texts } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { availableBytes } from './limits.ts';
import { isOrphan } from './orphan.ts';
import type { Ending } from './thread.ts';
import { outcomeOf, type Invocation, type Outcome } from './verb.ts';

const LOOK_EVERY_MS = 250;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Says when nobody looks any more: by a signal, or because whoever started us is gone. */
class Watcher {
  readonly over: Promise<null>;
  private readonly ended = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.over = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    for (const signal of SIGNALS) process.on(signal, this.end);
    this.timer = setInterval(() => {
      if (isOrphan()) this.end();
    }, LOOK_EVERY_MS);
  }

  /** Aborted then. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  readonly end = (): void => this.ended.abort();

  close(): void {
    clearInterval(this.timer);
    for (const signal of SIGNALS) process.off(signal, this.end);
  }
}

/** The check of all properties, which goes on while somebody looks around. */
class Checking {
  status: CheckStatus = { is: 'running', text: 'loading the model' };
  private readonly invocation: Invocation;

  constructor(invocation: Invocation) {
    this.invocation = invocation;
  }

  /** Ends when all is decided, at a bound, or at the signal; a mistake becomes the status. */
  async run(signal: AbortSignal): Promise<void> {
    const request = { ...checkRequestOf(this.invocation), tolerance: false };
    const { timeoutMs, memoryBytes } = request;
    try {
      const ending = await runIsolated<CheckAnswer, CheckProgress>('check', request, {
        timeoutMs,
        memoryBytes,
        signal,
        onProgress: (progress) => {
          this.status = { is: 'running', text: exploring(progress) };
        },
      });
      this.status = { is: 'done', report: checkReportOf(ending, request) };
    } catch (thrown) {
      this.status = { is: 'failed', error: mistakeOf(thrown) };
    }
  }
}

/**
 * `explore`: serves the page until somebody ends it. The model answers in a thread of its own, its
 * check is in another. The document says what the check had found by then.
 * @throws ReconvergeError RCV511 for the port, and for what is wrong with the model
 */
export async function exploreModel(invocation: Invocation): Promise<Outcome> {
  const { model: asked, options, note } = invocation;
  const memoryBytes = availableBytes();
  const watcher = new Watcher();
  const desk = new Desk();
  const checking = new Checking(invocation);
  const request: ExploreRequest = {
    model: asked,
    set: setParameters(texts(options['set'])),
    properties: texts(options['property']),
  };
  const model = runIsolated<null>('explore', request, {
    timeoutMs: null,
    memoryBytes,
    onProgress: () => {},
    signal: watcher.signal,
    port: desk.remote,
  });
  const pieces: Promise<unknown>[] = [model];
  let ended: Ending<null, never> | null = null;
  try {
    const overview = await Promise.race([
      desk.ask<'overview'>({ is: 'overview' }),
      model.then(() => null),
    ]);
    if (overview !== null) {
      const files = new URL('../explorer/page/', import.meta.url);
      const exhibit = { desk, check: () => checking.status, files };
      const serving = await serve(exhibit, numberOr(options['port'], 0));
      try {
        pieces.push(checking.run(watcher.signal));
        note(`${overview.model.name} is at ${serving.url} (Ctrl-C ends)`);
        if (options['open'] === true && !(await openBrowser(serving.url))) {
          note('note: no browser was found to open it');
        }
        ended = await Promise.race([watcher.over, model]);
      } finally {
        await serving.close();
      }
    }
  } finally {
    watcher.end();
    desk.close();
    await Promise.allSettled(pieces);
    watcher.close();
  }
  const { status } = checking;
  const found = status.is === 'done' ? status.report : {};
  const text = (): string => '';
  if (ended === null) {
    return { report: documentOf({ ...found, verb: 'explore' }), text, exitCode: 0 };
  }
  note('note: the thread of the model ran out of memory');
  const bounds = ended.is === 'stopped' ? boundOf(ended.by, { timeoutMs: null, memoryBytes }) : {};
  return outcomeOf(documentOf({ ...found, result: 'unknown', bounds, verb: 'explore' }), text);
}
