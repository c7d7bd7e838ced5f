/** What a process under test says. */
export type ToParent =
  | { readonly is: 'ready' | 'begun' }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'asks'; readonly ask: number; readonly step: number };

/** What it is told: to begin the payment, or that a step it asked for was performed. */
export type ToWorker =
  | { readonly is: 'begin'; readonly id: string }
  | { readonly is: 'answer'; readonly ask: number };
