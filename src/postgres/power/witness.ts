import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statOf } from '../server/account.ts';

const FLUSHED = 'flushed '.repeat(512);
const SPOILED = 'spoiled '.repeat(512);

const flushedIn = (folder: string): string => join(folder, 'flushed');
const unflushedIn = (folder: string): string => join(folder, 'unflushed');

/** A file that is flushed, its entry in the folder too. */
export function plantWitness(folder: string): void {
  const file = openSync(flushedIn(folder), 'w', 0o600);
  writeSync(file, FLUSHED);
  flush(file);
  flush(openSync(dirname(flushedIn(folder)), 'r'));
}

/** Overwrites the file, and writes another one, flushing neither. */
export function spoilWitness(folder: string): void {
  const file = openSync(flushedIn(folder), 'r+');
  writeSync(file, SPOILED, 0);
  closeSync(file);
  writeFileSync(unflushedIn(folder), SPOILED);
}

/** What is wrong with a cut after which the disk is in this state; null: it was one. */
export function readWitness(folder: string): string | null {
  const found = statOf(flushedIn(folder)) && readFileSync(flushedIn(folder), 'utf8');
  if (found === SPOILED || (statOf(unflushedIn(folder))?.size ?? 0) > 0) {
    return 'what was not flushed is on the disk after it';
  }
  return found === FLUSHED ? null : 'what was flushed is not on the disk after it';
}

function flush(file: number): void {
  fsyncSync(file);
  closeSync(file);
}
