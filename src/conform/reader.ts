import type { Json } from '../model/verdict.ts';
import type { Belief, Beliefs, Reading, Taken } from './belief.ts';
import type { Row } from './history.ts';
import { differencesOf, matches, Seen, type Difference } from './seen.ts';
import type { Mark } from './traces-left.ts';

/** What the model offers where a row was observed, and how that differs from the row. */
export interface Offer {
  readonly state: number;
  readonly differences: readonly Difference[];
}

/** One row, and what of the model it may be. */
export class Reader {
  readonly row: Row;
  private readonly beliefs: Beliefs;
  private readonly seen: Seen;
  private readonly possible: boolean[] = [];
  private readonly snapshots = new Map<string, readonly Difference[]>();
  private readonly actor: number;

  constructor(beliefs: Beliefs, row: Row) {
    const { compiled } = beliefs.span;
    this.beliefs = beliefs;
    this.row = row;
    this.seen = new Seen(compiled, 'state' in row ? row.state : {}, row.isWhole);
    this.actor = 'actor' in row ? compiled.actorNames.indexOf(row.actor) : -1;
  }

  /** Of what was believed, closed, what is left by the row. */
  read(reached: Belief): Belief {
    if (this.isOfStates) {
      const states = reached.states.filter((state) => this.offered(state).length === 0);
      return { states, midway: [] };
    }
    return this.beliefs.after(reached, this.reading);
  }

  private get reading(): Reading {
    return {
      isPossible: (edge) => this.isPossible(edge),
      fits: (taken) => this.isMeant(taken) && this.differences(taken).length === 0,
      ...(this.row.kind === 'recovery' && { stays: (state: number) => this.isStill(state) }),
    };
  }

  /** Whether the row is about where the system is, not about a step. */
  private get isOfStates(): boolean {
    return this.row.kind === 'moment' || this.row.kind === 'start';
  }

  private offered(state: number): readonly Difference[] {
    if (this.row.kind === 'start')
      return this.ofSnapshot(this.beliefs.span.local(this.actor, state).saved as string);
    return this.seen.differences(this.beliefs.span.row(state));
  }

  /** Whether an edge is of the kind that was observed, as far as its action says. */
  private isPossible(edge: number): boolean {
    const { row, possible } = this;
    if (row.kind !== 'step') return true;
    const { span } = this.beliefs;
    const action = span.actions[edge] as number;
    return (possible[action] ??= matches(span.compiled, span.compiled.action(action), row.step));
  }

  /** A recovery that died before it did anything: the actor is down, and stays down (spec 6.4). */
  private isStill(state: number): boolean {
    const { mode, saved } = this.beliefs.span.local(this.actor, state);
    return mode === 'down' && saved !== null && this.ofSnapshot(saved).length === 0;
  }

  /** Whether a mark is of the kind that was observed. */
  isMeant({ edge, mark }: Taken): boolean {
    if (mark.kind !== this.row.kind) return false;
    return mark.kind === 'step' ? this.isPossible(edge) : mark.actor === this.actor;
  }

  private ofSnapshot(text: string): readonly Difference[] {
    const known = this.snapshots.get(text);
    if (known !== undefined) return known;
    if (!('saved' in this.row)) return [];
    const { actor, saved, isWhole } = this.row;
    const differences = differencesOf(actor, JSON.parse(text) as Json, saved, isWhole);
    this.snapshots.set(text, differences);
    return differences;
  }

  private ofMark(mark: Exclude<Mark, { kind: 'step' }>): readonly Difference[] {
    const differences = this.ofSnapshot(mark.text);
    const { row } = this;
    if (!('final' in row) || row.final === null || mark.kind === 'recovery') return differences;
    if (row.final === mark.final) return differences;
    const path = `${row.actor}: ends the workflow`;
    return [...differences, { path, model: mark.final, observed: row.final }];
  }

  private differences({ edge, mark }: Taken): readonly Difference[] {
    if (mark.kind !== 'step') return this.ofMark(mark);
    return this.offered(this.beliefs.span.targets[edge] as number);
  }

  /** What the model offers for the row, in any order: states, or steps of the kind observed. */
  offers(reached: Belief): readonly Offer[] {
    const { targets } = this.beliefs.span;
    if (this.isOfStates)
      return reached.states.map((state) => ({ state, differences: this.offered(state) }));
    const found: Offer[] = [];
    this.beliefs.after(reached, {
      isPossible: (edge) => this.isPossible(edge),
      fits: (taken) => {
        const state = targets[taken.edge] as number;
        if (this.isMeant(taken)) found.push({ state, differences: this.differences(taken) });
        return false;
      },
    });
    return found;
  }
}
