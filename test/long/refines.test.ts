import { expect, it } from 'vitest';
import { compareWords } from '../unit/check/random-refinements.ts';

it.each(Array.from({ length: 10 }, (_, part) => 300 + 1000 * part))(
  'refines says what the words say, of 1,000 random pairs of machines from seed %i',
  (first) => {
    const broken = compareWords(first, 1000);
    expect(broken).toBeGreaterThan(150);
    expect(broken).toBeLessThan(850);
  },
);
