/** The part of JSON Schema (2020-12) that our schemas use; another keyword is an error. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (given: never, value: unknown, at: Place) => readonly string[];

interface Place {
  readonly root: Schema;
  readonly path: string;
  readonly schema: Schema;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isFields,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  null: (value) => value === null,
};

const says = (isRight: boolean, path: string, what: string): readonly string[] =>
  isRight ? [] : [`${path}: ${what}`];

function judgeFields(value: unknown, { root, path, schema }: Place): readonly string[] {
  if (!isFields(value)) return [];
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as Record<string, Schema>);
  return Object.entries(value).flatMap(([key, field]) => {
    const own = Object.hasOwn(properties, key) ? [properties[key] as Schema] : [];
    const fitting = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key));
    const schemas = [...own, ...fitting.map(([, one]) => one)];
    const isAllowed = schemas.length > 0 || schema['additionalProperties'] !== false;
    const at = `${path}.${key}`;
    return [
      ...says(isAllowed, at, 'not allowed'),
      ...schemas.flatMap((one) => wrongWith(field, one, root, at)),
    ];
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  type: (type: string, value, { path }) => says(TYPES[type]?.(value) === true, path, `no ${type}`),
  required: (keys: readonly string[], value, { path }) =>
    isFields(value) ? keys.flatMap((key) => says(key in value, path, `no ${key}`)) : [],
  properties: (_given: unknown, value, place) => judgeFields(value, place),
  patternProperties: (_given: unknown, value, place) =>
    place.schema['properties'] === undefined ? judgeFields(value, place) : [],
  items: (schema: Schema, value, { root, path }) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => wrongWith(one, schema, root, `${path}[${index}]`))
      : [],
  minItems: (least: number, value, { path }) =>
    says(!Array.isArray(value) || value.length >= least, path, 'too few'),
  maxItems: (most: number, value, { path }) =>
    says(!Array.isArray(value) || value.length <= most, path, 'too many'),
  minimum: (least: number, value, { path }) =>
    says(typeof value !== 'number' || value >= least, path, 'too small'),
  maximum: (most: number, value, { path }) =>
    says(typeof value !== 'number' || value <= most, path, 'too large'),
  minProperties: (least: number, value, { path }) =>
    says(!isFields(value) || Object.keys(value).length >= least, path, 'too few'),
  pattern: (text: string, value, { path }) =>
    says(typeof value !== 'string' || new RegExp(text, 'u').test(value), path, 'another pattern'),
  anyOf: (schemas: readonly Schema[], value, { root, path }) =>
    says(
      schemas.some((one) => wrongWith(value, one, root, path).length === 0),
      path,
      `none of ${schemas.length}: ${JSON.stringify(value)}`,
    ),
  $ref: (ref: string, value, { root, path }) => {
    const [, name = ''] = /^#\/\$defs\/(\w+)$/.exec(ref) ?? [];
    const found = (root['$defs'] as Readonly<Record<string, Schema>>)[name];
    if (found === undefined) throw new Error(`nothing at ${ref}`);
    return wrongWith(value, found, root, path);
  },
};
const SILENT = new Set(['$schema', '$defs', 'title', 'description', 'additionalProperties']);

/** What is wrong with a value by a schema, each with its place; empty: nothing. */
export function wrongWith(
  value: unknown,
  schema: Schema,
  root = schema,
  path = '$',
): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, given]) => {
    if (SILENT.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`keyword ${keyword} is not known here`);
    return check(given as never, value, { root, path, schema });
  });
}
