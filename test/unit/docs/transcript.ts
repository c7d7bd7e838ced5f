import { execFile, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

/** A command of a transcript, and what the document says that it prints. */
export interface Exchange {
  readonly command: string;
  readonly output: string;
}

/** Reads `$ command` and the lines below it, up to the next command. */
export function exchangesOf(transcript: string): readonly Exchange[] {
  const exchanges: { command: string; lines: string[] }[] = [];
  for (const line of transcript.split('\n')) {
    if (line.startsWith('$ ')) exchanges.push({ command: line.slice(2), lines: [] });
    else exchanges.at(-1)?.lines.push(line);
  }
  return exchanges.map(({ command, lines }) => ({ command, output: lines.join('\n').trim() }));
}

/** Where a verb that serves a page says that it is. */
const SERVED = /\bhttp:\/\/127\.0\.0\.1:\d+\//;

/** Presses Ctrl-C when a command says where its page is: by itself it would never end. */
export function endingServers(child: ChildProcess): void {
  let said = '';
  child.stderr?.on('data', (text: string) => {
    if (!SERVED.test(said) && SERVED.test((said += text))) child.kill('SIGINT');
  });
}

/** Types what a reader would type, in one folder; `npx reconverge` is the one that was built here. */
export class Terminal {
  private readonly main: string;
  private readonly folder: string;
  private status = 0;

  constructor(main: string, folder: string) {
    this.main = main;
    this.folder = folder;
  }

  /** What the command prints: on stdout, or, if nothing, on stderr. */
  async type(command: string): Promise<string> {
    if (command === 'echo $?') return String(this.status);
    if (!command.startsWith('npx reconverge ')) throw new Error(`not to be run: ${command}`);
    const script = `npx() { shift; exec "$NODE" "$MAIN" "$@"; }\n${command}`;
    const env = { ...process.env, NODE: process.execPath, MAIN: this.main, NO_COLOR: '1' };
    try {
      const run = promisify(execFile)('sh', ['-c', script], { cwd: this.folder, env });
      endingServers(run.child);
      const { stdout, stderr } = await run;
      this.status = 0;
      return (stdout || stderr).trim();
    } catch (thrown) {
      const { code, stdout, stderr } = thrown as { code: unknown; stdout: string; stderr: string };
      if (typeof code !== 'number' || code > 3) throw thrown;
      this.status = code;
      return (stdout || stderr).trim();
    }
  }
}

/** How long it took, how large it was and which port was free differs from run to run. */
function timeless(line: string): string {
  return line
    .trimEnd()
    .replaceAll(/\d[\d.,]* (s|ms|MiB)\b/g, '# $1')
    .replace(SERVED, 'http://127.0.0.1:#/');
}

/** Whether the output is what was expected, but for timings; a line `…` stands for any lines. */
export function isSame(expected: string, output: string): boolean {
  const parts = expected.split('\n').map(timeless);
  const lines = output.split('\n').map(timeless);
  const matches = (part: number, line: number): boolean => {
    if (part === parts.length) return line === lines.length;
    if (parts[part] === '…') {
      return matches(part + 1, line) || (line < lines.length && matches(part, line + 1));
    }
    return line < lines.length && parts[part] === lines[line] && matches(part + 1, line + 1);
  };
  return matches(0, 0);
}
