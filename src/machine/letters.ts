import type { JsonEvent } from '../model/verdict.ts';
import { canonical } from './canonical.ts';
import { UnboundedComponent, fastestGrowingPath } from './component.ts';
import type { Instance } from './instance.ts';

/**
 * A message that was sent to a set inbox at some time. It has a component of its own, which is 1
 * in the states in which the set contains it.
 */
export interface Letter {
  readonly receiver: number;
  readonly event: JsonEvent;
  /** Canonical; equal messages to the same receiver are one letter. */
  readonly text: string;
  /** From 0, in order of first sending, over all receivers. */
  readonly number: number;
  readonly component: number;
}

/** The letters of a system: the more of its states are known, the more there are. */
export class Letters {
  /** In order of number. */
  readonly all: Letter[] = [];
  private readonly byReceiver = new Map<number, Letter[]>();
  private readonly known = new Map<string, Letter>();
  private readonly firstComponent: number;
  private readonly cap: number;

  /** `cap`: how many sets of letters to one receiver there may be, the empty one included. */
  constructor(firstComponent: number, cap: number) {
    this.firstComponent = firstComponent;
    this.cap = cap;
  }

  /** All letters to an actor, in canonical order. */
  sentTo(receiver: number): readonly Letter[] {
    return this.byReceiver.get(receiver) ?? [];
  }

  /**
   * The letter with this message, a new one if need be.
   * @throws UnboundedComponent beyond the cap
   */
  to({ index, name }: Instance, event: JsonEvent): Letter {
    const text = canonical(event, 'event', name);
    const key = `${index} ${text}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const others = this.byReceiver.get(index) ?? [];
    if (others.length + 1 >= this.cap) {
      const events = [...others.map((letter) => letter.event), event];
      const growing = fastestGrowingPath(`${name}.inbox[]`, events);
      throw new UnboundedComponent(`${name}.inbox`, growing, this.cap);
    }
    const number = this.all.length;
    const component = this.firstComponent + number;
    const letter: Letter = { receiver: index, event, text, number, component };
    const place = others.findIndex((other) => other.text > text);
    others.splice(place === -1 ? others.length : place, 0, letter);
    this.byReceiver.set(index, others);
    this.known.set(key, letter);
    this.all.push(letter);
    return letter;
  }
}
