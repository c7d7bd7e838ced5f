import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { Report } from '../model/verdict.ts';
import { documentText, errorDocument, type ErrorDescription } from '../report/document.ts';
import { coloured, plain, type Paint } from '../report/paint.ts';
import { errorText } from '../report/text.ts';
import type { Page } from './verb.ts';

/** Columns where the output is no terminal. */
const WIDTH_DEFAULT = 100;
const WIDTH_MIN = 60;
/** Clears a terminal, but not what was scrolled away. */
const CLEAR = '\u001b[2J\u001b[H';

/**
 * Colour is for terminals. NO_COLOR (if not empty) turns it off, FORCE_COLOR on, also in pipes;
 * `FORCE_COLOR=0` and `false` turn it off. FORCE_COLOR is asked first, as everywhere in Node.
 */
function paintFor({ isTTY }: NodeJS.WriteStream): Paint {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = process.env;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : coloured;
  return isTTY && !refused && terminal !== 'dumb' ? coloured : plain;
}

/**
 * A folder and those above it. Node's own `recursive` never returns on some file systems (/proc).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** @throws ReconvergeError RCV503 when the report cannot be written there */
function writeReport(folder: string, report: Report): string {
  const file = join(folder, 'report.json');
  try {
    makeFolder(resolve(folder));
    writeFileSync(file, documentText(report));
    return file;
  } catch (thrown) {
    throw new ReconvergeError('RCV503', `the report cannot be written: ${messageOf(thrown)}`, {
      at: file,
      hint: '--out names a folder; it is made if need be',
    });
  }
}

/**
 * Where answers go: stdout has the answer (with `--json` exactly one document), stderr everything
 * else.
 */
export class Console {
  readonly isJson: boolean;
  private readonly verb: string;
  /** Whether stdout has its one answer. */
  private isAnswered = false;
  private hasSpoken = false;
  private folder: string | null = null;

  constructor(args: readonly string[]) {
    const end = args.indexOf('--');
    this.isJson = (end === -1 ? args : args.slice(0, end)).includes('--json');
    this.verb = args.find((arg) => !arg.startsWith('-')) ?? '';
    // Whoever reads may stop reading (`| head`); the exit code still tells the verdict.
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
    }
  }

  readonly note = (line: string): void => void process.stderr.write(`${line}\n`);

  /** From now on every document is written to that folder, too, those of errors included. */
  readonly into = (folder: string): void => {
    this.folder = folder;
  };

  /** Makes room for another answer: where the last one was seen, or with a line between them. */
  readonly clear = (): void => {
    if (this.hasSpoken) process.stdout.write(process.stdout.isTTY ? CLEAR : '\n');
    this.isAnswered = false;
  };

  private answer(text: string): void {
    this.isAnswered = true;
    this.hasSpoken = true;
    process.stdout.write(text);
  }

  /** @throws ReconvergeError RCV503 when `--out` cannot be written to; nothing was printed then */
  report(report: Report, text: (page: Page) => string): void {
    const file = this.folder === null ? null : writeReport(this.folder, report);
    const width = Math.max(WIDTH_MIN, process.stdout.columns ?? WIDTH_DEFAULT);
    const paint = paintFor(process.stdout);
    this.answer(this.isJson ? documentText(report) : text({ width, paint }));
    if (file !== null) this.note(`report: ${file}`);
  }

  /** An error on stderr, and as the document where one was asked for and none was printed yet. */
  error(error: ErrorDescription): void {
    this.hasSpoken = true;
    process.stderr.write(errorText(error, paintFor(process.stderr)));
    if (this.isAnswered) return;
    const report = errorDocument(this.verb, error);
    if (this.isJson) this.answer(documentText(report));
    if (this.folder !== null && error.code !== 'RCV503') writeReport(this.folder, report);
  }
}
