import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Stopwatch, type Command } from './measure.ts';
import type { Toolbox } from './tools.ts';

const BUILD_SECONDS_MAX = 120;
/** How much of the machine's memory a checker may use. */
export const MEMORY_MIB = Math.floor((totalmem() * 0.8) / 2 ** 20);

/** A command that is ready to be measured, and what it took to make it. */
export interface Prepared {
  readonly command: Command;
  /** Null where nothing is compiled. */
  readonly buildSeconds: number | null;
}

export interface SpinOrder {
  readonly model: string;
  readonly definitions: Readonly<Record<string, number | null>>;
  readonly flags: readonly string[];
  /** Of the verifier. */
  readonly options: readonly string[];
}

export interface RumurOrder {
  readonly model: string;
  readonly blanks: Readonly<Record<string, string>>;
  readonly isSymmetric: boolean;
}

export interface TlcOrder {
  readonly module: string;
  readonly lines: readonly string[];
}

/** Each `{NAME}` of a text by what it stands for. @throws where a name stands for nothing */
export function filled(text: string, blanks: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = blanks[name];
    if (value === undefined) throw new Error(`nothing to fill {${name}} with`);
    return value;
  });
}

/** A temporary folder in which peers are compiled, each order once; it goes when the work ends. */
export class Workshop {
  readonly stopwatch: Stopwatch;
  private readonly folder = mkdtempSync(join(tmpdir(), 'reconverge-bench-'));
  private readonly box: Toolbox;
  /** Where `spin/`, `murphi/` and `tla/` lie. */
  private readonly sources: string;
  private readonly ready = new Map<string, Prepared>();

  constructor(box: Toolbox, sources: string) {
    this.box = box;
    this.sources = sources;
    this.stopwatch = new Stopwatch(this.folder);
  }

  /** Kills what runs and removes what was made. May be called twice. */
  close(): void {
    this.stopwatch.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private async build(command: Command): Promise<number> {
    const run = await this.stopwatch.run(command, BUILD_SECONDS_MAX);
    if (run.exitCode === 0) return run.seconds;
    const why = run.isTimedOut ? 'it takes too long' : `${run.stdout}${run.stderr}`.trim();
    throw new Error(`cannot build with ${command.file}: ${why}`);
  }

  private async once(
    order: object,
    make: (folder: string) => Promise<Prepared>,
  ): Promise<Prepared> {
    const key = JSON.stringify(order);
    const known = this.ready.get(key);
    if (known !== undefined) return known;
    const folder = join(this.folder, String(this.ready.size));
    mkdirSync(folder);
    const prepared = await make(folder);
    this.ready.set(key, prepared);
    return prepared;
  }

  spin(order: SpinOrder): Promise<Prepared> {
    const { spin, compiler } = this.box;
    return this.once(order, async (folder) => {
      const definitions = Object.entries(order.definitions).map(([name, value]) =>
        value === null ? `-D${name}` : `-D${name}=${value}`,
      );
      const source = join(this.sources, 'spin', `${order.model}.pml`);
      const flags = ['-O3', '-march=native', '-w', `-DMEMLIM=${MEMORY_MIB}`, ...order.flags];
      const steps = [
        { file: spin ?? 'spin', args: ['-a', ...definitions, source], folder },
        { file: compiler ?? 'cc', args: [...flags, '-o', 'pan', 'pan.c'], folder },
      ];
      let buildSeconds = 0;
      for (const step of steps) buildSeconds += await this.build(step);
      const command = { file: join(folder, 'pan'), args: ['-n', ...order.options], folder };
      return { command, buildSeconds };
    });
  }

  rumur(order: RumurOrder): Promise<Prepared> {
    const { rumur, compiler } = this.box;
    return this.once(order, async (folder) => {
      const source = readFileSync(join(this.sources, 'murphi', `${order.model}.m`), 'utf8');
      writeFileSync(join(folder, 'model.m'), filled(source, order.blanks));
      const reduction = order.isSymmetric ? 'heuristic' : 'off';
      const options = ['--deadlock-detection', 'off', '--symmetry-reduction', reduction];
      const flags = ['-O3', '-march=native', '-w'];
      const libraries = ['-lpthread', '-latomic'];
      const steps = [
        {
          file: rumur ?? 'rumur',
          args: [...options, '--threads', '1', '-o', 'model.c', 'model.m'],
          folder,
        },
        {
          file: compiler ?? 'cc',
          args: [...flags, '-o', 'model', 'model.c', ...libraries],
          folder,
        },
      ];
      let buildSeconds = 0;
      for (const step of steps) buildSeconds += await this.build(step);
      return { command: { file: join(folder, 'model'), args: [], folder }, buildSeconds };
    });
  }

  tlc(order: TlcOrder): Promise<Prepared> {
    const { java, tlcArchive } = this.box;
    return this.once(order, (folder) => {
      const { module, lines } = order;
      copyFileSync(join(this.sources, 'tla', `${module}.tla`), join(folder, `${module}.tla`));
      writeFileSync(join(folder, `${module}.cfg`), `${lines.join('\n')}\n`);
      const virtual = ['-XX:+UseParallelGC', `-Xmx${Math.floor(MEMORY_MIB / 2)}m`];
      const options = ['-workers', '1', '-metadir', 'states', '-noGenerateSpecTE', '-nowarning'];
      const args = [...virtual, '-cp', tlcArchive ?? '', 'tlc2.TLC', ...options, module];
      const command = { file: java ?? 'java', args, folder };
      return Promise.resolve({ command, buildSeconds: null });
    });
  }
}
