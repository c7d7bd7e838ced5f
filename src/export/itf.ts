import type { Json, StateView, Trace } from '../model/verdict.ts';

/** What the format would take for a mark of its own, or we for our own "nothing". */
const isMisread = ([key, value]: readonly [string, Json]): boolean =>
  key === '' || key.startsWith('#') || (key === 'tag' && value === 'None');

/** JSON as the Informal Trace Format writes it: no null, and whole numbers only as big integers. */
function itfValue(value: Json): Json {
  if (value === null) return { tag: 'None', value: { '#tup': [] } };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { '#bigint': String(BigInt(value)) } : String(value);
  }
  if (Array.isArray(value)) return (value as Json[]).map(itfValue);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as StateView);
  const told = entries.map(([key, one]) => [key, itfValue(one)] as const);
  return entries.some(isMisread) ? { '#map': told } : Object.fromEntries(told);
}

/** A behaviour in the Informal Trace Format (Apalache ADR 15), one record per state. */
export function itfTrace(trace: Trace, name: string): Json {
  const { initial, steps, loop } = trace;
  const taken = (index: number): Json => {
    const step = steps[index - 1];
    if (step === undefined) return { actor: '', event: 'init', label: '', fault: '' };
    const { actor, event, label, fault } = step;
    return { actor, event: event.type, label, fault: fault?.name ?? '' };
  };
  const states = [initial, ...steps.map(({ state }) => state)];
  const vars = [...new Set(states.flatMap((state) => Object.keys(state)))];
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache.informal.systems/docs/adr/015adr-trace.html',
      description: name,
    },
    vars: [...vars, 'step'],
    states: states.map((state, index) => ({
      '#meta': { index },
      ...Object.fromEntries(vars.map((one) => [one, itfValue(state[one] ?? null)])),
      step: taken(index),
    })),
    ...(loop === null ? {} : { loop }),
  };
}
