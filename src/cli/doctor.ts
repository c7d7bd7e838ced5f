import { availableParallelism, totalmem } from 'node:os';
import { isSupportedNode, supportedNodes } from './package.ts';
import type { Json, PropertyReport } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { aligned, mebibytes } from '../report/lines.ts';
import { shortJson } from '../report/shorten.ts';
import { availableBytes, defaultMemoryBytes } from './limits.ts';
import { outcomeOf, type Outcome, type Page, type Verb } from './verb.ts';

/** One thing that was looked at. `result` is `violated` only where nothing works without it. */
function finding(
  name: string,
  values: { readonly [name: string]: Json },
  more: Partial<PropertyReport> = {},
): PropertyReport {
  const found = { result: 'holds', failure: null, vacuous: false, because: null } as const;
  return { name, kind: 'machine', ...found, values, trace: null, replay: null, ...more };
}

function nodeFinding(): PropertyReport {
  const { version } = process;
  const isSupported = isSupportedNode(version);
  if (isSupported) return finding('node', { version });
  const because = `this Node is not supported: install one of ${supportedNodes()}`;
  return finding('node', { version }, { result: 'violated', because });
}

async function postgresFinding(): Promise<PropertyReport> {
  const { findNative } = await import('../postgres/server/binaries.ts');
  const majors: number[] = [];
  const hints: string[] = [];
  for (const major of [18, 17, 16] as const) {
    try {
      findNative(major);
      majors.push(major);
    } catch (thrown) {
      const hint = (thrown as { readonly hint?: unknown }).hint;
      if (typeof hint === 'string') hints.push(hint);
    }
  }
  const because = hints.length === 0 ? null : `more with: ${hints.join('; or ')}`;
  return finding('postgres', { available: majors.length > 0, majors }, { because });
}

/**
 * Which kinds of evidence can be had here: T1 a real server with process and network faults, T2
 * replication and failover, T3 power cuts.
 */
function tiersFinding(hasPostgres: boolean): PropertyReport {
  const because = hasPostgres ? 'this version gives evidence of tier T1' : 'T1 needs PostgreSQL';
  return finding('tiers', { T1: hasPostgres, T2: false, T3: false }, { because });
}

function memoryFinding(): PropertyReport {
  return finding('memory', {
    totalBytes: totalmem(),
    availableBytes: availableBytes(),
    defaultLimitBytes: defaultMemoryBytes(),
  });
}

function shown(name: string, value: Json): string {
  if (name.endsWith('Bytes'))
    return `${name.slice(0, -'Bytes'.length)} ${mebibytes(Number(value))}`;
  if (typeof value === 'boolean') return `${name} ${value ? 'yes' : 'no'}`;
  return `${name} ${shortJson(value)}`;
}

const SIGN = { holds: '✓', violated: '✗', unknown: '?' } as const;
const LOOK = { holds: 'good', violated: 'bad', unknown: 'doubtful' } as const;

function textOf(findings: readonly PropertyReport[], { paint }: Page): string {
  const rows = aligned(findings.map(({ name }) => [name, '']));
  const lines = findings.flatMap(({ result, values, because }, index) => {
    const text = Object.entries(values)
      .map(([name, value]) => shown(name, value))
      .join(', ');
    const head = `${paint(LOOK[result], SIGN[result])} ${rows[index]?.[0] ?? ''}  ${text}`;
    return because === null ? [head] : [head, `    ${because}`];
  });
  return `${lines.join('\n')}\n`;
}

async function perform(): Promise<Outcome> {
  const postgres = await postgresFinding();
  const properties = [
    nodeFinding(),
    finding('platform', { platform: process.platform, architecture: process.arch }),
    postgres,
    tiersFinding(postgres.values['available'] === true),
    finding('workers', { cores: availableParallelism() }),
    memoryFinding(),
  ];
  const isUsable = properties.every(({ result }) => result === 'holds');
  const report = documentOf({
    verb: 'doctor',
    result: isUsable ? 'holds' : 'violated',
    properties,
  });
  return outcomeOf(report, (page) => textOf(properties, page));
}

/** `reconverge doctor`: what this machine can do. */
export const doctorVerb: Verb = {
  name: 'doctor',
  summary: 'say what this machine can do',
  examples: ['npx reconverge doctor', 'npx reconverge doctor --json'],
  takesModel: false,
  declare: () => {},
  perform,
};
