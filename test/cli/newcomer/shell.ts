import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Typed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One terminal: the folder that a command goes to is where the next one starts. */
export class Shell {
  /** Where it is now. */
  cwd: string;
  /** A file that the shell leaves its folder in. */
  private readonly place: string;
  private readonly env: NodeJS.ProcessEnv;

  /** What npm told the process that runs these tests is not for the commands typed here. */
  constructor(cwd: string, place: string, env: Readonly<Record<string, string>>) {
    this.cwd = cwd;
    this.place = place;
    const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_/i.test(name));
    this.env = { ...Object.fromEntries(own), ...env, PLACE: place };
  }

  async type(command: string): Promise<Typed> {
    const script = `trap 'pwd >"$PLACE"' EXIT\n${command}`;
    const { cwd, env } = this;
    const typed = await new Promise<Typed>((resolve, reject) => {
      execFile('sh', ['-c', script], { cwd, env }, (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') resolve({ status, stdout, stderr });
        else reject(error as Error);
      });
    });
    this.cwd = readFileSync(this.place, 'utf8').trimEnd();
    return typed;
  }
}
