import type { Parameter, Parameters } from '../model/parameter.ts';

/**
 * A word as a POSIX shell reads it back: bare where that is safe, else in double or single quotes.
 */
export function shellWord(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  if (!/[$`"\\!\n]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const defaultOf = (parameter: Parameter): string | number => parameter.default;

/** What of the values is not the default anyway, in the order of the parameters. */
export function givenParameters(
  parameters: Parameters,
  values: { readonly [name: string]: string | number },
): { readonly [name: string]: string | number } {
  const changed = Object.entries(parameters).filter(
    ([name, parameter]) => values[name] !== undefined && values[name] !== defaultOf(parameter),
  );
  return Object.fromEntries(changed.map(([name]) => [name, values[name] as string | number]));
}

/**
 * A command to copy and paste. `model` is written as it was asked for (a name or a path); `given`
 * are the parameters to set; `flags` come last, with `null` for a flag without a value.
 */
export function commandText(
  verb: string,
  model: string,
  given: { readonly [name: string]: string | number },
  flags: readonly (readonly [flag: string, value: string | number | null])[] = [],
): string {
  const words = ['npx', 'reconverge', verb, shellWord(model)];
  for (const [name, value] of Object.entries(given))
    words.push('--set', shellWord(`${name}=${value}`));
  for (const [flag, value] of flags) {
    words.push(flag);
    if (value !== null) words.push(shellWord(String(value)));
  }
  return words.join(' ');
}
