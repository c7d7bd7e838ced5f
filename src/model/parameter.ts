import { ReconvergeError } from './error.ts';

/** A whole number between `min` and `max`, both included. */
export interface IntegerParameter {
  readonly type: 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** One of `values`; the first is the default. */
export interface ChoiceParameter<V extends string = string> {
  readonly type: 'choice';
  readonly default: V;
  readonly values: readonly V[];
}

/** What `--set name=value` may be given for one name. */
export type Parameter = IntegerParameter | ChoiceParameter;

/** The parameters of a model, by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** A value for each parameter: one of a choice, or a whole number. */
export type ParameterValues<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends ChoiceParameter<infer V> ? V : number;
};

/** A whole number from `min` to `max`, both included. */
export function integer(range: { default: number; min: number; max: number }): IntegerParameter {
  return { type: 'integer', ...range };
}

/** One of several texts; the first is the default. */
export function choice<const V extends string>(values: readonly [V, ...V[]]): ChoiceParameter<V> {
  return { type: 'choice', default: values[0], values };
}

function listed(parameters: Parameters): string {
  const lines = Object.entries(parameters).map(([name, parameter]) =>
    parameter.type === 'integer'
      ? `${name}=${parameter.min}..${parameter.max}`
      : `${name}=${parameter.values.join('|')}`,
  );
  return lines.length === 0 ? 'this model has no parameters' : `parameters: ${lines.join(', ')}`;
}

function parsed(name: string, parameter: Parameter, text: string, hint: string): string | number {
  if (parameter.type === 'choice') {
    if (parameter.values.includes(text)) return text;
    throw new ReconvergeError('RCV103', `parameter '${name}' cannot be '${text}'`, { hint });
  }
  const value = Number(text);
  const whole = /^-?\d+$/.test(text.trim());
  if (whole && value >= parameter.min && value <= parameter.max) return value;
  throw new ReconvergeError(
    'RCV103',
    `parameter '${name}' must be a whole number from ${parameter.min} to ${parameter.max}, not '${text}'`,
    { hint },
  );
}

/**
 * The values of a model's parameters: the defaults, overridden by `given` (texts, as typed by a
 * person).
 * @throws ReconvergeError RCV102 for an unknown name, RCV103 for a value outside the range
 */
export function parameterValues(
  parameters: Parameters,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string | number>> {
  const hint = listed(parameters);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) {
      throw new ReconvergeError('RCV102', `this model has no parameter '${name}'`, { hint });
    }
  }
  const values: Record<string, string | number> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = given[name];
    values[name] = text === undefined ? parameter.default : parsed(name, parameter, text, hint);
  }
  return values;
}
