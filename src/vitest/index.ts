/**
 * The door to vitest: tests of models, and of systems along models.
 * @module reconverge/vitest
 */
export { checkModel } from './check-model.ts';
export type { CheckModelOptions } from './check-model.ts';
export { conforms } from './conforms.ts';
export type { ConformsOptions } from './conforms.ts';
export { generated } from './generated.ts';
export type { GeneratedFrom, GeneratedSuite } from './generated.ts';
