import { checkVerb } from './check.ts';
import { completionVerb } from './completion.ts';
import { conformVerb } from './conform.ts';
import { diffVerb } from './diff.ts';
import { doctorVerb } from './doctor.ts';
import { exploreVerb } from './explore.ts';
import { exportVerb } from './export.ts';
import { initVerb } from './init.ts';
import { mutateVerb } from './mutate.ts';
import { reportVerb } from './report.ts';
import { runVerb } from './run.ts';
import { simulateVerb } from './simulate.ts';
import { testgenVerb } from './testgen.ts';
import type { Verb } from './verb.ts';

/** What this version can do, in the order in which help lists it. */
export const VERBS: readonly Verb[] = [
  checkVerb,
  exploreVerb,
  simulateVerb,
  testgenVerb,
  mutateVerb,
  runVerb,
  conformVerb,
  exportVerb,
  diffVerb,
  reportVerb,
  initVerb,
  doctorVerb,
  completionVerb(() => VERBS),
];
