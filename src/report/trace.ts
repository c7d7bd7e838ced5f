import type { StateView, Trace, TraceStep } from '../model/verdict.ts';
import { differences, stateSummary } from './difference.ts';
import { aligned, counted, filled } from './lines.ts';
import type { Paint } from './paint.ts';
import { eventText } from './shorten.ts';

/** Columns left for what changed are at least this many; narrower, and lines run over. */
const CHANGES_WIDTH_MIN = 30;

/** What a step did to a state, behind the guards that let it. */
function effectsOf(step: TraceStep, before: StateView): readonly string[] {
  const { guards = [], state, actor } = step;
  const [first = 'nothing changes', ...more] = differences(before, state, actor);
  return [[...guards.map((guard) => `[${guard}]`), first].join(' '), ...more];
}

/** What a step is called: its event, and which fault it is. */
function nameOf({ event, fault }: TraceStep): string {
  const text = eventText(event);
  if (fault === null) return text;
  return fault.name.endsWith(`.${text}`) ? `! ${fault.name}` : `${text} ! ${fault.name}`;
}

function paintedHead(step: TraceStep, cells: readonly string[], paint: Paint): string {
  const [number = '', label = '', actor = '', name = ''] = cells;
  const look = step.fault === null ? 'strong' : 'fault';
  return [paint('faint', number), paint(look, label), actor, paint(look, name)].join(' ');
}

/**
 * A behaviour, one line per step: number, label, actor, event and fault, and what it changed. The
 * loop of a lasso is marked at its first step and after the last.
 */
export function traceLines(trace: Trace, width: number, paint: Paint): readonly string[] {
  const { initial, steps, loop } = trace;
  const heads = aligned(
    steps.map((step, index) => [
      `${index + 1}`.padStart(`${steps.length}`.length),
      step.label,
      step.actor,
      nameOf(step),
      '',
    ]),
  );
  const lines = filled(stateSummary(initial), '; ', width - 8).map(
    (text, index) => `${paint('faint', index === 0 ? 'start' : '     ')}  ${text}`,
  );
  let before: StateView = initial;
  for (const [index, step] of steps.entries()) {
    if (index === loop) lines.push(paint('doubtful', '── the loop begins here'));
    const cells = heads[index] ?? [];
    const indent = cells.join(' ').length + 1;
    const room = Math.max(CHANGES_WIDTH_MIN, width - indent);
    const [first, ...more] = filled(effectsOf(step, before), '; ', room);
    lines.push(`${paintedHead(step, cells, paint)}  ${first}`);
    for (const text of more) lines.push(`${' '.repeat(indent)}${text}`);
    before = step.state;
  }
  if (loop !== null) {
    const length = counted(steps.length - loop, 'step');
    lines.push(
      paint('doubtful', `── and again from step ${loop + 1}, for ever (a loop of ${length})`),
    );
  }
  return lines;
}
