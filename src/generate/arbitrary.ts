import { Arbitrary, asyncProperty, pre, stream, Value } from 'fast-check';
import type { IAsyncProperty, Random, Stream } from 'fast-check';
import { compile } from '../machine/compile.ts';
import type { Model } from '../model/define.ts';
import { parameterValues } from '../model/parameter.ts';
import type { System } from '../model/system.ts';
import { checkWalkOptions } from './options.ts';
import { FailureSequence } from './sequence.ts';
import { shorterWalks } from './shrink.ts';
import { Stepping } from './stepping.ts';
import { randomWalk, type Walk, type WalkOptions } from './walk.ts';

/** Random behaviours of a system. What fast-check shrinks them to are behaviours again. */
export class WalkArbitrary extends Arbitrary<Walk> {
  private readonly stepping: Stepping;
  private readonly options: WalkOptions;
  private readonly isOver: () => boolean;

  /** Once `isOver`, only the empty walk is drawn: whoever asked wants no more. */
  constructor(stepping: Stepping, options: WalkOptions, isOver: () => boolean = () => false) {
    super();
    this.stepping = stepping;
    this.options = options;
    this.isOver = isOver;
  }

  override generate(random: Random): Value<Walk> {
    const options = this.isOver() ? { ...this.options, stepsMax: 0 } : this.options;
    const walk = randomWalk(this.stepping, random, options);
    return new Value(walk, walk);
  }

  override canShrinkWithoutContext(_value: unknown): _value is Walk {
    return false;
  }

  override shrink(walk: Walk): Stream<Value<Walk>> {
    const candidates = shorterWalks(this.stepping, walk);
    return stream(candidates).map((shorter) => new Value(shorter, shorter));
  }
}

/**
 * Failure sequences of a model, for properties of one's own:
 *
 *     fc.assert(fc.property(failureSequences(model), (sequence) => survives(sequence.steps)));
 *
 * Each is drawn from what is enabled in the state it has come to, faults within their budgets, and
 * ends at a dead end or after `stepsMax` steps. Shrinking leaves steps out, faults among them, and
 * every shrunk sequence is a behaviour of the model too. The same `seed` and `path` give the same
 * sequence. Steps that change nothing (self-loops) are not drawn.
 *
 * @param subject a system, or a model, which is built with its default parameters
 * @throws ReconvergeError for what is wrong with the model, RCV310 for options that make no sense
 */
export function failureSequences(
  subject: System | Model,
  options: WalkOptions = {},
): Arbitrary<FailureSequence> {
  const system =
    'build' in subject ? subject.build(parameterValues(subject.parameters, {})) : subject;
  const compiled = compile(system, [], { valuesMax: Infinity });
  checkWalkOptions(compiled, options);
  const stepping = new Stepping(compiled);
  return new WalkArbitrary(stepping, options).map((walk) => new FailureSequence(stepping, walk));
}

/**
 * A property of random behaviours of a system, for `fc.assert`, which replays it by `seed` and
 * `path`: it holds of those for which `test` resolves. One that is told `false` says nothing, and
 * another is drawn.
 * @throws ReconvergeError RCV310 for options that make no sense
 */
export function sequenceProperty(
  stepping: Stepping,
  options: WalkOptions,
  test: (sequence: FailureSequence) => Promise<boolean>,
): IAsyncProperty<[FailureSequence]> {
  checkWalkOptions(stepping.compiled, options);
  const sequences = new WalkArbitrary(stepping, options).map(
    (walk) => new FailureSequence(stepping, walk),
  );
  return asyncProperty(sequences, async (sequence) => {
    pre(await test(sequence));
  });
}
