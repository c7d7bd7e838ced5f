import type { World } from './world.ts';

/** The state that a draft starts from. A probe is one. */
export interface Source {
  value(component: number): number;
  /** What a function shows of a component's value; `key` names it. */
  glimpse?(component: number, key: string, show: (value: number) => unknown): unknown;
  /** Whether components that are not looked at may be edited. */
  readonly isOpen?: boolean;
}

/** Values of components on top of those of a state; reads are left to where they come from. */
export class Changes {
  readonly world: World;
  protected readonly source: Source;
  protected readonly written: Map<number, number>;
  /** Pairs (component, edit), flattened: of components that were not written. */
  private edited: readonly number[] = [];

  constructor(world: World, source: Source, written: ReadonlyMap<number, number> = new Map()) {
    this.world = world;
    this.source = source;
    this.written = new Map(written);
  }

  /** Begins with what others have changed. */
  protected takeOver({ edited }: Changes): void {
    this.edited = edited;
  }

  /** Pairs (component, value), flattened, in order of component. */
  writes(): number[] {
    const flat: number[] = [];
    for (const component of [...this.written.keys()].toSorted((a, b) => a - b)) {
      flat.push(component, this.written.get(component) as number);
    }
    return flat;
  }

  /** Pairs (component, edit), flattened: what is done to components besides. */
  edits(): readonly number[] {
    return this.edited;
  }

  get(component: number): number {
    return this.written.get(component) ?? this.settled(component);
  }

  /** The value of a component that was not written, after its edits. */
  private settled(component: number): number {
    const before = this.source.value(component);
    const own = this.editsOf(component);
    if (own.length === 0) return before;
    const value = own.reduce((one, edit) => this.world.edits.apply(edit, one), before);
    this.set(component, value);
    return value;
  }

  /** What a function shows of a component, no more than that being looked at. */
  protected glimpse(component: number, key: string, show: (value: number) => unknown): unknown {
    const { source, written } = this;
    if (written.has(component) || source.glimpse === undefined) return show(this.get(component));
    return source.glimpse(component, key, show);
  }

  private editsOf(component: number): readonly number[] {
    return this.edited.filter((_, i) => i % 2 === 1 && this.edited[i - 1] === component);
  }

  set(component: number, value: number): void {
    this.edited = this.edited.filter((_, i) => this.edited[i - (i % 2)] !== component);
    this.written.set(component, value);
  }

  edit(component: number, edit: number): void {
    if (this.source.isOpen === true && !this.written.has(component)) {
      this.edited = [...this.edited, component, edit];
    } else this.set(component, this.world.edits.apply(edit, this.get(component)));
  }
}
