import type { Divergence, Json } from '../model/verdict.ts';
import type { Belief, Beliefs, Taken } from './belief.ts';
import type { Offer, Reader } from './reader.ts';
import type { Difference } from './seen.ts';

/** Nearest states that are told, and steps that are named, at most. */
const NEAREST_MAX = 3;
const STEPS_MAX = 12;

const isSame = (value: unknown): string => JSON.stringify(value);

/** The offers with the fewest differences; equal differences once. */
function nearest(offers: readonly Offer[]): readonly Offer[] {
  const byText = new Map<string, Offer>();
  for (const offer of offers) {
    const text = isSame(offer.differences);
    if (!byText.has(text)) byText.set(text, offer);
  }
  const ranked = [...byText.values()].toSorted(
    (a, b) => a.differences.length - b.differences.length,
  );
  return ranked.slice(0, NEAREST_MAX);
}

/** What a step is, as it might be recorded. */
function taken(beliefs: Beliefs, { edge, mark }: Taken): string {
  const { compiled, actions } = beliefs.span;
  if (mark.kind === 'step') {
    const { actor, event, fault } = compiled.action(actions[edge] as number);
    return fault === null ? `${compiled.actorNames[actor]} ${event.type}` : fault.name;
  }
  const { value } = JSON.parse(mark.text) as { value: Json };
  const name = compiled.actorNames[mark.actor];
  const place = typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
  return `${mark.kind} of ${name} in ${place}`;
}

/** What may come next and leave a row: of the same kind as the row if there is any. */
function enabled(beliefs: Beliefs, reached: Belief): readonly string[] {
  const names = new Set<string>();
  beliefs.after(reached, {
    isPossible: () => true,
    fits: (one) => {
      names.add(taken(beliefs, one));
      return false;
    },
  });
  return [...names].toSorted();
}

/** Rows without which this one would fit: one of them is missing, it seems. */
function missing(beliefs: Beliefs, reached: Belief, reader: Reader): readonly string[] {
  const names = enabled(beliefs, reached);
  return names.filter((name) => {
    const skipped = beliefs.after(reached, {
      isPossible: () => true,
      fits: (one) => taken(beliefs, one) === name,
    });
    const { states, midway } = reader.read(beliefs.closed(skipped));
    return states.length + midway.length > 0;
  });
}

const differenceText = ({ path, model, observed }: Difference): string =>
  `${path} is ${isSame(model)} in the model, observed ${isSame(observed)}`;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing that would leave a row';
  const more = names.length - STEPS_MAX;
  return `${names.slice(0, STEPS_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const KIND = {
  moment: 'no state that can be reached here is as observed',
  start: 'it does not start like this',
  step: 'no step like this is possible here',
  checkpoint: 'no checkpoint can be saved here',
  recovery: 'no recovery is possible here',
} as const;

/** Why a row is none that the model can have here: what is nearest, and what might be missing. */
export function divergenceAt(
  beliefs: Beliefs,
  reached: Belief,
  reader: Reader,
  step: number,
): Divergence {
  const { at: point, kind, shown: observed } = reader.row;
  const near = nearest(reader.offers(reached));
  const [first] = near;
  const possible = enabled(beliefs, reached);
  const gap = missing(beliefs, reached, reader);
  const because = [
    first === undefined
      ? `${KIND[kind]}; possible: ${listed(possible)}`
      : first.differences.map(differenceText).join('; '),
    ...(gap.length === 0 ? [] : [`it would fit behind a row that is missing: ${listed(gap)}`]),
  ].join('; ');
  const expected = {
    nearest: near.map(({ differences, state }) => ({
      differences: differences.map((difference) => ({ ...difference })),
      state: beliefs.span.compiled.stateView(beliefs.span.row(state)),
    })),
    possible,
  };
  return { point, step, expected, observed, because };
}
