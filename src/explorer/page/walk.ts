import type { CheckStatus, Overview, Walked } from '../wire.ts';
import { listed } from './words.ts';
import { fragmentOf, placeOf, START, strangeness, type Place } from './link.ts';
import { askCheck, askOverview, askRoute, askWalk, Trouble } from './server.ts';

const LOOK_EVERY_MS = 300;

/** All that is shown. */
export interface Shown {
  readonly overview: Overview;
  readonly walked: Walked;
  readonly place: Place;
  readonly check: CheckStatus;
  /** Something to be told above everything else; null: nothing. */
  readonly notice: string | null;
}

/**
 * What is new: another place on the walk; what the check has come to; only how far it is; only what
 * is told.
 */
export type Change = 'moved' | 'judged' | 'counted' | 'told';

/** What went wrong, as people are told it. */
export function noticeOf(thrown: unknown): string {
  if (!(thrown instanceof Trouble)) return String(thrown);
  const { mistake } = thrown;
  if (mistake === null) return 'The explorer has ended: nobody answers any more.';
  const { code, message, hint } = mistake;
  return [code, `${message}.`, hint === null ? '' : `Hint: ${hint}.`].join(' ').trim();
}

/**
 * A walk through the states of a model: a route, and a place on it. Taking a step forgets what was
 * undone; the address of the page always names the place.
 */
export class ModelWalk {
  private readonly show: (shown: Shown, change: Change) => void;
  private shown!: Shown;
  private last: Promise<void> = Promise.resolve();

  constructor(show: (shown: Shown, change: Change) => void) {
    this.show = show;
  }

  /** Begins where the address says. */
  async begin(): Promise<void> {
    const overview = await askOverview();
    const place = placeOf(location.hash);
    const walked = await askWalk(place.route, place.at);
    const check = await askCheck();
    const notice = strangeness(location.hash, overview);
    this.shown = { overview, walked, place: START, check, notice };
    this.stand(place, walked, notice);
    window.addEventListener('hashchange', () => {
      if (location.hash !== fragmentOf(this.shown.place, overview)) this.follow(location.hash);
    });
    if (check.is === 'running') this.wait();
  }

  private follow(fragment: string): void {
    this.go(placeOf(fragment), strangeness(fragment, this.shown.overview));
  }

  /** One after the other, in the order in which they were asked for. */
  private queue(work: () => Promise<void>): void {
    this.last = this.last.then(work).catch((thrown: unknown) => this.tell(noticeOf(thrown)));
  }

  private tell(notice: string | null): void {
    this.shown = { ...this.shown, notice };
    this.show(this.shown, 'told');
  }

  private stand(place: Place, walked: Walked, notice: string | null): void {
    const { route, at, lost } = walked;
    const isWhole = lost === null;
    const own = { route, at, of: isWhole ? place.of : null, loop: isWhole ? place.loop : null };
    const told = lost === null ? notice : `${notice ?? ''} The path ends early: ${lost}.`.trim();
    this.shown = { ...this.shown, walked, place: own, notice: told };
    history.replaceState(null, '', fragmentOf(own, this.shown.overview));
    this.show(this.shown, 'moved');
  }

  private go(place: Place, notice: string | null = null): void {
    this.queue(async () => {
      this.stand(place, await askWalk(place.route, place.at), notice);
    });
  }

  /** Looks again and again until all is decided. */
  private wait(): void {
    setTimeout(() => {
      askCheck().then(
        (check) => {
          this.shown = { ...this.shown, check };
          const isRunning = check.is === 'running';
          this.show(this.shown, isRunning ? 'counted' : 'judged');
          if (isRunning) this.wait();
        },
        (thrown: unknown) => this.tell(noticeOf(thrown)),
      );
    }, LOOK_EVERY_MS);
  }

  /** Takes steps from here, by their places in the lists of steps. */
  take(...steps: readonly number[]): void {
    this.queue(async () => {
      const { route, at } = this.shown.place;
      const path = [...route.path.slice(0, at), ...steps];
      const place = { ...START, route: { ...route, path }, at: path.length };
      this.stand(place, await askWalk(place.route, place.at), null);
    });
  }

  /** To another place of the same route: undo, redo, or along a counterexample. */
  moveTo(wanted: (at: number, length: number) => number): void {
    this.queue(async () => {
      const { place } = this.shown;
      const { length } = place.route.path;
      const at = Math.max(0, Math.min(length, wanted(place.at, length)));
      if (at === place.at) return;
      this.stand({ ...place, at }, await askWalk(place.route, at), null);
    });
  }

  /** To an initial state. */
  startAt(start: number): void {
    this.go({ ...START, route: { start, path: [] } });
  }

  /** To the end of what was found about a property: a counterexample, or a witness. */
  follows(property: string): void {
    this.queue(async () => {
      const { loop, ...route } = await askRoute(property);
      const at = route.path.length;
      this.stand({ route, at, of: property, loop }, await askWalk(route, at), null);
    });
  }

  /** The next violated property, after the one that is followed. */
  followsNext(): void {
    const { check, place } = this.shown;
    if (check.is !== 'done') return;
    const violated = check.report.properties.filter(
      ({ result, trace }) => result === 'violated' && trace !== null,
    );
    const at = violated.findIndex(({ name }) => name === place.of);
    const next = violated[(at + 1) % violated.length];
    if (next !== undefined) this.follows(next.name);
  }

  /** The step that is listed at that place, from 0. */
  takeListed(wanted: number): void {
    const steps = listed(this.shown.walked.here.steps).flatMap(([, some]) => some);
    const [place] = steps[wanted] ?? [];
    if (place !== undefined) this.take(place);
  }
}
