import { readFileSync } from 'node:fs';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { Report } from '../model/verdict.ts';

/**
 * The result document in a file, about that model; null: about any.
 * @throws ReconvergeError RCV508 for a file that is none, or one about another model
 */
export function documentAt(file: string, model: string | null): Report {
  const hint = 'give the report.json that --out of check, simulate, mutate or conform wrote';
  const refuse = (why: string, cause?: unknown): ReconvergeError =>
    new ReconvergeError('RCV508', `'${file}' ${why}`, { at: file, hint, cause });
  let found: Partial<Report> | null;
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report> | null;
  } catch (thrown) {
    throw refuse(`cannot be read: ${messageOf(thrown)}`, thrown);
  }
  if (found?.schema !== 'reconverge/report@1') throw refuse('is no result document');
  if (model === null || found.model?.name === model) return found as Report;
  throw refuse(`is about ${found.model?.name ?? 'no model'}, not about ${model}`);
}
