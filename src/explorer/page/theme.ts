/** Where the choice is kept; without one the page does as the system does. */
const KEY = 'reconverge-theme';

type Theme = 'light' | 'dark';

const root = document.documentElement;

/** A browser that keeps nothing refuses to be asked: then nothing is kept. */
function kept<T>(use: () => T): T | null {
  try {
    return use();
  } catch {
    return null;
  }
}

const isDarkSystem = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches;

function current(): Theme {
  const chosen = root.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return isDarkSystem() ? 'dark' : 'light';
}

/** Takes what was chosen the last time. */
export function useTheme(): void {
  const chosen = kept(() => localStorage.getItem(KEY));
  if (chosen === 'light' || chosen === 'dark') root.dataset['theme'] = chosen;
}

export function toggleTheme(): void {
  const next: Theme = current() === 'dark' ? 'light' : 'dark';
  root.dataset['theme'] = next;
  kept(() => localStorage.setItem(KEY, next));
}
