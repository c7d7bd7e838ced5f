import type { Json } from '../model/verdict.ts';

/**
 * What a driver in another process is told, one request after another: `start` with what a run
 * begins with, `step` and `fault` with an action, `read`, `stop`.
 */
export interface DriverRequest {
  readonly do: 'start' | 'step' | 'fault' | 'read' | 'stop';
  /** What `start`, `step` and `fault` are about; null for the others. */
  readonly about: Json;
}

/** What it answers: `done` with what was read (null but for `read`), or why it failed. */
export type DriverAnswer = { readonly done: Json } | { readonly failed: string };

export const REQUESTS = ['start', 'step', 'fault', 'read', 'stop'] as const;

export function isRequest(value: unknown): value is DriverRequest {
  if (typeof value !== 'object' || value === null || !('do' in value)) return false;
  return REQUESTS.includes(value.do as DriverRequest['do']);
}

export function isAnswer(value: unknown): value is DriverAnswer {
  if (typeof value !== 'object' || value === null) return false;
  return 'done' in value || ('failed' in value && typeof value.failed === 'string');
}
