import type { Entry } from './front-page.ts';

/** What XML 1.0 cannot hold, escaped or not; a surrogate alone is no character. */
const UNSPEAKABLE = /(?![\t\n\r])\p{Control}|[\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

const attribute = ([name, value]: readonly [string, string | number]): string =>
  ` ${name}="${String(value)
    .replaceAll(UNSPEAKABLE, '\uFFFD')
    .replaceAll(/[&<>"\t\n\r]/g, (found) => ENTITIES[found] as string)}"`;

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const head = `<${name}${Object.entries(attributes).map(attribute).join('')}`;
  if (children.length === 0) return `${head}/>`;
  const inner = children.join('\n').replaceAll(/^/gm, '  ');
  return `${head}>\n${inner}\n</${name}>`;
}

type Verdict = Entry['properties'][number];

const isViolated = ({ result }: Verdict): boolean => result === 'violated';

/** What is not decided is no success: nor is what holds of nothing. */
const isOpen = ({ result, vacuous }: Verdict): boolean =>
  result === 'unknown' || (result === 'holds' && vacuous);

const tally = (properties: readonly Verdict[]): Readonly<Record<string, number>> => ({
  tests: properties.length,
  failures: properties.filter(isViolated).length,
  errors: properties.filter(isOpen).length,
});

function testcase(property: Verdict, { name: model }: Entry): string {
  const { name, kind, result, vacuous, assurance } = property;
  const message = result === 'holds' && vacuous ? 'holds of nothing: vacuous' : assurance;
  const outcome = isViolated(property) ? 'failure' : isOpen(property) ? 'error' : null;
  const children = outcome === null ? [] : [element(outcome, { message, type: kind })];
  return element('testcase', { classname: model, name }, children);
}

function suite(entry: Entry): string {
  const { name, hash, parameters, states, transitions, properties } = entry;
  const facts = Object.entries({ hash, ...parameters, states, transitions })
    .filter((pair): pair is [string, string | number] => pair[1] !== null)
    .map(([key, value]) => element('property', { name: key, value }));
  return element('testsuite', { name, ...tally(properties) }, [
    element('properties', {}, facts),
    ...properties.map((property) => testcase(property, entry)),
  ]);
}

/**
 * The dossier as JUnit XML, which build servers read: a suite for each model, a test for each of
 * its properties. A violated property is a failure; one that is unknown or vacuous is an error.
 */
export function junitText(entries: readonly Entry[]): string {
  const all = tally(entries.flatMap(({ properties }) => properties));
  const root = element('testsuites', { name: 'reconverge', ...all }, entries.map(suite));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}
