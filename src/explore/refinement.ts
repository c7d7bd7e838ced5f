import type { Facets, IntegerSystem } from '../model/integer-system.ts';
import { Unclosed } from './closure.ts';

/** A component taken apart: what is left without its sets, and a bit per element. */
export class Refinement {
  readonly component: number;
  readonly values: readonly number[];
  /** Components of the bits. */
  readonly bits: readonly number[];
  private readonly rests = new Map<number, number>();
  private readonly elements = new Map<number, readonly number[]>();
  private readonly byParts = new Map<string, number>();

  constructor(
    component: number,
    facets: ReadonlyMap<number, Facets>,
    varying: readonly string[],
    firstBit: number,
  ) {
    this.component = component;
    this.values = [...facets.keys()];
    this.bits = varying.map((_, i) => firstBit + i);
    const rests = new Map<string, number>();
    for (const [value, { rest, elements }] of facets) {
      if (!rests.has(rest)) rests.set(rest, rests.size);
      const set = varying.map((element) => (elements.includes(element) ? 1 : 0));
      this.rests.set(value, rests.get(rest) as number);
      this.elements.set(value, set);
      this.byParts.set([rests.get(rest), ...set].join(), value);
    }
    if (this.byParts.size !== facets.size) throw new Error('internal: facets are ambiguous');
  }

  /** The parts, what is left first: components. */
  get parts(): readonly number[] {
    return [this.component, ...this.bits];
  }

  /** What a value shows at part `position`. */
  shown(value: number, position: number): number {
    if (position === 0) return this.rests.get(value) as number;
    return (this.elements.get(value) as readonly number[])[position - 1] as number;
  }

  /** The value that the parts in a vector stand for; undefined for one that never occurred. */
  whole(vector: Int32Array): number | undefined {
    return this.byParts.get(this.parts.map((part) => vector[part] as number).join());
  }

  /** Writes that turn the parts of one value into those of another; of no value: all parts. */
  difference(from: number | null, to: number): number[] {
    if (!this.rests.has(to)) throw new Unclosed();
    return this.parts.flatMap((part, position) => {
      const shown = this.shown(to, position);
      return from !== null && this.shown(from, position) === shown ? [] : [part, shown];
    });
  }
}

/** Not what moves in joint steps, and not what has several initial values. */
function isRefinable(system: IntegerSystem, component: number): boolean {
  if (system.budgets.includes(component)) return false;
  if (system.initialValues !== null && (system.initialValues[component]?.length ?? 1) > 1) {
    return false;
  }
  for (let rule = 0; rule < system.rules; rule += 1) {
    const members = system.joint(rule)?.members ?? [];
    if (members.some((member) => member.component === component)) return false;
  }
  return true;
}

/** The refinements of all components with sets, and the width with their bits. */
export function refinementsOf(
  system: IntegerSystem,
  valuesOf: (component: number) => readonly number[],
): readonly [readonly Refinement[], number] {
  let { width } = system;
  const refinements: Refinement[] = [];
  if (system.facets === undefined) return [refinements, width];
  for (let component = 0; component < system.width; component += 1) {
    if (!isRefinable(system, component)) continue;
    const facets = new Map<number, Facets>();
    for (const value of valuesOf(component)) {
      const found = system.facets(component, value);
      if (found !== null) facets.set(value, found);
    }
    if (facets.size < valuesOf(component).length) continue;
    const all = [...new Set([...facets.values()].flatMap(({ elements }) => elements))];
    const isVarying = (element: string): boolean =>
      [...facets.values()].some(({ elements }) => !elements.includes(element));
    const varying = all.filter(isVarying).toSorted();
    if (varying.length < 2) continue;
    refinements.push(new Refinement(component, facets, varying, width));
    width += varying.length;
  }
  return [refinements, width];
}
