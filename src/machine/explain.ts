import type { AnyView } from '../model/system.ts';
import type { NamedPredicate } from './ask.ts';
import { Keyhole, Keyholes, Probe } from './probe.ts';
import { evaluate } from './purity.ts';
import { viewsOf } from './view.ts';
import type { World } from './world.ts';

/** Texts of an explanation, at most. */
const TEXTS_MAX = 6;

/** What was looked at, and whether that something is so rather than not. */
interface Look {
  readonly text: string;
  readonly isPositive: boolean;
}

/** `forward` or `{"rollingBack":"undoing"}` as `rollingBack.undoing`. */
function stateText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${stateText(inner)}`)
    .join(' & ');
}

/** `."rows"."o1"` as `.rows.o1`. */
const pathText = (path: string): string =>
  path.replaceAll(/\."((?:[^"\\]|\\.)*)"/g, (_, name: string) =>
    /^\d+$/.test(name) ? `[${name}]` : `.${name}`,
  );

/** Texts are not quoted, but for the empty one, which nobody would see. */
const valueText = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
};

const IS_A_PLACE = /^(value|context|output)(.*)$/;

/** One look through a keyhole in words; null where only more looks tell something. */
function lookOf(actor: string, key: string, shown: unknown): Look | null {
  if (typeof shown === 'symbol' || key.endsWith('#')) return null;
  if (key.startsWith('saved.')) return lookOf(`${actor}.saved`, key.slice(6), shown);
  const [kind = '', ...rest] = key.split(' ');
  const named = rest.join(' ');
  if (kind === 'status') {
    return { text: `${actor} is ${valueText(shown)}`, isPositive: shown !== 'active' };
  }
  if (kind === 'matches') {
    const state = stateText(JSON.parse(named));
    return {
      text: `${actor} ${shown === true ? 'in' : 'not in'} ${state}`,
      isPositive: shown === true,
    };
  }
  if (kind === 'tag') {
    const text = `${actor} ${shown === true ? 'with' : 'without'} tag ${named}`;
    return { text, isPositive: shown === true };
  }
  const [, place, path = ''] = IS_A_PLACE.exec(key) ?? [];
  if (place === undefined) return null;
  if (place === 'value') return { text: `${actor} in ${valueText(shown)}`, isPositive: true };
  if (path.endsWith('.length'))
    return { text: `${actor}${pathText(path)} = ${valueText(shown)}`, isPositive: false };
  const owner = place === 'output' ? `${actor}.output` : actor;
  return { text: `${owner}${pathText(path)} = ${valueText(shown)}`, isPositive: true };
}

/** A predicate that is false, or the one after it that must hold as well. */
function failing(
  predicate: NamedPredicate,
  look: (one: NamedPredicate) => { readonly holds: unknown; readonly texts: readonly string[] },
): readonly string[] {
  const { holds, texts } = look(predicate);
  return holds === true && predicate.and !== undefined ? failing(predicate.and, look) : texts;
}

/**
 * What a predicate looked at in a state before it was false, in words, in that order: what is so,
 * or where it found only what is not so, that. Empty where nothing can be told.
 */
export function explained(
  world: World,
  predicate: NamedPredicate,
  state: Int32Array,
): readonly string[] {
  return failing(predicate, ({ name, holds }) => {
    const probe = new Probe(new Keyholes(), state);
    const said: unknown = evaluate(name, () => holds(viewsOf(world, probe) as AnyView));
    const looks = probe.reads.flatMap((index): readonly Look[] => {
      const keyhole = probe.keyholes.at(index);
      if (!(keyhole instanceof Keyhole) || keyhole.key === null) return [];
      const actor = world.instances[keyhole.component]?.name;
      const shown = keyhole.show(state[keyhole.component] ?? 0);
      const look = actor === undefined ? null : lookOf(actor, keyhole.key, shown);
      return look === null ? [] : [look];
    });
    const positive = looks.filter(({ isPositive }) => isPositive);
    const told = (positive.length === 0 ? looks : positive).map(({ text }) => text);
    const last = told.slice(-TEXTS_MAX);
    return { holds: said, texts: last.length < told.length ? ['…', ...last] : last };
  });
}
