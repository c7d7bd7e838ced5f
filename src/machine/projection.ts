import type { Evaluation } from '../model/integer-system.ts';
import type { AnyView } from '../model/system.ts';
import { agreeing, Answers } from './answers.ts';
import { canonical } from './canonical.ts';
import { checkSurvivesJson } from '../model/survives-json.ts';
import { Probe, type Keyholes } from './probe.ts';
import { evaluate } from './purity.ts';
import { Viewer } from './view.ts';
import type { World } from './world.ts';

/** What a property looks at, with the name under which its exceptions are reported. */
export interface Projection {
  readonly name: string;
  readonly of: (view: AnyView) => unknown;
}

/** A projection of states, worked out once for all that it does not tell apart. */
export class Projected {
  private readonly viewer: Viewer;
  private readonly keyholes: Keyholes;
  private readonly projection: Projection;
  private readonly answers: Answers<string>;

  constructor(world: World, keyholes: Keyholes, projection: Projection) {
    this.viewer = new Viewer(world, keyholes);
    this.keyholes = keyholes;
    this.projection = projection;
    this.answers = new Answers(keyholes);
  }

  private seen(state: Int32Array): Evaluation<string> {
    const { name, of } = this.projection;
    return agreeing(name, () => {
      const probe = new Probe(this.keyholes, state);
      const answer = this.viewer.show(probe, (view) =>
        evaluate(name, () => {
          const value = of(view);
          const text = canonical(value, 'what is seen', name);
          checkSurvivesJson(value, 'what is seen', name);
          return text;
        }),
      );
      return { reads: probe.reads, answer };
    });
  }

  /**
   * Canonical JSON, equal for equal values.
   * @throws ReconvergeError for what is wrong with the projection
   */
  text(state: Int32Array): string {
    const known = this.answers.find(state);
    if (known !== null) return known.answer;
    const found = this.seen(state);
    this.answers.keep(state, found);
    return found.answer;
  }
}
