import type { Label } from '../../src/model/verdict.ts';
import type { Allowance, OracleActor, Setting } from './setting.ts';
import type { GlobalState } from './state.ts';
import { lookAt } from './machine.ts';
import { isRunning, Turn } from './turn.ts';
import { encode } from './state.ts';

/** One possible step of a state. */
export interface Move {
  readonly actor: string;
  readonly event: unknown;
  readonly label: Label;
  readonly fault: string | null;
  /** The strong fairness class it is in: a reply that competes with a timeout. */
  readonly strong: string | null;
  readonly breaksClaim: boolean;
  readonly target: string;
}

/** dom(R): down, or in a state with a recovery tag. */
export function recovers(setting: Setting, state: GlobalState, actor: OracleActor): boolean {
  const { status, snapshot } = state.actors[actor.name]!;
  if (status === 'down') return true;
  if (snapshot === null) return false;
  const current = lookAt(actor.machine, snapshot);
  return setting.recoveryTags.some((tag) => current.hasTag(tag));
}

export function running(setting: Setting, state: GlobalState): readonly OracleActor[] {
  return setting.actors.filter(({ name }) => isRunning(state.actors[name]!));
}

/** Whether the fault is declared and its counter not used up. */
export function left(state: GlobalState, fault: Allowance | null): fault is Allowance {
  return fault !== null && (fault.counter === null || state.budgets[fault.counter]! > 0);
}

/** A step that does `change` to a copy of the state and then lets rendezvous messages run. */
export function move(
  setting: Setting,
  from: string,
  called: Pick<Move, 'actor' | 'event' | 'label'> & { fault?: Allowance; strong?: string | null },
  change: (turn: Turn) => void,
): Move & { readonly after: GlobalState } {
  const turn = new Turn(setting, from);
  change(turn);
  turn.settle();
  const { fault = null, strong = null, ...rest } = called;
  if (fault !== null && fault.counter !== null) turn.state.budgets[fault.counter]! -= 1;
  const target = encode(turn.state);
  const name = fault === null ? null : fault.name;
  return { ...rest, fault: name, strong, breaksClaim: false, target, after: turn.state };
}
