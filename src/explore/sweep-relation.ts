import { Untabled } from './numbering.ts';
import { imageOf, Masks, type Image } from './sweep-bits.ts';
import { forEachCombination } from './sweep-edges.ts';
import { placeOf, type Shape } from './sweep-shape.ts';

/**
 * What happens to the bits of a row on the way to another: f ≥ 0 keeps those of the mask at f in
 * place, f < 0 moves them by image -1 - f.
 */
export type Form = number;

/** Words of all images of a layer together beyond which there is no sweep. */
const IMAGE_WORDS_MAX = 1 << 25;

/** Pairs of bits, before and after. */
export type Pairs = readonly (readonly [number, number])[];

/** The forms of one layer, each kept once. */
export class Forms {
  readonly shape: Shape;
  readonly masks: Masks;
  readonly images: Image[] = [];
  private readonly shapes: (layer: number) => Shape;
  private readonly known = new Map<string, Form>();
  private readonly rests = new Map<string, Pairs>();
  private readonly moved: Pairs[] = [];
  private size = 0;

  constructor(shape: Shape, shapes: (layer: number) => Shape) {
    this.shape = shape;
    this.shapes = shapes;
    this.masks = new Masks(shape.width);
  }

  /** The other tail digits' shares of bits: here, and in another layer. */
  private restsOf(digits: readonly number[], into: number): Pairs {
    const key = `${into} ${digits.join()}`;
    const known = this.rests.get(key);
    if (known !== undefined) return known;
    const { shape } = this;
    const others = shape.tail.filter((digit) => !digits.includes(digit));
    const pairs: [number, number][] = [];
    forEachCombination(
      others.map((digit) => shape.values[digit]!),
      (shown) => {
        const to = placeOf(this.shapes(into), others, shown);
        if (to === -1) throw new Untabled('a value is not carried into the next layer');
        pairs.push([placeOf(shape, others, shown), to]);
      },
    );
    this.rests.set(key, pairs);
    return pairs;
  }

  /** Pairs over some tail digits as pairs over all of them. */
  lifted(digits: readonly number[], into: number, pairs: Pairs): Pairs {
    return this.restsOf(digits, into).flatMap(([restFrom, restTo]) =>
      pairs.map(([from, to]): [number, number] => [from + restFrom, to + restTo]),
    );
  }

  /** The mask of shares of bits of some tail digits. */
  mask(digits: readonly number[], shares: readonly number[]): number {
    if (shares.length === 0) return this.masks.none;
    const pairs = shares.map((share): [number, number] => [share, 0]);
    return this.masks.of(this.lifted(digits, this.shape.layer, pairs).map(([bit]) => bit));
  }

  /** The form of pairs over some tail digits, into a layer. */
  form(digits: readonly number[], into: number, pairs: Pairs): Form {
    const key = `${into} ${digits.join()} ${pairs.join(' ')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const form = this.made(into, this.lifted(digits, into, pairs));
    this.known.set(key, form);
    return form;
  }

  private made(into: number, pairs: Pairs): Form {
    const { words } = this.shapes(into);
    const stays = words === this.shape.words && pairs.every(([from, to]) => from === to);
    if (stays) return this.masks.of(pairs.map(([bit]) => bit));
    this.moved.push(pairs);
    return -this.images.push(this.image(pairs, words));
  }

  /** The pairs of bits of an image. */
  pairs(form: Form): Pairs {
    return this.moved[-1 - form]!;
  }

  /** An image of rows of this layer. */
  image(pairs: Iterable<readonly [number, number]>, words: number): Image {
    const image = imageOf(pairs, this.shape.words, words);
    this.size += image.table.length;
    if (this.size > IMAGE_WORDS_MAX) throw new Untabled('the images of rows are too large');
    return image;
  }
}

/** Each bit with all bits to which pairs lead from it, itself included. */
export function reachable(pairs: Pairs, width: number): Pairs {
  const next = new Map<number, number[]>();
  for (const [from, to] of pairs) {
    if (!next.has(from)) next.set(from, []);
    next.get(from)!.push(to);
  }
  const all: [number, number][] = [];
  for (let from = 0; from < width; from += 1) {
    const seen = new Set([from]);
    for (const at of seen) for (const to of next.get(at) ?? []) seen.add(to);
    for (const to of seen) all.push([from, to]);
  }
  return all;
}
