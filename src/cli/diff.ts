import { extname } from 'node:path';
import type { PropertyReport, Report } from '../model/verdict.ts';
import { changesBetween, type Change } from '../report/changes.ts';
import { documentOf } from '../report/document.ts';
import { aligned } from '../report/lines.ts';
import type { Look } from '../report/paint.ts';
import { checkVerb } from './check.ts';
import { documentAt } from './document-at.ts';
import { setFlag } from './flags.ts';
import { outcomeOf, type Invocation, type Outcome, type Page, type Verb } from './verb.ts';

/** A document as it is, or that of a model as it is now. */
async function reportOf(operand: string, invocation: Invocation): Promise<Report> {
  if (extname(operand) === '.json') return documentAt(operand, null);
  const { report } = await checkVerb.perform({ ...invocation, model: operand });
  return report;
}

const LOOK: Readonly<Record<Change['is'], Look>> = { worse: 'bad', better: 'good', other: 'faint' };
const SIGN: Readonly<Record<Change['is'], string>> = { worse: '✗', better: '✓', other: ' ' };

function textOf(changes: readonly Change[], { paint }: Page): string {
  if (changes.length === 0) return 'nothing has changed\n';
  const cells = aligned(changes.map(({ of, text }) => [of, text]));
  const lines = changes.map(({ is }, at) => {
    const [of = '', text = ''] = cells[at] ?? [];
    return `${paint(LOOK[is], SIGN[is])} ${of}  ${text}`.trimEnd();
  });
  const worse = changes.filter(({ is }) => is === 'worse').length;
  return `${[...lines, '', worse === 0 ? 'no guarantee is lost' : `guarantees that are lost: ${worse}`].join('\n')}\n`;
}

/** A change as a property that nothing is lost. */
function judged({ of, text, is }: Change): PropertyReport {
  const result = is === 'worse' ? 'violated' : 'holds';
  const rest = { failure: null, vacuous: false, values: {}, trace: null, replay: null };
  return { name: of, kind: is, result, because: text, ...rest };
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const [old = '', now = ''] = invocation.operands;
  const before = await reportOf(old, invocation);
  const after = await reportOf(now, invocation);
  const changes = changesBetween(before, after);
  const result = changes.some(({ is }) => is === 'worse') ? 'violated' : 'holds';
  const properties = changes.map(judged);
  const report = documentOf({ verb: 'diff', model: after.model, result, properties });
  return outcomeOf(report, (page) => textOf(changes, page));
}

const WHAT = 'a report.json, or a model, which is checked';

/** `reconverge diff`: which guarantees have changed between two versions of a model. */
export const diffVerb: Verb = {
  name: 'diff',
  summary: 'say which properties, bounds and tolerances changed between two versions of a model',
  examples: [
    'npx reconverge diff before/report.json two-phase-commit --set participants=4',
    'npx reconverge diff before/report.json two-phase-commit --set bug=late-refusal',
  ],
  takesModel: false,
  operands: { old: WHAT, new: WHAT },
  declare: (command) => {
    command.addOption(setFlag()).option('--out <dir>', 'write report.json there');
  },
  perform,
};
