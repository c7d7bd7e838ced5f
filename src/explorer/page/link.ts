import type { Overview, Route } from '../wire.ts';

/** A place on a walk, as the address of the page holds it. */
export interface Place {
  readonly route: Route;
  readonly at: number;
  /** The property that the route was found for; null: somebody walked it. */
  readonly of: string | null;
  /** The step at which the loop of that route begins, from 0; null without one. */
  readonly loop: number | null;
}

export const START: Place = { route: { start: 0, path: [] }, at: 0, of: null, loop: null };

const PARAMETER = 'set.';

/** The place as the fragment of an address, with the model that it is a place in. */
export function fragmentOf(place: Place, { model }: Overview): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(model.parameters)) {
    fields.set(`${PARAMETER}${name}`, String(value));
  }
  fields.set('model', model.hash.slice(0, 12));
  fields.set('start', String(place.route.start));
  fields.set('path', place.route.path.join('.'));
  fields.set('at', String(place.at));
  if (place.of !== null) fields.set('of', place.of);
  if (place.loop !== null) fields.set('loop', String(place.loop));
  return `#${fields.toString()}`;
}

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

/** The place that a fragment names; what cannot be read is left out. */
export function placeOf(fragment: string): Place {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const path = (fields.get('path') ?? '')
    .split('.')
    .map(wholeNumber)
    .filter((step) => step !== null);
  return {
    route: { start: wholeNumber(fields.get('start')) ?? 0, path },
    at: wholeNumber(fields.get('at')) ?? path.length,
    of: fields.get('of'),
    loop: wholeNumber(fields.get('loop')),
  };
}

/** Why a fragment may lead elsewhere than when it was copied; null: it leads to the same state. */
export function strangeness(fragment: string, { model }: Overview): string | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const others = [...fields].filter(
    ([name, value]) =>
      name.startsWith(PARAMETER) &&
      String(model.parameters[name.slice(PARAMETER.length)]) !== value,
  );
  if (others.length > 0) {
    const flags = others.map(([name, value]) => `--set ${name.slice(PARAMETER.length)}=${value}`);
    return `This link is to the model with ${flags.join(' ')}: start the explorer with that.`;
  }
  const hash = fields.get('model');
  if (hash === null || model.hash.startsWith(hash)) return null;
  return 'The model has changed since this link was made: the path may lead elsewhere.';
}
