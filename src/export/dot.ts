import type { Label } from '../model/verdict.ts';

/** A state as it is drawn. */
export interface DrawnState {
  readonly lines: readonly string[];
  readonly isInitial: boolean;
}

/** A step as it is drawn: states by their place in the list. */
export interface DrawnStep {
  readonly from: number;
  readonly to: number;
  readonly label: Label;
  readonly text: string;
}

export interface DrawnGraph {
  readonly name: string;
  readonly states: readonly DrawnState[];
  readonly steps: readonly DrawnStep[];
}

/** How a step looks, by its label: program, recovery, fault, environment. */
const LOOK: Readonly<Record<Label, string>> = {
  P: '',
  R: ', color="#1f6f43", fontcolor="#1f6f43"',
  F: ', color="#b3261e", fontcolor="#b3261e", style=dashed',
  E: ', color="#5f6368", fontcolor="#5f6368"',
};

const escaped = (text: string): string => text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', ' ');

/** A quoted text of DOT; more than one line, and each of them stands on the left. */
function quoted(lines: readonly string[]): string {
  if (lines.length === 1) return `"${escaped(lines[0] as string)}"`;
  return `"${lines.map((line) => `${escaped(line)}\\l`).join('')}"`;
}

/** Steps between the same states with the same label are one arrow. */
function arrows(steps: readonly DrawnStep[]): readonly string[] {
  const texts = new Map<string, { readonly step: DrawnStep; readonly said: string[] }>();
  for (const step of steps) {
    const key = `${step.from} ${step.to} ${step.label}`;
    const known = texts.get(key);
    if (known === undefined) texts.set(key, { step, said: [step.text] });
    else if (!known.said.includes(step.text)) known.said.push(step.text);
  }
  return [...texts.values()].map(
    ({ step: { from, to, label }, said }) =>
      `  ${from} -> ${to} [label=${quoted(said)}${LOOK[label]}];`,
  );
}

/** A graph of states in the language of Graphviz; initial states have a thick border. */
export function dotGraph({ name, states, steps }: DrawnGraph): string {
  const nodes = states.map(
    ({ lines, isInitial }, index) =>
      `  ${index} [label=${quoted(lines)}${isInitial ? ', penwidth=3' : ''}];`,
  );
  const lines = [
    `digraph ${quoted([name])} {`,
    '  node [shape=box, style=rounded, fontname="monospace", fontsize=10];',
    '  edge [fontname="monospace", fontsize=9];',
    ...nodes,
    ...arrows(steps),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
