import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blocksOf, fileNameOf } from './markdown.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What vitest says of the tests of a page: how many pass, and what fails. */
export interface TestsTold {
  readonly passed: number;
  readonly failures: readonly string[];
}

interface Reported {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The tests that a Markdown page shows, in a folder of their own. */
export class PageTests {
  readonly folder: string;

  constructor(name: string) {
    this.folder = join(root, '.reconverge', `${name}-${process.pid}`);
    mkdirSync(this.folder, { recursive: true });
    const alias = [
      ['reconverge/vitest', 'src/vitest/index.ts'],
      ['reconverge', 'src/index.ts'],
    ].map(([from, file]) => [from, join(root, file!)]);
    const config = { root: this.folder, resolve: { alias: Object.fromEntries(alias) as unknown } };
    const text = `export default ${JSON.stringify(config)};\n`;
    writeFileSync(join(this.folder, 'vitest.config.mjs'), text);
  }

  /** Writes the programs of a page as its reader does. */
  write(markdown: string): void {
    for (const block of blocksOf(markdown).filter(({ language }) => language === 'ts')) {
      writeFileSync(join(this.folder, fileNameOf(block)), block.text);
    }
  }

  /** Runs the programs as they are now. @throws Error where no test was run */
  async run(environment: Readonly<Record<string, string>> = {}): Promise<TestsTold> {
    const report = join(this.folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--reporter', 'json', '--outputFile', report];
    const env = { ...process.env, ...environment };
    const options = { cwd: this.folder, env };
    await promisify(execFile)(process.execPath, args, options).catch(() => {});
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Reported;
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (results.length === 0) throw new Error(testResults.map(({ message }) => message).join());
    const failures = results
      .filter(({ status }) => status === 'failed')
      .map(({ title, failureMessages: [message = ''] }) => {
        const told = message.replace(/^Error: /, '').replace(/\n\s+at [\s\S]*$/, '');
        return `✗ ${title}\n${told}`;
      });
    return { passed: results.filter(({ status }) => status === 'passed').length, failures };
  }
}
