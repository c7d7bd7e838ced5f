import { InvalidArgumentError, Option, type Command } from 'commander';
import { ReconvergeError } from '../model/error.ts';

/** Collects a flag that may be given several times. */
function collected(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** A whole number from `min`, as an argument parser of commander. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min}.`);
  };
}

/** A number above 0, as an argument parser of commander. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** `--set k=v`, repeatable: one parameter of the model each. */
export function setFlag(): Option {
  return new Option('--set <k=v>', 'a parameter of the model (repeatable)').argParser(collected);
}

/** `--property P`, repeatable. */
export function propertyFlag(): Option {
  const description = 'check just this property, without the tolerance table (repeatable)';
  return new Option('--property <name>', description).argParser(collected);
}

/** What bounds a check, and how many threads take part in it. */
export function boundFlags(command: Command): Command {
  return command
    .option('--max-states <n>', 'stop after so many distinct states', wholeNumber(1))
    .option('--max-depth <n>', 'stop at this many states on a path', wholeNumber(1))
    .option('--timeout <seconds>', 'stop after so many seconds', positiveNumber)
    .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1))
    .option('--workers <n>', 'threads that explore', wholeNumber(1));
}

/** `--with FILE`, repeatable. */
export function withFlag(): Option {
  const description = 'a result document of another verb about the model (repeatable)';
  return new Option('--with <file>', description).argParser(collected);
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function numberOr<T>(value: unknown, otherwise: T): number | T {
  return typeof value === 'number' ? value : otherwise;
}

/** The seed that was given, or one drawn by chance: a whole number from 0 to 2^31 - 1. */
export async function seedOr(given: unknown): Promise<number> {
  if (typeof given === 'number') return given;
  // Takes Node long to load, and most commands do without it.
  const { randomInt } = await import('node:crypto');
  return randomInt(2 ** 31);
}

/**
 * The texts of `--set k=v` by name; the last one counts.
 * @throws ReconvergeError RCV501 when one of them is no `k=v`
 */
export function setParameters(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1)];
    throw new ReconvergeError('RCV501', `'--set ${text}' is no assignment`, {
      hint: 'write --set name=value, for example --set crashes=2',
    });
  });
  return Object.fromEntries(pairs);
}

/** @throws ReconvergeError RCV505 for flags of the contract that this version does not have yet */
export function refuseUnavailable(
  options: Readonly<Record<string, unknown>>,
  flags: readonly string[],
): void {
  const asked = flags.find((flag) => options[flag] !== undefined);
  if (asked === undefined) return;
  throw new ReconvergeError('RCV505', `--${asked} is not available in this version`, {
    hint: `leave --${asked} out`,
  });
}

/** @throws ReconvergeError RCV502 for flags that mean something only beside another one */
export function refuseWithout(
  needed: string,
  options: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, string>>,
): void {
  if (options[needed] !== undefined) return;
  const [, flag] = Object.entries(flags).find(([name]) => options[name] !== undefined) ?? [];
  if (flag === undefined) return;
  throw new ReconvergeError('RCV502', `${flag} goes with --${needed}`, {
    hint: `add --${needed}, or leave ${flag} out`,
  });
}
