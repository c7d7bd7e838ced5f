import { sequenceDiagram } from '../../export/sequence.ts';
import type { PropertyReport, Report, Trace } from '../../model/verdict.ts';
import { commandText } from '../command.ts';
import type { ModelIdentity } from '../document.ts';
import { counted } from '../lines.ts';
import { shortJson } from '../shorten.ts';
import { statementOf } from './statement.ts';
import {
  assuranceOf,
  fenced,
  firedFaults,
  pageText,
  parametersText,
  propertyOf,
  signOf,
  sizeText,
  table,
  type Dossier,
  type Variant,
} from './dossier.ts';

/** `19 steps, 2 faults: worker.crash, charge.late`. */
export function traceText({ steps, loop }: Trace): string {
  const faults = steps.flatMap(({ fault }) => (fault === null ? [] : [fault.name]));
  const round = loop === null ? '' : `, the last ${steps.length - loop} for ever`;
  const fired =
    faults.length === 0 ? '' : ` (${counted(faults.length, 'fault')}: ${faults.join(', ')})`;
  return `${counted(steps.length, 'step')}${round}${fired}`;
}

function computed({ values }: PropertyReport): readonly (readonly string[])[] {
  const shown = Object.entries(values).filter(([, value]) => value !== null);
  return shown.map(([name, value]) => [name, shortJson(value)]);
}

/** What the documents of other verbs say of the property. */
function evidence(property: PropertyReport, { others, model }: Dossier): readonly string[] {
  return others.flatMap((report) => {
    const found = told(property, report);
    return found === null ? [] : [`- ${found}${aboutAnother(report, model)}`];
  });
}

/** That a document is about other parameters, or about the model as it was. */
function aboutAnother({ model }: Report, { parameters, hash }: ModelIdentity): string {
  if (model === null) return '';
  const isSame = JSON.stringify(model.parameters) === JSON.stringify(parameters);
  if (!isSame) return ` With ${parametersText(model)}.`;
  return model.hash === hash ? '' : ' **Stale: the model has changed since.**';
}

function told({ name }: PropertyReport, report: Report): string | null {
  const { verb, properties, conformance } = report;
  if (verb === 'mutate') {
    const killed = properties.filter(({ values }) => [values['killedBy']].flat().includes(name));
    if (killed.length === 0) return null;
    const names = killed.map((mutant) => `\`${mutant.name}\``).join(', ');
    return `**Mutants**: it notices ${counted(killed.length, 'mutant')} of the machines: ${names}.`;
  }
  if (conformance !== null) {
    const { postgres, tier, points, divergences } = conformance;
    if (properties.some(({ kind }) => kind === 'history'))
      return `**Recorded**: ${points.covered} of ${counted(points.total, 'row')} of histories are of the model.`;
    const differ =
      divergences.length === 0 ? 'none differs' : counted(divergences.length, 'divergence');
    return `**Observed** on PostgreSQL ${postgres}, tier ${tier}: ${points.covered} of ${points.total} fault points, ${differ}.`;
  }
  const found = propertyOf(report, name);
  return found === null ? null : `**${verb}**: ${signOf(found.result)}.`;
}

function broken(name: string, { asked, variants, given }: Dossier): readonly string[] {
  const caught = variants.flatMap((variant): readonly [Variant, Trace | null][] => {
    const found = propertyOf(variant.report, name);
    return found?.result === 'violated' ? [[variant, found.trace]] : [];
  });
  if (caught.length === 0) return [];
  const lines = caught.flatMap(([{ parameter, value }, trace]) => {
    const set = { ...given, [parameter]: value };
    const command = commandText('check', asked, set, [['--property', name]]);
    const shown = trace === null ? [] : fenced('mermaid', sequenceDiagram(trace));
    const length = trace === null ? '' : `: ${traceText(trace)}`;
    return ['', `### ${parameter}=${value}${length}`, '', `\`${command}\``, '', ...shown];
  });
  return [
    '',
    '## Variants that break it',
    '',
    'Each shown by a shortest counterexample.',
    ...lines,
  ];
}

/** The page about one property of a model. */
export function propertyPage(dossier: Dossier, property: PropertyReport): string {
  const { asked, model, main, assumptions, given } = dossier;
  const { logic, words, spec } = statementOf(property);
  const command = commandText('check', asked, given, [['--property', property.name]]);
  const fired = firedFaults(dossier).map(({ name }) => name);
  const facts = [
    ['Result', signOf(property.result)],
    ['Assurance', assuranceOf(property, main)],
    ['Parameters', parametersText(model)],
    ['Span', sizeText(main)],
    ['Faults that happen', fired.length === 0 ? 'none' : fired.join(', ')],
    ['Assumptions', assumptions.length === 0 ? 'none' : assumptions.join('; ')],
    ...(property.vacuous ? [['Vacuous', 'yes: what it is about never happened']] : []),
    ...computed(property),
    ['Model hash', `\`${model.hash}\``],
    ['Again', `\`${command}\``],
  ];
  const { trace } = property;
  const shown =
    trace === null
      ? []
      : [
          '',
          property.result === 'violated' ? '## Counterexample' : '## Witness',
          '',
          `${traceText(trace)}.`,
          '',
          ...fenced('mermaid', sequenceDiagram(trace)),
        ];
  const beside = evidence(property, dossier);
  return pageText([
    `# ${model.name}: ${property.name}`,
    '',
    `*${property.kind}*: ${words} (\`${logic}\`, spec ${spec}).`,
    '',
    ...table(['', ''], facts),
    ...(beside.length === 0 ? [] : ['', '## Other evidence', '', ...beside]),
    ...shown,
    ...broken(property.name, dossier),
  ]);
}
