import { attend } from '../explorer/desk.ts';
import { Session } from '../explorer/session.ts';
import { assertInternal } from '../model/error.ts';
import { planOf } from '../check/plan.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** What the page is about, and the properties that its check is to decide; none: all. */
export interface ExploreRequest extends Asked {
  readonly properties: readonly string[];
}

/** Loads the model and answers questions about it until nobody asks any more. */
export const exploreTask: Task<ExploreRequest, null, never> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  planOf(system, request.properties);
  const session = new Session(system, { model, given });
  control.started({ model, given, properties: [] });
  assertInternal(control.port !== null, 'there is nobody to answer');
  await attend(control.port, session);
  return null;
};
