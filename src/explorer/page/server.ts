import type { CheckStatus, Mistake, Overview, Route, Walked } from '../wire.ts';

/** The server does not do what it was asked, or is no longer there. */
export class Trouble extends Error {
  /** null: nobody answered. */
  readonly mistake: Mistake | null;

  constructor(mistake: Mistake | null) {
    super(mistake?.message ?? 'nobody answers');
    this.mistake = mistake;
  }
}

async function asked<A>(path: string, posted?: unknown): Promise<A> {
  const init: RequestInit =
    posted === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(posted),
        };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Trouble(null);
  }
  if (!response.ok) throw new Trouble((await response.json()) as Mistake);
  return (await response.json()) as A;
}

export const askOverview = async (): Promise<Overview> => asked('/api/overview');
export const askCheck = async (): Promise<CheckStatus> => asked('/api/check');
export const askWalk = async (route: Route, at: number): Promise<Walked> =>
  asked('/api/walk', { ...route, at });

/** The route of what was found about a property, and where its loop begins, if it has one. */
export const askRoute = async (
  property: string,
): Promise<Route & { readonly loop: number | null }> => asked('/api/route', { property });
