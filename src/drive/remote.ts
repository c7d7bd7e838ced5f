import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { messageOf } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import type { Driver } from './driver.ts';
import { isAnswer, type DriverRequest } from './wire.ts';

/** What a driver elsewhere cannot say itself: how the model is followed. */
export type FollowOptions = Partial<Pick<Driver, 'view' | 'settles'>> & {
  readonly spontaneous?: readonly string[];
  readonly undecided?: readonly string[];
};

type Ask = (request: DriverRequest) => Promise<Json>;

/** A driver that asks another process for everything. */
function asking(ask: Ask, end: () => Promise<void>, options: FollowOptions): Driver {
  const { view = null, settles = false, spontaneous = [], undecided = [] } = options;
  const tell = async (what: DriverRequest['do'], about: unknown): Promise<void> => {
    await ask({ do: what, about: about as Json });
  };
  return {
    start: (beginning) => tell('start', beginning),
    step: (action) => tell('step', action),
    fault: (action) => tell('fault', action),
    read: () => ask({ do: 'read', about: null }),
    stop: async () => {
      try {
        await tell('stop', null);
      } finally {
        await end();
      }
    },
    view,
    settles,
    spontaneous: new Set(spontaneous),
    undecided: new Set(undecided),
    // Only the other side knows; it says so when it is asked.
    knows: () => true,
  };
}

function answered(text: string, from: string): Json {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = null;
  }
  if (!isAnswer(answer))
    throw new Error(`${from} answers no JSON of a driver: ${text.slice(0, 200)}`);
  if ('failed' in answer) throw new Error(answer.failed);
  return answer.done;
}

/**
 * A driver behind HTTP: each call is a POST of a request to `url`, answered with status 200 and the
 * answer.
 */
export function overHttp(url: string, options: FollowOptions = {}): Driver {
  const ask: Ask = async (request) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url}: status ${response.status}: ${text.slice(0, 200)}`);
    return answered(text, url);
  };
  return asking(ask, async () => {}, options);
}

/** A process that answers each line with a line. */
class Conversation {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private waiting: { resolve: (line: string) => void; reject: (why: Error) => void } | null = null;
  private ended: Error | null = null;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdin, stdout } = this.child;
    if (stdin === null || stdout === null) throw new Error('internal: no pipes');
    this.lines = createInterface({ input: stdout });
    this.lines.on('line', (line) => this.waiting?.resolve(line));
    const gone = (why: string): void => {
      this.ended ??= new Error(why);
      this.waiting?.reject(this.ended);
    };
    this.child.once('error', (error) => gone(`the driver's process: ${messageOf(error)}`));
    this.child.once('close', (code) => gone(`the driver's process ended (${code ?? 'killed'})`));
    stdin.on('error', () => {});
  }

  async ask(line: string): Promise<string> {
    if (this.ended !== null) throw this.ended;
    return new Promise<string>((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.child.stdin?.write(`${line}\n`);
    }).finally(() => {
      this.waiting = null;
    });
  }

  /** The end of its input tells the process to go; whatever still runs then is killed. */
  async end(patienceMs: number): Promise<void> {
    this.child.stdin?.end();
    if (this.ended !== null) return;
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    await new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    clearTimeout(timer);
  }
}

const GRACE_MS = 2_000;

/**
 * A driver in a child process, a new one for each run: requests are lines of JSON on its standard
 * input, answers lines of JSON on its standard output. When its input ends, also because this
 * process was killed, it has to go.
 */
export function inChild(
  command: string,
  args: readonly string[] = [],
  options: FollowOptions = {},
): Driver {
  let conversation: Conversation | null = null;
  const ask: Ask = async (request) => {
    if (request.do === 'stop' && conversation === null) return null;
    conversation ??= new Conversation(command, args);
    return answered(await conversation.ask(JSON.stringify(request)), command);
  };
  const end = async (): Promise<void> => {
    const last = conversation;
    conversation = null;
    await last?.end(GRACE_MS);
  };
  return asking(ask, end, options);
}
