import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What is loaded together becomes one file: a small check is over before Node has found and read a
 * hundred. Of what a file exports only what is used is loaded, so that a model that imports the
 * front door pays for no random walks. The declarations beside all this are the compiler's.
 */
const typescriptIn = (folder) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.slice(0, -'.ts'.length)}`);

const entries = [
  'src/index',
  'src/executor',
  'src/vitest/index',
  ...['main', 'worker', 'executor-worker', 'start'].map((name) => `src/cli/${name}`),
  ...typescriptIn('models'),
  ...typescriptIn('models/regressions'),
  ...typescriptIn('properties'),
];

/** What is needed at once, and what is always needed together. */
const first =
  /src\/(model\/error|cli\/(thread|thread-ahead|limits|exit-code|library|close-names))\.ts$/;
/** What reports are written with, and whatever else the command line and the engine share. */
const pages =
  /src\/(report\/(?!hash)|export\/(chart|exchange|sequence|statechart)|explore\/exploration|generate\/suite\/coverage|model\/failure)\b/;
const engine = /src\/(model|machine|explore|check|report|cli\/(check-task|.+-model|import-file))\b/;
const groups = [
  { name: 'first', test: first },
  { name: 'pages', test: pages },
  { name: 'engine', test: engine },
  { name: 'orchestration', test: /src\/build\// },
  { name: 'xstate', test: /node_modules\/xstate\/dist\/(?!xstate-(dev|graph))/ },
  {
    name: 'program',
    test: /node_modules\/commander\/|src\/cli\/(program|verb|isolated|check|check-progress|flags)\.ts$/,
  },
];

/** The explorer's page, which is built for browsers, by itself. */
const PAGE = 'src/explorer/page';

/** What an earlier build left behind would be loaded as if it were of this one. */
const nothingStale = {
  name: 'nothing-stale',
  writeBundle(_options, bundle) {
    for (const folder of ['src', 'models', 'properties']) {
      for (const file of readdirSync(`dist/${folder}`, { recursive: true })) {
        const path = `${folder}/${file}`;
        if (!/\.js(\.map)?$/.test(path) || path.startsWith(PAGE)) continue;
        if (!(path in bundle)) rmSync(`dist/${path}`);
      }
    }
  },
};

/** What the page consists of besides its program: its own text, and one sheet of all styles. */
const besides = {
  name: 'besides',
  writeBundle() {
    const styles = readdirSync(`${PAGE}/styles`).toSorted();
    const sheet = styles.map((file) => readFileSync(`${PAGE}/styles/${file}`, 'utf8'));
    writeFileSync(`dist/${PAGE}/page.css`, sheet.join('\n'));
    copyFileSync(`${PAGE}/index.html`, `dist/${PAGE}/index.html`);
  },
};

const page = {
  input: { page: `${PAGE}/main.ts` },
  platform: 'browser',
  plugins: [besides],
  output: { dir: `dist/${PAGE}`, format: 'esm', entryFileNames: '[name].js', comments: false },
};

const program = {
  input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
  platform: 'node',
  plugins: [nothingStale],
  // Nothing of ours does anything by being imported.
  treeshake: { moduleSideEffects: false },
  external: ['fast-check', 'jiti', 'pg', 'vitest'],
  resolve: { alias: { reconverge: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    // Beside the entries of the command line, so that places relative to a file stay right.
    chunkFileNames: 'src/cli/chunk-[name].js',
    comments: false,
    codeSplitting: { groups },
  },
};

export default [program, page];
