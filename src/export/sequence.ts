import type { Trace } from '../model/verdict.ts';
import { actorsOf, exchangesOf, placesOf, type Exchange } from './exchange.ts';

/** Mermaid reads these as its own. */
const escaped = (text: string): string =>
  text.replaceAll('#', '#35;').replaceAll(';', '#59;').replaceAll('\n', ' ');

const ARROWS = {
  call: '->>',
  answer: '-->>',
  refusal: '--x',
  message: '-)',
  step: '->>',
} as const;

/** A behaviour as a sequence diagram, in the text that Mermaid draws. */
export function sequenceDiagram(trace: Trace): string {
  const { initial, steps, loop } = trace;
  const actors = actorsOf(initial);
  const alias = (actor: string): string => `A${actors.indexOf(actor)}`;
  const drawn = ({ is, from, to, text }: Exchange): string =>
    is === 'place'
      ? `  Note over ${alias(from)}: ${escaped(text)}`
      : `  ${alias(from)}${ARROWS[is]}${alias(to)}: ${escaped(text)}`;
  const lines = ['sequenceDiagram', '  autonumber'];
  for (const actor of actors) lines.push(`  participant ${alias(actor)} as ${escaped(actor)}`);
  lines.push(...placesOf(trace).map(drawn));
  let before = initial;
  for (const [index, step] of steps.entries()) {
    if (index === loop) lines.push('  loop for ever');
    const own = exchangesOf(before, step, actors).map(drawn);
    if (step.fault === null) lines.push(...own);
    else lines.push('  rect rgb(255, 230, 230)', ...own, '  end');
    before = step.state;
  }
  if (loop !== null) lines.push('  end');
  return `${lines.join('\n')}\n`;
}
