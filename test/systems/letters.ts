import type { Suite } from '../../src/generate/suite/suite.ts';
import { Actions } from '../../src/generate/action.ts';
import { seenState } from '../../src/generate/seen-state.ts';
import type { Walk } from '../../src/generate/walk.ts';
import { WEAPONS, type Weapon } from './site.ts';

/**
 * What is done to a system. Processes are alike: `kill` and `freeze` strike the one that works on
 * the payment, `…-idle` the other one. What is served, answered and saved is all that waits for it.
 */
export type Letter =
  | 'start'
  | 'serve'
  | 'answer'
  | 'save'
  | 'kill'
  | 'kill-idle'
  | 'freeze'
  | 'freeze-idle'
  | 'restart'
  | 'wake'
  | 'land'
  | Weapon;

export const isWeapon = (letter: string): letter is Weapon =>
  (WEAPONS as readonly string[]).includes(letter);

export const isStrike = (letter: Letter): boolean =>
  isWeapon(letter) || letter.startsWith('kill') || letter.startsWith('freeze');

/** The steps of the model that are letters; the others the system takes by itself. */
const NAMES: Readonly<Record<string, Letter>> = {
  'worker.START': 'start',
  'perform.serve': 'serve',
  'perform.deliver': 'answer',
  'worker.SAVE': 'save',
  'worker.crash': 'kill',
  'worker.pause': 'freeze',
  'worker.restart': 'restart',
  'worker.wake': 'wake',
  'ledger.adrift': 'land',
  'jobs.UPSET': 'cut',
};

/** What a behaviour of the model does to a system, up to its last fault. */
function lettersOf({ stepping }: Suite, walk: Walk): readonly Letter[] {
  const actions = new Actions(stepping);
  const letters: Letter[] = [];
  let last = 0;
  let from = walk.start;
  for (const step of walk.steps) {
    const { name, actor } = actions.of(from, step);
    const letter = NAMES[name];
    const seen = seenState(stepping, from)[actor];
    const isIdle = seen?.value === 'idle' || seen?.value === 'off';
    from = step.to;
    if (letter === undefined) continue;
    const isOfOne = letter === 'kill' || letter === 'freeze';
    letters.push(isOfOne && isIdle ? `${letter}-idle` : letter);
    if (stepping.faultName(step) !== null && name !== 'ledger.adrift') last = letters.length;
  }
  return letters.slice(0, last);
}

/** How a system goes on after the last fault: who comes back, and when. */
function endings(letters: readonly Letter[]): readonly (readonly Letter[])[] {
  const last = letters.at(-1);
  const isAlone = !letters.includes('start');
  const round: readonly Letter[] = ['serve', 'answer', 'save'];
  if (last === 'kill')
    return isAlone ? [['restart'], ['start']] : [[...round, 'land'], ['restart']];
  if (last === 'freeze') return isAlone ? [['wake']] : [[...round, 'wake']];
  return last === 'freeze-idle' ? [['wake']] : [[]];
}

/** When the second process came does not matter to the model: it is there first, or not at all. */
function sorted(letters: readonly Letter[]): readonly Letter[] | null {
  const rest = letters.filter((letter) => letter !== 'start');
  const isWithBoth = rest.length < letters.length;
  const last = rest.at(-1) ?? 'start';
  if (isWeapon(last)) return rest;
  if (last.endsWith('-idle') && !isWithBoth) return null;
  return isWithBoth ? ['start', ...rest] : rest;
}

/** The failure sequences of a suite, each with every ending and every weapon, shortest first. */
export function failureSequences(suite: Suite): readonly (readonly Letter[])[] {
  const found = new Map<string, readonly Letter[]>([['start', ['start']]]);
  for (const walk of suite.walks) {
    const letters = sorted(lettersOf(suite, walk));
    if (letters === null || letters.length === 0) continue;
    const armed = letters.includes('cut')
      ? WEAPONS.map((weapon) => letters.map((one) => (one === 'cut' ? weapon : one)))
      : [letters];
    for (const one of armed) {
      for (const ending of endings(one)) {
        const whole = [...one, ...ending];
        found.set(whole.join(' '), whole);
      }
    }
  }
  return [...found.values()].toSorted((a, b) => a.length - b.length);
}
