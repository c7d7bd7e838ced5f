import { showActors } from './actors-panel.ts';
import { byId } from './dom.ts';
import { showHeader, showReach } from './header.ts';
import { fillHelp } from './help.ts';
import { showNext } from './next-panel.ts';
import { showPath } from './path-panel.ts';
import { showProperties } from './properties-panel.ts';
import { toggleTheme, useTheme } from './theme.ts';
import { ModelWalk, noticeOf, type Change, type Shown } from './walk.ts';
import { moveWords, STANDINGS } from './words.ts';

const help = byId('help') as HTMLDialogElement;

function toggleHelp(): void {
  if (help.open) help.close();
  else help.showModal();
}

/** Says where one has come to, for those who hear the page. */
function speak({ walked: { at, frames } }: Shown): void {
  const frame = frames[at];
  if (frame === undefined) return;
  const { move, standing } = frame;
  const step = move === null ? 'The initial state' : `Step ${at}: ${moveWords(move)}`;
  byId('spoken').textContent = `${step}. ${STANDINGS[standing]}.`;
}

let last: Shown | null = null;

/** Only what is new is drawn again: a button must not go while somebody presses it. */
function show(shown: Shown, change: Change): void {
  last = shown;
  const notice = byId('notice');
  notice.hidden = shown.notice === null;
  notice.textContent = shown.notice;
  if (change === 'counted') showReach(byId('header'), shown);
  if (change === 'counted' || change === 'told') return;
  showHeader(byId('header'), shown, { theme: toggleTheme, help: toggleHelp });
  showProperties(byId('properties'), shown, walk);
  if (change === 'judged') showPath(byId('path'), shown, walk);
  if (change !== 'moved') return;
  document.title = `${shown.overview.model.name} – Reconverge explorer`;
  redraw(shown);
  speak(shown);
}

function redraw(shown: Shown): void {
  showNext(byId('next'), shown, walk);
  showActors(byId('actors'), shown);
  showPath(byId('path'), shown, walk);
}

const walk = new ModelWalk(show);

const KEYS: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => walk.moveTo((at) => at - 1),
  ArrowRight: () => walk.moveTo((at) => at + 1),
  Home: () => walk.moveTo(() => 0),
  End: () => walk.moveTo((_, length) => length),
  c: () => walk.followsNext(),
  t: toggleTheme,
  '?': toggleHelp,
};

function pressed(event: KeyboardEvent): void {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLInputElement) return;
  if (help.open && key !== '?') return;
  if (/^[1-9]$/.test(key)) walk.takeListed(Number(key) - 1);
  const act = KEYS[key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

useTheme();
fillHelp(help, () => help.close());
try {
  await walk.begin();
  document.addEventListener('keydown', pressed);
  window.addEventListener('resize', () => {
    if (last !== null) redraw(last);
  });
} catch (thrown) {
  const notice = byId('notice');
  notice.hidden = false;
  notice.textContent = noticeOf(thrown);
}
