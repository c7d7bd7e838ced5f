import type { JointForm, Member } from '../model/integer-system.ts';
import type { Group } from './group.ts';
import { Ints } from './growable.ts';

const UNASKED = -2;
const UNABLE = -1;

/** A joint form over groups: where each value of a group that has members goes. */
export class JointSteps {
  readonly form: JointForm;
  /** The groups with members. */
  readonly groups: readonly number[];
  private readonly members = new Map<number, (readonly [Member, number])[]>();
  private readonly targets = new Map<number, Ints>();
  private readonly owners: readonly Group[];
  private readonly home: (component: number) => { group: number; position: number };

  constructor(
    form: JointForm,
    owners: readonly Group[],
    home: (component: number) => { group: number; position: number },
  ) {
    this.form = form;
    this.owners = owners;
    this.home = home;
    for (const member of form.members) {
      const { group, position } = home(member.component);
      if (!this.members.has(group)) this.members.set(group, []);
      this.members.get(group)!.push([member, position]);
      this.targets.set(group, new Ints(64));
    }
    this.groups = [...this.members.keys()];
  }

  /** Where a value of a group goes; below 0 when none of its members is able. */
  target(group: number, value: number): number {
    const targets = this.targets.get(group) as Ints;
    while (targets.length <= value) targets.push(UNASKED);
    const known = targets.data[value] as number;
    if (known !== UNASKED) return known;
    const target = this.ask(group, value);
    targets.data[value] = target;
    return target;
  }

  private ask(group: number, value: number): number {
    const owner = this.owners[group] as Group;
    const changes: [number, number][] = [];
    let isAble = false;
    for (const [member, position] of this.members.get(group) ?? []) {
      const writes = member.react(owner.value(value, position));
      if (writes === null) continue;
      isAble = true;
      for (let i = 0; i < writes.length; i += 2) {
        const { group: home, position: at } = this.home(writes[i] as number);
        if (home !== group) throw new Error('internal: a member writes into another group');
        changes.push([at, writes[i + 1] as number]);
      }
    }
    return isAble ? owner.rewrite(value, changes) : UNABLE;
  }

  /** The layer after the step: the same without a budget, null when nothing is left of it. */
  layerAfter(layers: Group, layer: number): number | null {
    const position = layers.components.indexOf(this.form.budget);
    if (position === -1) return layer;
    const left = layers.value(layer, position);
    return left === 0 ? null : layers.rewrite(layer, [[position, left - 1]]);
  }
}
