import type { ChartState } from '../export/chart.ts';
import type { Exchange } from '../export/exchange.ts';
import type { FaultNature } from '../model/failure.ts';
import type { Label, Report, StateView } from '../model/verdict.ts';

/** A statechart, and the actors that run it. */
export interface ActorChart {
  readonly actors: readonly string[];
  readonly root: ChartState;
}

/** A property as it is listed before anything is known of it. */
export interface ListedProperty {
  readonly name: string;
  readonly kind: string;
  /** What its kind says, in logic and in words. */
  readonly logic: string;
  readonly words: string;
}

/** What of a model is the same in all its states. */
export interface Overview {
  readonly model: NonNullable<Report['model']>;
  /** Parameters that are not the default anyway. */
  readonly given: { readonly [name: string]: string | number };
  /** How many initial states there are; they are numbered from 0. */
  readonly starts: number;
  readonly actors: readonly string[];
  readonly charts: readonly ActorChart[];
  readonly properties: readonly ListedProperty[];
}

/**
 * Where a walk begins, and which of the steps of each state it takes, by their places in the list
 * of that state's steps, from 0.
 */
export interface Route {
  readonly start: number;
  readonly path: readonly number[];
}

/** A question about the model, as the page asks it and the thread of the model answers it. */
export type Question =
  | { readonly is: 'overview' }
  /** `at`: how many of the steps have been taken; what is possible is told of that state. */
  | { readonly is: 'walk'; readonly route: Route; readonly at: number }
  | { readonly is: 'route'; readonly trace: NonNullable<Report['properties'][number]['trace']> };

/** A step, and what it does to the state before it. */
export interface Move {
  readonly actor: string;
  /** The event, as a person would say it. */
  readonly event: string;
  readonly label: Label;
  readonly fault: (FaultNature & { readonly name: string }) | null;
  /** The named guards that let it happen. */
  readonly guards: readonly string[];
  /** What it changes, in words; empty where it leads back to the same state. */
  readonly changes: readonly string[];
}

/** One state of a walk, and the step that led there. */
export interface Frame {
  readonly view: StateView;
  /** null for the initial state. */
  readonly move: Move | null;
  /** The step as a sequence diagram draws it; for the initial state, where the actors are. */
  readonly exchanges: readonly Exchange[];
  readonly standing: Standing;
}

/**
 * What a state is to the eye: `broken` where an `always` or `total` is false in it; else `settled`
 * where it is consistent with nobody recovering or down, `open` where not (or not known: the model
 * declares nothing consistent).
 */
export type Standing = 'settled' | 'open' | 'broken';

/** A step that can be taken, and where it leads. */
export interface Onward extends Move {
  readonly standing: Standing;
  /** Places in `far` of the states one step further on; each with the step that leads there. */
  readonly behind: readonly { readonly far: number; readonly step: number }[];
}

/** What a property says of one state, or of the step into it. */
export interface Light {
  readonly name: string;
  /** null where a single state tells nothing: the property is about something else. */
  readonly value: boolean | null;
  /** Whether the state, or the step, by itself violates the property. */
  readonly isBroken: boolean;
  /** What the value is about: `here`, `the step`, or why there is none. */
  readonly about: string;
  /** What was looked at before it was false. */
  readonly why: readonly string[];
}

/** All that is shown of the state in which a walk stands. */
export interface Here {
  readonly steps: readonly Onward[];
  readonly far: readonly Standing[];
  /** More states two steps on; null: not counted, for there are too many steps. */
  readonly farMissing: number | null;
  readonly lights: readonly Light[];
}

export interface Walked {
  /** The route as far as it exists. */
  readonly route: Route;
  readonly at: number;
  /** One more than there are steps. */
  readonly frames: readonly Frame[];
  readonly here: Here;
  /** Why the route ends before its time; null: it does not. */
  readonly lost: string | null;
}

/** How far the check of all properties is, which goes on beside the walk. */
export type CheckStatus =
  | { readonly is: 'running'; readonly text: string }
  | { readonly is: 'done'; readonly report: Report }
  | { readonly is: 'failed'; readonly error: Mistake };

export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}
