import type { Action, JointForm, Outcome } from '../model/integer-system.ts';
import type { FiredFault, JsonEvent, Label } from '../model/verdict.ts';
import { canonical } from './canonical.ts';
import type { Draft } from './draft.ts';
import type { DeclaredFault } from './fault.ts';
import type { Probe } from './probe.ts';
import type { World } from './world.ts';

/** What kind of step a rule makes (spec 1.3 to 1.6, 2.3, 2.5). */
export type RuleKind =
  | 'serve'
  | 'deliver'
  | 'adrift'
  | 'event'
  | 'message'
  | 'timer'
  | 'strike'
  | 'restart'
  | 'wake';

/** One way for the system to move; its outcomes depend on what it reads through the probe, only. */
export interface Rule {
  readonly name: string;
  readonly kind: RuleKind;
  /** The actor it is about: for `serve` the one that asks. */
  readonly of: number;
  readonly expand: (probe: Probe, steps: Steps) => void;
  /** What `expand` says, member by member, where it falls apart into members. */
  readonly joint?: Omit<JointForm, 'action'> & { readonly naming: Naming };
}

interface Naming {
  readonly actor: number;
  readonly event: JsonEvent;
  readonly fault?: FiredFault | null;
  readonly label: Label;
  readonly strong?: boolean;
  readonly brokenClaim?: number;
}

/** The names of all actions and broken claims of a system, interned. */
export class ActionNames {
  readonly actions: Action[] = [];
  readonly claims: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly steps = new Map<string, number>();

  intern({ actor, event, fault = null, label, strong = false }: Naming): number {
    const step = `${actor} ${fault?.name} ${canonical(event, 'event', 'action')}`;
    const text = `${label} ${strong} ${step}`;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const number = this.steps.get(step) ?? this.steps.size;
    this.steps.set(step, number);
    const id = this.actions.push({ actor, event, label, fault, step: number, strong }) - 1;
    this.ids.set(text, id);
    return id;
  }

  claim(text: string): number {
    const known = this.claims.indexOf(text);
    return known >= 0 ? known : this.claims.push(text) - 1;
  }
}

/** Collects the outcomes of one expansion. */
export class Steps {
  readonly outcomes: Outcome[] = [];
  private readonly names: ActionNames;

  constructor(names: ActionNames) {
    this.names = names;
  }

  emit(draft: Draft, naming: Naming): void {
    const action = this.names.intern(naming);
    const brokenClaim = naming.brokenClaim ?? -1;
    const edits = draft.edits();
    const outcome = { action, brokenClaim, writes: draft.writes() };
    this.outcomes.push(edits.length === 0 ? outcome : { ...outcome, edits });
  }

  claim(text: string): number {
    return this.names.claim(text);
  }
}

/** P or R, by the state in which the owner of the step is (spec 1.2). */
export function ownLabel(world: World, draft: Draft, actor: number): 'P' | 'R' {
  return world.isRecovering(draft.local(actor)) ? 'R' : 'P';
}

export function declared(world: World, name: string): DeclaredFault | null {
  return world.plan.faults.get(name) ?? null;
}
