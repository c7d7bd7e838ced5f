import { check, type CheckOptions } from '../check/check.ts';
import { toleranceOf } from '../check/tolerance.ts';
import { faultPlan } from '../machine/fault.ts';
import { parameterValues, type Parameters } from '../model/parameter.ts';
import { commandText, givenParameters } from '../report/command.ts';
import { checkDocument } from '../report/document.ts';
import type { Dossier, Variant } from '../report/dossier/dossier.ts';
import { modelHash } from '../report/hash.ts';
import { chartsOf } from './charts.ts';
import { docstringOf } from './docstring.ts';
import { buildSystem, loadModel } from './load-model.ts';
import type { Asked } from './open-model.ts';
import type { Control, Task } from './protocol.ts';

/** A dossier as the worker thread is asked for it. */
export interface ReportRequest extends Asked {
  readonly statesMax: number | null;
  readonly memoryBytes: number;
}

export interface ReportProgress {
  /** `two-phase-commit bug=early-commit`: what is being checked. */
  readonly checking: string;
  readonly states: number;
}

/** What only the model itself can tell; documents of other verbs are added to it. */
export type ReportAnswer = Omit<Dossier, 'others'>;

/** Each choice other than the one that is made, by itself. */
function otherChoices(
  parameters: Parameters,
  values: { readonly [name: string]: string | number },
): readonly { readonly parameter: string; readonly value: string }[] {
  return Object.entries(parameters).flatMap(([parameter, domain]) =>
    domain.type === 'choice'
      ? domain.values
          .filter((value) => value !== values[parameter])
          .map((value) => ({ parameter, value }))
      : [],
  );
}

/** Loads the model, decides it and its variants, and draws its machines. */
export const reportTask: Task<ReportRequest, ReportAnswer, ReportProgress> = async (
  request,
  control,
) => {
  const { model: asked, set } = request;
  const model = await loadModel(asked);
  const { name, parameters } = model;
  const values = parameterValues(parameters, set);
  const decide = (chosen: typeof values, isTabled: boolean) => {
    const system = buildSystem(model, chosen);
    const given = givenParameters(parameters, chosen);
    const identity = { name, parameters: chosen, hash: modelHash(name, chosen, system) };
    const options = optionsFor(request, commandText('check', asked, given).slice(21), control);
    if (isTabled) control.started({ model: identity, given, properties: [] });
    const found = check(system, options);
    const isWhole = isTabled && found.completeness === 'exhaustive';
    const tolerance = isWhole ? toleranceOf(system, options, found).rows : [];
    const report = checkDocument(identity, { ...found, tolerance }, (property) =>
      commandText('check', asked, given, [['--property', property]]),
    );
    return { system, given, identity, report, assumptions: found.assumptions };
  };
  const main = decide(values, true);
  const variants = otherChoices(parameters, values).map(({ parameter, value }): Variant => ({
    parameter,
    value,
    report: decide({ ...values, [parameter]: value }, false).report,
  }));
  return {
    asked,
    model: main.identity,
    about: docstringOf(asked),
    parameters,
    given: main.given,
    main: main.report,
    assumptions: main.assumptions,
    variants,
    charts: chartsOf(main.system),
    faults: [...faultPlan(main.system.tolerance).faults.values()].map(({ fired }) => fired),
  };
};

function optionsFor(
  { memoryBytes, statesMax }: ReportRequest,
  checking: string,
  control: Control<ReportProgress>,
): CheckOptions {
  return {
    memoryBytes,
    ...(statesMax === null ? {} : { statesMax }),
    onProgress: ({ states }) => control.progress({ checking, states }),
    interrupted: control.interrupted,
  };
}
