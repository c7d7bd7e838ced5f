import { describe, expect, it } from 'vitest';
import { always, sometimes } from '../../../src/model/property.ts';
import type { AnyView } from '../../../src/model/system.ts';
import { wrongIn } from '../../../src/postgres/end.ts';

describe('the end of a workflow', () => {
  const isPaid = (end: AnyView): boolean => end['paid'] === true;
  const isShipped = (end: AnyView): boolean => end['shipped'] === true;
  const properties = {
    'paid if shipped': always(isPaid, { when: isShipped }),
    'can be shipped': sometimes(isShipped),
  };

  it('is asked for what holds always, where it is asked for', () => {
    expect(wrongIn({ properties }, { paid: true, shipped: true })).toBeNull();
    expect(wrongIn({ properties }, { paid: false, shipped: false })).toBeNull();
    expect(wrongIn({ properties }, { paid: false, shipped: true })).toBe(
      "'paid if shipped' is false",
    );
  });

  it('is asked for consistency first', () => {
    const end = { paid: false, shipped: true };
    expect(wrongIn({ properties, consistent: isPaid }, end)).toBe('not consistent');
  });
});
