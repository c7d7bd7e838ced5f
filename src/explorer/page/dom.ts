/** What an element is given: attributes as text, flags as booleans, listeners as functions. */
export type Given = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;
export type Child = Node | string | null;

const SVG = 'http://www.w3.org/2000/svg';

function filled<E extends Element>(element: E, given: Given, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element of HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  given: Given = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), given, children);
}

/** An element of SVG. */
export function s(name: string, given: Given = {}, ...children: readonly Child[]): SVGElement {
  return filled(document.createElementNS(SVG, name) as SVGElement, given, children);
}

/** @throws Error when the page has no such element: it is not the page that this code is for */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`internal: there is no #${id}`);
  return found;
}

/**
 * Puts new content into a panel. What had the focus has it again, and what was scrolled stays so,
 * where the new content has elements with the same `data-key`.
 */
export function refill(panel: HTMLElement, ...children: readonly Child[]): void {
  const keyed = (key: string): HTMLElement | null =>
    panel.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  const focused = panel.contains(document.activeElement)
    ? (document.activeElement as HTMLElement).dataset['key']
    : undefined;
  const scrolled = [...panel.querySelectorAll<HTMLElement>('[data-key]')].flatMap((one) =>
    one.scrollTop === 0 ? [] : [[one.dataset['key'] as string, one.scrollTop] as const],
  );
  panel.replaceChildren(...children.filter((child) => child !== null));
  for (const [key, top] of scrolled) {
    const again = keyed(key);
    if (again !== null) again.scrollTop = top;
  }
  if (focused !== undefined) keyed(focused)?.focus();
}
