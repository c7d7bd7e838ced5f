import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What was built: `npm test` builds first. */
const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/** What is loaded with this file: files of ours, packages, and modules of Node. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export)\b[^;]*?"([^"]+)";$/gm)) {
    if (specifier.startsWith('.')) loadedWith(join(dirname(file), specifier), found);
    else found.add(specifier);
  }
  return found;
}

const foreign = (loaded: ReadonlySet<string>): readonly string[] =>
  [...loaded].filter((one) => !one.startsWith(dist) && !one.startsWith('node:'));
const ours = (loaded: ReadonlySet<string>): number =>
  [...loaded].filter((one) => one.startsWith(dist)).length;

const models = readdirSync(join(dist, 'models')).filter((file) => file.endsWith('.js'));

test.each<readonly [file: string, filesMax: number]>([
  ['src/cli/main.js', 2],
  ['src/cli/chunk-command-line.js', 4],
  ['src/cli/worker.js', 4],
  // The two encodings of the reference share what they say of it; steps come with their builder.
  ...models.map((file) => [`models/${file}`, /^(reference|order-by)-/.test(file) ? 6 : 5] as const),
])('%s is loaded with few files and no packages', (file, filesMax) => {
  const loaded = loadedWith(join(dist, file));
  expect(foreign(loaded)).toEqual([]);
  expect(ours(loaded)).toBeLessThanOrEqual(filesMax);
});

const engine = join(dist, 'src/cli/chunk-engine.js');

test('the front door has the same classes as the thread in which models run', () => {
  const [door, worker] = ['src/index.js', 'src/cli/worker.js'].map((file) =>
    loadedWith(join(dist, file)),
  );
  expect(door?.has(engine) && worker?.has(engine)).toBe(true);
});

test('the command line waits neither for the engine nor for what Node itself loads slowly', () => {
  const loaded = loadedWith(join(dist, 'src/cli/chunk-command-line.js'));
  expect(loaded.has(engine)).toBe(false);
  expect(loaded.has('node:crypto')).toBe(false);
});
