import { describe, expect, it } from 'vitest';
import { dotGraph, type DrawnStep } from '../../../src/export/dot.ts';
import { readDot } from './dot-reader.ts';

const state = (...lines: readonly string[]) => ({ lines, isInitial: false });
const step = (from: number, to: number, text: string, label: DrawnStep['label'] = 'P') => ({
  from,
  to,
  label,
  text,
});

describe('a graph in the language of Graphviz', () => {
  it('can be read again, whatever is said in it', () => {
    const text = dotGraph({
      name: 'a "model" \\',
      states: [state('a "b" \\n', 'second'), state('{[->;=]}\nand more')],
      steps: [step(0, 1, 'say "x"'), step(1, 1, 'stay\\')],
    });
    expect(readDot(text)).toEqual({
      name: '"a \\"model\\" \\\\"',
      nodes: ['0', '1'],
      edges: [
        ['0', '1', '"say \\"x\\""'],
        ['1', '1', '"stay\\\\"'],
      ],
    });
  });

  it('has one arrow for steps of a kind between two states', () => {
    const steps = [step(0, 1, 'a'), step(0, 1, 'b'), step(0, 1, 'a'), step(0, 1, 'crash', 'F')];
    const text = dotGraph({ name: 'm', states: [state('s'), state('t')], steps });
    expect(readDot(text).edges).toEqual([
      ['0', '1', '"a\\lb\\l"'],
      ['0', '1', '"crash"'],
    ]);
    expect(text).toContain('style=dashed];\n');
  });
});
