import type { Progress } from '../explore/exploration.ts';
import type { PropertyReport, Stats } from '../model/verdict.ts';
import { counted, duration, grouped } from '../report/lines.ts';
import type { CheckProgress, CheckRequest } from './check-task.ts';
import { boundOf } from './isolated.ts';
import type { Ending } from './thread.ts';

const perSecond = (states: number, seconds: number): number =>
  Math.round(states / Math.max(seconds, 1e-6));

/** A bound on the states that is more than so many times what was found says nothing. */
const TELLING_MAX = 100;

/** What is certain where no estimate can be given: the share that is done at least. */
function certainty({ states, most }: Progress): string {
  if (most === null || most > TELLING_MAX * states) return '';
  const percent = Math.floor((100 * states) / most);
  return `, at least ${percent} % (there are no more than ${grouped(most)})`;
}

/** The share that is done of what there seems to be, and the time for the rest at this rate. */
function outlook(progress: Progress): string {
  const { states, elapsedMs, estimate } = progress;
  if (estimate === null || estimate <= states) return certainty(progress);
  const percent = Math.floor((100 * states) / estimate);
  const seconds = ((estimate - states) / Math.max(1, states)) * (elapsedMs / 1000);
  return `, ${percent} % of about ${grouped(Math.round(estimate))}, ${duration(seconds)} to go`;
}

/** How far an exploration is, on one line. */
export function exploring(progress: CheckProgress): string {
  const { states, transitions, depth, queued, elapsedMs } = progress;
  const counts = `${counted(states, 'state')}, ${counted(transitions, 'transition')}`;
  const rate = `${grouped(perSecond(states, elapsedMs / 1000))} states/s`;
  const place = depth === null ? '' : `depth ${depth}, `;
  const rest = `${grouped(queued)} to do, ${rate}${outlook(progress)}`;
  const what = progress.isTable === true ? 'tolerance, with other faults' : 'exploring';
  return `${what}: ${counts}, ${place}${rest}`;
}

/** What was covered when the check last said how far it was: nothing, if it never did. */
function covered(progress: Progress | null, seconds: number): Stats {
  const { states, transitions, depth } = progress ?? { states: 0, transitions: 0, depth: 0 };
  return {
    states,
    transitions,
    depth,
    seconds,
    statesPerSecond: perSecond(states, seconds),
    bytesPerState: 0,
    visited: 'unknown: stopped from outside',
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/**
 * What is left to say of a check that was stopped: how far it was, and that nothing was decided.
 */
export function stoppedReport(
  ending: Extract<Ending<unknown, Progress>, { is: 'stopped' }>,
  request: CheckRequest,
) {
  const { by, started, progress, seconds } = ending;
  const because = 'the check was stopped before a verdict';
  const properties = (started?.properties ?? []).map(({ name, kind }): PropertyReport => {
    const open = { result: 'unknown', failure: null, vacuous: false, because } as const;
    return { name, kind, ...open, values: {}, trace: null, replay: null };
  });
  return {
    result: 'unknown',
    completeness: 'bounded',
    bounds: boundOf(by, request),
    stats: started === null ? null : covered(progress, seconds),
    properties,
    assumptions: [],
    tolerance: [],
    toleranceMissing: null,
  } as const;
}
