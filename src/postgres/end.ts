import type { AnyFaultTolerance, AnyView } from '../model/system.ts';
import type { Hosted } from './hosted.ts';
import type { StateData } from './orchestration.ts';
import type { ServiceTables } from './services.ts';

function matches(pattern: unknown, value: unknown): boolean {
  if (typeof pattern === 'string') {
    return pattern === value || (typeof value === 'object' && value !== null && pattern in value);
  }
  if (typeof pattern !== 'object' || pattern === null) return false;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([key, inner]) =>
    matches(inner, (value as Record<string, unknown>)[key]),
  );
}

/**
 * What the model's predicates see of a workflow's end: its last checkpoint and the services'
 * tables.
 */
export async function endOf(
  hosted: Hosted,
  tables: ServiceTables,
  workflow: string,
  { snapshot }: StateData,
): Promise<AnyView> {
  const { binding, machine } = hosted;
  const tags = machine.resolveState({ value: snapshot.value, context: {} } as never)
    .tags as Set<string>;
  const seen = {
    ...snapshot,
    matches: (pattern: unknown) => matches(pattern, snapshot.value),
    hasTag: (tag: string) => tags.has(tag),
  };
  const view: Record<string, unknown> = { [binding.orchestrator]: { ...seen, saved: seen } };
  for (const service of Object.keys(binding.services)) {
    const context = await tables.read(service, workflow);
    view[service] = {
      status: 'active',
      value: {},
      context,
      matches: () => false,
      hasTag: () => false,
    };
  }
  return view;
}

/** What the model's `consistent` or an `always` property says against it; null: nothing. */
export function wrongIn(tolerance: AnyFaultTolerance, view: AnyView): string | null {
  const { consistent, properties = {} } = tolerance;
  if (consistent !== undefined && !consistent(view)) return 'not consistent';
  const broken = Object.entries(properties).find(
    ([, property]) =>
      property.kind === 'always' && property.when?.(view) !== false && !property.holds(view),
  );
  return broken === undefined ? null : `'${broken[0]}' is false`;
}
