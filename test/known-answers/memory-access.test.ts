import { check } from '../../src/check/check.ts';
import { toleranceOf } from '../../src/check/tolerance.ts';
import { answered, type Answer } from './answers.ts';
import { memoryAccess } from './memory-access.ts';

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};

for (const [name, parts, size, isSafe, isLive, tolerates] of [
  ['neither', { detects: false, corrects: false }, 5, false, false, 'intolerant'],
  ['a detector', { detects: true, corrects: false }, 4, true, false, 'fail-safe'],
  ['a corrector', { detects: false, corrects: true }, 6, false, true, 'nonmasking'],
  ['both', { detects: true, corrects: true }, 4, true, true, 'masking'],
] as const) {
  const span = `${name}: size of the fault span, is it safe, is it live`;
  answers.push({ name: span, value: [size, isSafe, isLive] });
  worked[span] = () => {
    const { stats, properties } = check(memoryAccess(parts, Infinity));
    const holds = (kind: string) => properties.find((one) => one.kind === kind)?.result === 'holds';
    return [stats.states, holds('always'), holds('converges')];
  };
  answers.push({ name: `${name}: class of tolerance`, value: tolerates });
  worked[`${name}: class of tolerance`] = () => {
    const [row] = toleranceOf(memoryAccess(parts, Infinity)).rows;
    return row?.values['beyond'] ?? row?.tolerates;
  };
}

answered('memory access', answers, worked);
