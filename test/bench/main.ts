import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Case } from './case.ts';
import { ALL, QUICK } from './cases.ts';
import { curvePicture, machineLines, page, type Outcome } from './document.ts';
import { measure, type Entry, type Pace } from './rounds.ts';
import { short, timeRatios } from './table.ts';
import { findTools, missing, TOOLS, versions } from './tools.ts';
import { Workshop } from './workshop.ts';

/** Built, this file lies in `dist/test/bench/`. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const PLACES = {
  main: join(root, 'dist/src/cli/main.js'),
  programs: fileURLToPath(new URL('./', import.meta.url)),
  sources: join(root, 'test/bench'),
};

const HELP = `npm run bench -- [options]

Measures Reconverge and its peers and writes docs/benchmarks.md. Peers are found on the PATH (spin,
rumur, gcc, GNU time) and by TLC_JAR and STATERIGHT_BIN; what is missing is named and left out.

  --only <regexp>   just the questions whose name matches; writes no page
  --repeat <n>      runs of each (default 3)
  --quick           small sizes, one run; writes no page
  --timeout <s>     of one run (default 180)
  --out <folder>    write the page there, whatever was measured
  --list            name the questions and stop
`;

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      repeat: { type: 'string' },
      quick: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '180' },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, quick, out } = values;
  const repetitions = Number(values.repeat ?? (quick ? 1 : 3));
  const timeoutSeconds = Number(values.timeout);
  if (!(repetitions >= 1) || !(timeoutSeconds > 0)) {
    throw new Error('--repeat and --timeout take numbers above 0');
  }
  const chosen = (quick ? QUICK : ALL).filter(({ name }) => new RegExp(only ?? '').test(name));
  const isWhole = only === undefined && !quick;
  const pace: Pace = { repetitions, timeoutSeconds, spendSeconds: 30 };
  return { ...values, chosen, pace, folder: out ?? (isWhole ? join(root, 'docs') : null) };
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

function sayEntry({ tool, variant, ending, note, medianSeconds, peakBytes, seconds }: Entry): void {
  if (ending === 'missing') return;
  const memory = peakBytes === null ? '' : `, ${short(peakBytes / 2 ** 20)} MiB`;
  const measured = `${short(medianSeconds ?? 0)} s${memory}, ${seconds.length} runs`;
  say(`  ${tool} (${variant}): ${ending === 'measured' ? measured : `${ending}: ${note}`}`);
}

/** Sizes of the curve behind one that was too large are not tried. */
async function measureAll(
  chosen: readonly Case[],
  perCase: (one: Case) => Promise<readonly Entry[]>,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let tooLarge = Infinity;
  for (const one of chosen) {
    say(`${one.name}  ${one.states.toLocaleString('en-US')} states`);
    if (one.isOnCurve && one.states > tooLarge) {
      say('  not tried: a smaller size was over the limit');
      continue;
    }
    const measured = await perCase(one);
    const own = measured.find(({ tool }) => tool === 'Reconverge');
    if (one.isOnCurve && own?.ending === 'limit') tooLarge = Math.min(tooLarge, one.states);
    for (const entry of measured) sayEntry(entry);
    entries.push(...measured);
  }
  return entries;
}

function write(folder: string, outcome: Outcome): void {
  const { entries, machine, absent, pace } = outcome;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'benchmarks.md'), page(outcome));
  writeFileSync(join(folder, 'benchmarks.svg'), curvePicture(outcome));
  const data = { machine, absent, pace, entries };
  writeFileSync(join(folder, 'benchmarks.json'), `${JSON.stringify(data, null, 2)}\n`);
}

async function bench(): Promise<number> {
  const { chosen, pace, folder, list, help } = options();
  if (help || list) {
    process.stdout.write(help ? HELP : `${chosen.map(({ name }) => name).join('\n')}\n`);
    return 0;
  }
  if (chosen.length === 0) throw new Error('no question has such a name; --list names them');
  const box = findTools();
  const absent = TOOLS.flatMap((tool) => {
    const lack = missing(tool, box);
    return lack === null ? [] : [`${tool} (${lack})`];
  });
  const machine = machineLines(versions(box));
  const workshop = new Workshop(box, PLACES.sources);
  process.once('exit', () => workshop.close());
  for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => process.exit(code));
  }
  if (!workshop.stopwatch.measuresUsage) {
    absent.push('peak memory and CPU time (not found: GNU time)');
  }
  for (const line of absent) say(`left out: ${line}`);
  for (const line of machine) say(line);
  const entries = await measureAll(chosen, (one) => measure(one, workshop, PLACES, box, pace));
  const outcome = { cases: chosen, entries, machine, absent, pace };
  process.stdout.write(`${timeRatios(chosen, entries)}\n`);
  const wrong = entries.filter(({ ending }) => ending === 'wrong');
  for (const { case: name, tool, note } of wrong) say(`WRONG ${name}, ${tool}: ${note}`);
  if (wrong.length > 0) return 1;
  if (folder !== null) write(folder, outcome);
  return 0;
}

try {
  process.exitCode = await bench();
} catch (thrown) {
  say(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 2;
}
