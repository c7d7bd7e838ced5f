import { describe } from 'vitest';
import { checkModel } from 'reconverge/vitest';
import model from './payment.ts';

describe('with a ledger that knows its keys', () => checkModel(model));
describe('with one that does not', () => checkModel(model, { set: { ledger: 'plain' } }));
