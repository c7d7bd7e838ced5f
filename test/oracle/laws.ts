/** Naive decisions of the laws (spec 4): who recovers is looked up in every state anew. */
import type { EveryStep, Resumes } from '../../src/model/property.ts';
import type { AnyView } from '../../src/model/system.ts';
import type { NaiveEdge } from './explore.ts';
import type { Span, States } from './span.ts';
import type { OracleActor, Setting } from './setting.ts';
import type { GlobalState } from './state.ts';
import { moves } from './explore.ts';
import { recovers, type Move } from './move.ts';
import { allowance, declaredFault, settingOf } from './setting.ts';
import { canonical, decode, encode } from './state.ts';
import { where } from './span.ts';
import { viewOf } from './view.ts';

/** The states that a P step leaves for one that is not inside. */
export function leaving({ graph }: Span, inside: States): States {
  const out = graph.edges.filter(
    ({ label, from, to }) => label === 'P' && inside.has(from) && !inside.has(to),
  );
  return new Set(out.map(({ from }) => from));
}

/** The states that a step leaves of which the property does not hold. */
export function breaking({ graph }: Span, { of, when, keeps }: EveryStep<AnyView>): States {
  const seen = graph.views.map((view) => of(view as AnyView) as never);
  const bad = graph.edges.filter(({ from, to, actor, event, label, fault }) => {
    if (from === to) return false;
    const step = { actor, event: JSON.parse(event) as { type: string }, label, fault };
    const both = [seen[from] as never, seen[to] as never, step] as const;
    return (when === null || when(...both)) && !keeps(...both);
  });
  return new Set(bad.map(({ from }) => from));
}

function whoRecovers(setting: Setting, state: GlobalState): readonly OracleActor[] {
  return setting.actors.filter((actor) => {
    const { status, snapshot } = state.actors[actor.name]!;
    if (status === 'halted' || snapshot?.status === 'done') return false;
    return recovers(setting, state, actor);
  });
}

function own(edges: readonly NaiveEdge[], { name }: OracleActor): readonly NaiveEdge[] {
  return edges.filter(
    ({ actor, label, from, to }) => actor === name && label === 'R' && from !== to,
  );
}

const isPrompt = ({ event }: NaiveEdge): boolean => !event.includes('"type":"xstate.after.');

function statesWhere(
  { graph, system }: Span,
  isBad: (state: GlobalState, actor: OracleActor, steps: readonly NaiveEdge[]) => boolean,
): States {
  const setting = settingOf(system);
  const edgesOf = graph.states.map((): NaiveEdge[] => []);
  for (const edge of graph.edges) edgesOf[edge.from]!.push(edge);
  const bad = graph.states.flatMap((text, at) => {
    const state = decode(text);
    const edges = edgesOf[at]!;
    const found = whoRecovers(setting, state).some((a) => isBad(state, a, own(edges, a)));
    return found ? [at] : [];
  });
  return new Set(bad);
}

/** The states in which somebody recovers and can not go on. */
export function lost(span: Span): States {
  return statesWhere(span, (state, { name }, steps) => {
    const { status, requests, saves } = state.actors[name]!;
    return status !== 'paused' && requests.length + saves.length === 0 && steps.length === 0;
  });
}

/** The states in which somebody recovers and has a choice. */
export function torn(span: Span): States {
  return statesWhere(span, (_, __, steps) => {
    const prompt = steps.filter(isPrompt);
    return (prompt.length > 0 ? prompt : steps).length > 1;
  });
}

/** The counter of a fault; null where it never runs out, undefined where it never happens. */
function counterOf(setting: Setting, name: string): string | null | undefined {
  const [owner = '', kind = ''] = name.split(/\.(?=[^.]*$)/);
  const event = setting.tolerance.environment?.[owner]?.[kind];
  const isTrigger = typeof event === 'object' && 'is' in event && event.is === 'fault';
  const found = isTrigger
    ? allowance(setting, name, event.budget)
    : declaredFault(setting, owner, kind);
  return found === null ? undefined : found.counter;
}

/** The states from which recovery ends elsewhere once the fault has struck. */
export function diverted(span: Span, { after, when, ends }: Resumes<AnyView>): States {
  const { graph, system } = span;
  const setting = settingOf(system);
  const known = new Map<string, readonly Move[]>();
  const steps = (text: string): readonly Move[] => {
    const found = known.get(text) ?? [...moves(setting, text)];
    known.set(text, found);
    return found;
  };
  const counter = counterOf(setting, after);
  const budget = (text: string, of: (left: number) => number): string => {
    const state = decode(text);
    if (typeof counter === 'string') state.budgets[counter] = of(state.budgets[counter]!);
    return encode(state);
  };
  const knownEnds = new Map<string, string>();
  const endsOf = (text: string): string => {
    const found = knownEnds.get(text) ?? endsFrom(text);
    knownEnds.set(text, found);
    return found;
  };
  const endsFrom = (text: string): string => {
    const seen = new Set([text]);
    const found = new Set<string>();
    for (const at of seen) {
      const state = decode(at);
      if (whoRecovers(setting, state).length === 0) {
        found.add(canonical(ends(viewOf(setting, state) as AnyView)));
        continue;
      }
      for (const { label, target } of steps(at)) if (label !== 'F') seen.add(target);
      if (seen.size > 5000) throw new Error('too far: the ends of recovery');
    }
    return [...found].toSorted().join();
  };
  const bad = [...where(graph, when)].filter((at) => {
    const text = graph.states[at]!;
    const { budgets } = decode(text);
    const struck = steps(budget(text, (left) => Math.max(1, left)))
      .filter(({ fault }) => fault === after)
      .map(({ target }) => budget(target, () => budgets[counter ?? '']!));
    if (struck.length === 0) return false;
    const undisturbed = endsOf(text);
    return struck.filter((other) => endsOf(other) !== undisturbed).length > 0;
  });
  return new Set(counter === undefined ? [] : bad);
}
