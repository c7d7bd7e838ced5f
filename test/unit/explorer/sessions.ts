import { check } from '../../../src/check/check.ts';
import { buildSystem, loadModel } from '../../../src/cli/load-model.ts';
import { Session } from '../../../src/explorer/session.ts';
import type { Overview, Route, Walked } from '../../../src/explorer/wire.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import type { System } from '../../../src/model/system.ts';
import type { PropertyReport } from '../../../src/model/verdict.ts';

/** A session about a model, with typed questions. */
export class Asking {
  readonly system: System;
  readonly session: Session;
  private found: readonly PropertyReport[] | null = null;

  constructor(system: System, name: string) {
    this.system = system;
    const model = { name, parameters: {}, hash: '0' };
    this.session = new Session(system, { model, given: {} });
  }

  get overview(): Overview {
    return this.session.answer({ is: 'overview' }) as Overview;
  }

  walk(route: Route, at = route.path.length): Walked {
    return this.session.answer({ is: 'walk', route, at }) as Walked;
  }

  /** From the first initial state. */
  along(...path: readonly number[]): Walked {
    return this.walk({ start: 0, path });
  }

  route(trace: NonNullable<PropertyReport['trace']>): Route | null {
    return this.session.answer({ is: 'route', trace }) as Route | null;
  }

  /** What a check finds, with a trace. */
  get traced(): readonly PropertyReport[] {
    this.found ??= check(this.system).properties.filter(({ trace }) => trace !== null);
    return this.found;
  }
}

/** @throws Error for a model that is not in the library */
export async function asking(
  name: string,
  set: Readonly<Record<string, string>> = {},
): Promise<Asking> {
  const model = await loadModel(name);
  return new Asking(buildSystem(model, parameterValues(model.parameters, set)), name);
}
