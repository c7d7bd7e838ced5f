import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Model } from '../model/define.ts';
import { evaluate } from '../machine/purity.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import { importFile } from './import-file.ts';
import { isPath, libraryUrl } from './library.ts';

function fileOf(path: string): string {
  const file = resolve(path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true) return file;
  throw new ReconvergeError('RCV104', `there is no file '${path}'`, {
    at: file,
    hint: 'give a path to a .ts or .js file, or the name of a model of the library',
  });
}

function isModel(value: unknown): value is Model {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'reconverge/model';
}

function whatIs(exported: Readonly<Record<string, unknown>>): string {
  const value = exported['default'];
  if (value !== undefined)
    return `its default export is ${value === null ? 'null' : `of type ${typeof value}`}`;
  const names = Object.keys(exported);
  return names.length === 0 ? 'it exports nothing' : `it exports only ${names.join(', ')}`;
}

/**
 * The model of that name in the library, or in the file at that path.
 * @throws ReconvergeError RCV101 unknown name, RCV104 no such file, RCV105 it does not compile,
 *   RCV106 it throws while loading, RCV107 its default export is no model
 */
export async function loadModel(model: string): Promise<Model> {
  const exported = isPath(model)
    ? await importFile(fileOf(model), model, (found) => isModel(found['default']))
    : ((await import(libraryUrl(model).href)) as Readonly<Record<string, unknown>>);
  const { default: loaded } = exported;
  if (isModel(loaded)) return loaded;
  throw new ReconvergeError('RCV107', `'${model}' does not export a model: ${whatIs(exported)}`, {
    at: model,
    hint: "export default defineModel({ … }), with defineModel imported from 'reconverge'",
  });
}

function isSystem(value: unknown): value is System {
  return typeof value === 'object' && value !== null && 'parts' in value && 'tolerance' in value;
}

/**
 * The system of a model for these parameters; clock and chance are trapped meanwhile.
 * @throws ReconvergeError RCV108 when `build` returns no system, RCV210 to RCV213 for what it does
 *   wrong
 */
export function buildSystem(
  model: Model,
  values: Readonly<Record<string, string | number>>,
): System {
  const at = `${model.name}: build`;
  const built: unknown = evaluate(at, () => model.build(values));
  if (isSystem(built)) return built;
  throw new ReconvergeError('RCV108', 'the model cannot be built: build returns no system', {
    at,
    hint: 'build: (parameters) => actors({ … }).faultTolerant({ … })',
  });
}
