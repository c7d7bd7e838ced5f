import { planOf, type Plan } from '../check/plan.ts';
import { chartOf } from '../export/chart.ts';
import { actorsOf, exchangesOf, placesOf } from '../export/exchange.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import { ReconvergeError } from '../model/error.ts';
import { stateKey } from '../model/integer-system.ts';
import type { System } from '../model/system.ts';
import type { StateView, TraceStep } from '../model/verdict.ts';
import { differences } from '../report/difference.ts';
import { statementOf } from '../report/dossier/statement.ts';
import { eventText } from '../report/shorten.ts';
import { Lights, type Arrival } from './lights.ts';
import { routeOf } from './retraced.ts';
import { Walker, type Way } from './walker.ts';
import type { ActorChart, Frame, Here, Move, Onward, Overview } from './wire.ts';
import type { Question, Route, Standing, Walked } from './wire.ts';

/** Steps whose own steps are looked at, and states two steps on that are drawn, at most. */
const NEAR_MAX = 40;
const FAR_MAX = 60;

/** The machines of a system, each once. */
function chartsOf({ parts }: System, actorNames: readonly string[]): readonly ActorChart[] {
  const users = new Map<unknown, string[]>();
  for (const [name, part] of Object.entries(parts)) {
    const own = actorNames.filter((actor) => actor.replace(/\[\d+\]$/, '') === name);
    users.set(part.machine, [...(users.get(part.machine) ?? []), ...own]);
  }
  return [...users].map(([machine, actors]) => ({
    actors,
    root: chartOf((machine as { readonly config: unknown }).config),
  }));
}

function moveOf(before: StateView, step: TraceStep): Move {
  const { actor, event, label, fault, guards = [], state } = step;
  const changes = differences(before, state, actor);
  return { actor, event: eventText(event), label, fault, guards, changes };
}

/** What lies ahead, as far as the model can say: a mistake in it is told to whoever goes there. */
function ahead<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof ReconvergeError) return otherwise;
    throw thrown;
  }
}

/** A state of a walk, with the step that led there. */
interface Place {
  readonly state: Int32Array;
  readonly arrival: Arrival | null;
}

/** Answers what the page asks about a model. Each question stands for itself. */
export class Session {
  private readonly system: System;
  private readonly identity: Pick<Overview, 'model' | 'given'>;
  private readonly plan: Plan;
  private readonly compiled: Compiled;
  private readonly walker: Walker;
  private readonly lights: Lights;

  /** @throws ReconvergeError for what is wrong with the system or its machines */
  constructor(system: System, identity: Pick<Overview, 'model' | 'given'>) {
    this.system = system;
    this.identity = identity;
    this.plan = planOf(system);
    // Whoever looks at one state after the other may look as far as they like.
    this.compiled = compile(system, this.plan.predicates, { valuesMax: Infinity });
    this.walker = new Walker(this.compiled);
    this.lights = new Lights(this.compiled, this.plan, system.tolerance);
  }

  /** @throws ReconvergeError for what is wrong with the model there */
  answer(question: Question): Overview | Walked | Route | null {
    switch (question.is) {
      case 'overview':
        return this.overview();
      case 'walk':
        return this.walked(question.route, question.at);
      case 'route':
        return routeOf(this.walker, question.trace);
    }
  }

  private overview(): Overview {
    const { actorNames, starts } = this.compiled;
    return {
      ...this.identity,
      starts: starts.count,
      actors: actorNames,
      charts: chartsOf(this.system, actorNames),
      properties: this.plan.properties.map(({ name, property: { kind } }) => {
        const { logic, words } = statementOf({ kind });
        return { name, kind, logic, words };
      }),
    };
  }

  private walked({ start, path }: Route, wanted: number): Walked {
    const { count } = this.compiled.starts;
    const isStart = start >= 0 && start < count;
    const first = this.compiled.starts.at(isStart ? start : 0);
    const places: Place[] = [{ state: first, arrival: null }];
    let lost = isStart ? null : `there is no initial state ${start}: they are 0 to ${count - 1}`;
    for (const [number, step] of (isStart ? path : []).entries()) {
      const from = (places.at(-1) as Place).state;
      const way = this.walker.ways(from)[step];
      if (way === undefined) {
        lost = `step ${number + 1} of the path does not exist in this model`;
        break;
      }
      places.push({ state: way.to, arrival: { from, way } });
    }
    const at = Math.max(0, Math.min(wanted, places.length - 1));
    return {
      route: { start: isStart ? start : 0, path: isStart ? path.slice(0, places.length - 1) : [] },
      at,
      frames: places.map((place) => this.frame(place)),
      here: this.here(places[at] as Place),
      lost,
    };
  }

  private frame({ state, arrival }: Place): Frame {
    const view = this.compiled.stateView(state);
    const standing = this.lights.standing(state);
    if (arrival === null) {
      const exchanges = placesOf({ initial: view, steps: [], loop: null });
      return { view, move: null, exchanges, standing };
    }
    const before = this.compiled.stateView(arrival.from);
    const step = this.walker.step(arrival.from, arrival.way);
    const exchanges = exchangesOf(before, step, actorsOf(before));
    return { view, move: moveOf(before, step), exchanges, standing };
  }

  /** What a state that nobody is in yet is to the eye. */
  private standing(state: Int32Array): Standing {
    return ahead(() => this.lights.standing(state), 'open');
  }

  private here({ state, arrival }: Place): Here {
    const ways = this.walker.ways(state);
    const before = this.compiled.stateView(state);
    const near = new Set([state, ...ways.map(({ to }) => to)].map(stateKey));
    const numbers = new Map<string, number>();
    const far: Standing[] = [];
    const missing = new Set<string>();
    /** The states one step behind a way that are neither here nor one step on. */
    const onward = ({ to }: Way): Onward['behind'] =>
      ahead(() => this.walker.ways(to), []).flatMap((next, step) => {
        const key = stateKey(next.to);
        if (near.has(key)) return [];
        const known = numbers.get(key);
        if (known !== undefined) return [{ far: known, step }];
        if (far.length >= FAR_MAX) {
          missing.add(key);
          return [];
        }
        numbers.set(key, far.length);
        return [{ far: far.push(this.standing(next.to)) - 1, step }];
      });
    const steps = ways.map((way, place): Onward => ({
      ...moveOf(before, this.walker.step(state, way)),
      standing: this.standing(way.to),
      behind: place < NEAR_MAX ? onward(way) : [],
    }));
    const lights = this.lights.at(state, arrival, ways.length === 0);
    const farMissing = ways.length > NEAR_MAX ? null : missing.size;
    return { steps, far, farMissing, lights };
  }
}
