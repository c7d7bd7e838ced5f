import type { ModelAction } from '../generate/action.ts';
import type { Observed, SeenState } from '../generate/seen-state.ts';
import type { Model } from '../model/define.ts';
import type { Names } from '../model/names.ts';
import type { Json } from '../model/verdict.ts';

/** The names of a model. */
export type NamesIn<M> = M extends Model<infer N> ? N : never;

/** Steps that every driver of the model can be asked for. */
export type StepName<N extends Names> =
  | `${N['effects']}.${'serve' | 'deliver'}`
  | `${N['savers']}.save`;

/** Steps that the model may have besides: what an actor does by itself, or an event of it. */
export type OtherStepName<N extends Names> = `${N['actors']}.${string}`;

/** Faults as the tolerance table names them; `payments.adrift` is a request that lands late. */
export type DrivenFaultName<N extends Names> = `${N['actors'] | N['effects']}.${string}`;

/** Makes one step happen; it is over when the step is. */
export type Take = (action: ModelAction) => Promise<void> | void;

/** By the names of steps: one for each that every model of these names has, but for `Own`. */
export type Takes<N extends Names, Own extends string = never> = {
  readonly [Name in Exclude<StepName<N>, Own>]: Take;
} & { readonly [Name in OtherStepName<N>]?: Take };

/** By the names of faults; for the names of hosts and pools see the model. */
export type Strikes<N extends Names> = { readonly [Name in DrivenFaultName<N>]?: Take };

/** What a run begins with. */
export interface Beginning {
  /** What is to be seen of the model's initial state. */
  readonly state: SeenState;
  /** The sequence that is going to be played, by name. */
  readonly sequence: string;
}

/** The system is looked at in the model's terms. */
export interface SeenAsModel<N extends Names> {
  /** Actor by actor; what cannot be seen is left out. Plain JSON. */
  readonly read: () => Promise<Observed<N['actors']>> | Observed<N['actors']>;
  readonly view?: undefined;
}

/** The system is looked at in a way of one's own. */
export interface SeenBy<N extends Names, Seen> {
  /** Plain JSON. */
  readonly read: () => Promise<Seen> | Seen;
  /** What `read` should answer in a state of the model. */
  readonly view: (state: SeenState<N['actors']>) => Seen;
}

/**
 * How a model's steps are made to happen in a real system, and how the system is looked at. One run
 * is `start`, then steps and faults with a `read` after each, then `stop`, always: a driver that
 * could not start is stopped too.
 */
export interface DriverParts<N extends Names, Own extends string = never> {
  /** Brings a real system into the initial state, with nothing left of the run before. */
  readonly start: (beginning: Beginning) => Promise<void> | void;
  /** One function for all steps, or one for each by its name. */
  readonly step: Take | Takes<N, Own>;
  /** One function for all faults, or one for each by its name. */
  readonly fault: Take | Strikes<N>;
  /** Leaves nothing running behind. */
  readonly stop: () => Promise<void> | void;
  /**
   * Steps and faults, by name, that the system takes by itself, at any time: nobody asks for them,
   * and they need no function. The model is followed along every way in which they may have been
   * taken.
   */
  readonly spontaneous?: readonly Own[];
  /** Whether `start`, a step and a fault are over only when nothing spontaneous is left to come. */
  readonly settles?: boolean;
  /**
   * Steps and faults, by name, of which the driver does not decide how they turn out: a crash that
   * cannot be timed to the commit of a checkpoint, say. Every way in which the model has a step of
   * that name is allowed then.
   */
  readonly undecided?: readonly string[];
}

/** A driver as it is played with; made by `driver`, `inChild` or `overHttp`. */
export interface Driver {
  /** Brings a real system into the initial state. */
  readonly start: (beginning: Beginning) => Promise<void>;
  /** Makes one step happen; it is over when the step is. */
  readonly step: (action: ModelAction) => Promise<void>;
  /** Makes a fault strike. */
  readonly fault: (action: ModelAction) => Promise<void>;
  /** What is to be seen now. */
  readonly read: () => Promise<Json>;
  /** Leaves nothing running behind. */
  readonly stop: () => Promise<void>;
  /** What would be seen of a state of the model; null: what is read is in the model's terms. */
  readonly view: ((state: SeenState) => Json) | null;
  readonly spontaneous: ReadonlySet<string>;
  readonly settles: boolean;
  readonly undecided: ReadonlySet<string>;
  /** Whether it can be asked for a step of that name. */
  readonly knows: (name: string, is: 'step' | 'fault') => boolean;
}

type ByName = Readonly<Record<string, Take | undefined>>;

const takeOf = (given: Take | ByName, name: string): Take | undefined =>
  typeof given === 'function' ? given : given[name];

function taking(given: Take | ByName): (action: ModelAction) => Promise<void> {
  return async (action) => {
    const take = takeOf(given, action.name);
    if (take === undefined) throw new Error(`the driver has nothing for '${action.name}'`);
    await take(action);
  };
}

/**
 * A driver of a real system along a model. `model` is here for its names, so that a step that the
 * driver leaves out does not compile.
 */
export function driver<const M extends Model, const Own extends string = never>(
  model: M,
  parts: DriverParts<NamesIn<M>, Own> & SeenAsModel<NamesIn<M>>,
): Driver;
export function driver<const M extends Model, Seen, const Own extends string = never>(
  model: M,
  parts: DriverParts<NamesIn<M>, Own> & SeenBy<NamesIn<M>, Seen>,
): Driver;
export function driver(
  _model: Model,
  parts: DriverParts<Names, string> & (SeenAsModel<Names> | SeenBy<Names, unknown>),
): Driver {
  const { view } = parts;
  const given = { step: parts.step as Take | ByName, fault: parts.fault as Take | ByName };
  return {
    start: async (beginning) => parts.start(beginning),
    step: taking(given.step),
    fault: taking(given.fault),
    read: async () => (await parts.read()) as Json,
    stop: async () => parts.stop(),
    view: view === undefined ? null : (state) => view(state as never) as Json,
    spontaneous: new Set(parts.spontaneous),
    settles: parts.settles ?? false,
    undecided: new Set(parts.undecided),
    knows: (name, is) => takeOf(given[is], name) !== undefined,
  };
}
