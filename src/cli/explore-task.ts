import { attend } from '../explorer/desk.ts';
import { Session } from '../explorer/session.ts';
import { assertInternal } from '../model/error.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** Loads the model and answers questions about it until nobody asks any more. */
export const exploreTask: Task<Asked, null, never> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  const session = new Session(system, { model, given });
  control.started({ model, given, properties: [] });
  assertInternal(control.port !== null, 'there is nobody to answer');
  await attend(control.port, session);
  return null;
};
