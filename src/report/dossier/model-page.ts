import { commandText } from '../command.ts';
import { plain } from '../paint.ts';
import { toleranceLines } from '../tolerance.ts';
import {
  domainOf,
  fenced,
  pageText,
  propertyOf,
  signOf,
  sizeText,
  slugOf,
  table,
  type Dossier,
  type Variant,
} from './dossier.ts';
import { traceText } from './property-page.ts';

/** Columns of the tolerance table on a page. */
const WIDTH = 110;

function parameterRows({ parameters }: Dossier): readonly string[] {
  const rows = Object.entries(parameters).map(([name, parameter]) => [
    `\`${name}\``,
    domainOf(parameter),
    `\`${parameter.default}\``,
  ]);
  return rows.length === 0
    ? []
    : ['', '## Parameters', '', ...table(['name', 'values', 'default'], rows)];
}

function propertyRows({ main }: Dossier): readonly string[] {
  const rows = main.properties.map(({ name, kind, result, trace, vacuous }) => [
    `[${name}](${slugOf(name)}.md)`,
    kind,
    `${signOf(result)}${vacuous ? ' (vacuous)' : ''}`,
    trace === null ? '' : traceText(trace),
  ]);
  return ['', '## Properties', '', ...table(['property', 'kind', 'result', 'trace'], rows)];
}

function variantRow({ parameter, value, report }: Variant): readonly string[] {
  const failing = report.properties.filter(({ result }) => result === 'violated');
  const shown = failing.map(({ name, trace, failure }) => {
    const length = trace === null ? '' : `, ${traceText(trace)}`;
    return `${name} (${failure ?? 'state'}${length})`;
  });
  const by = shown.length === 0 ? signOf(report.result) : shown.join('; ');
  return [`\`${parameter}=${value}\``, sizeText(report), by];
}

function variantRows({ variants }: Dossier): readonly string[] {
  if (variants.length === 0) return [];
  const head = ['variant', 'span', 'violated'];
  return ['', '## Variants', '', ...table(head, variants.map(variantRow))];
}

function chartLines({ charts }: Dossier): readonly string[] {
  const drawn = charts.flatMap(({ actors, diagram }) => [
    '',
    `### ${actors.join(', ')}`,
    '',
    ...fenced('mermaid', diagram),
  ]);
  return ['', '## Machines', ...drawn];
}

function mutationLine({ others }: Dossier): readonly string[] {
  return others.flatMap(({ verb, properties }) => {
    if (verb !== 'mutate') return [];
    const killed = properties.filter(({ values }) => values['killedBy'] !== undefined);
    const left = properties.filter(({ result }) => result === 'violated');
    return ['', `Mutants: ${killed.length} noticed by a property, ${left.length} not.`];
  });
}

/** The front page of one model. */
export function modelPage(dossier: Dossier): string {
  const { asked, model, about, main, assumptions, given } = dossier;
  const tolerance = toleranceLines(main.tolerance, { width: WIDTH, paint: plain }).slice(2);
  const again = commandText('check', asked, given);
  return pageText([
    `# ${model.name}`,
    '',
    ...(about === null ? [] : [about, '']),
    `**${signOf(main.result)}** with its defaults: ${sizeText(main)}. \`${again}\``,
    '',
    assumptions.length === 0 ? '' : `Assuming ${assumptions.join('; ')}.`,
    ...propertyRows(dossier),
    ...mutationLine(dossier),
    ...(tolerance.length === 0
      ? []
      : [
          '',
          '## Tolerance, and up to how many of each fault',
          '',
          ...fenced('text', tolerance.join('\n')),
        ]),
    ...variantRows(dossier),
    ...parameterRows(dossier),
    ...chartLines(dossier),
    '',
    `Model hash \`${model.hash}\`.`,
  ]);
}

/** Whether some property of a variant tells it from the model as it is by default. */
export function isCaught({ report }: Variant, { main }: Dossier): boolean {
  return report.properties.some(
    ({ name, result }) => result !== (propertyOf(main, name)?.result ?? result),
  );
}
