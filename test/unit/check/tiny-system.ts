import { expect } from 'vitest';
import { createMachine, type AnyStateMachine } from 'xstate';
import { check, type CheckOptions } from '../../../src/check/check.ts';
import { retrace } from '../../../src/check/retrace.ts';
import { actor, type Parts } from '../../../src/model/part.ts';
import type { Property } from '../../../src/model/property.ts';
import type { AnyEnvironmentEvent, AnyView, System } from '../../../src/model/system.ts';
import type { AnyFaultTolerance } from '../../../src/model/system.ts';
import type { PropertyReport, StateView, Trace } from '../../../src/model/verdict.ts';
import { external, fault } from '../../../src/model/system.ts';

interface Sight {
  readonly status: string;
  readonly matches: (value: string) => boolean;
}

/** Whether the actor is in one of the states. */
export const at =
  (name: string, ...wanted: readonly string[]) =>
  (view: AnyView): boolean =>
    wanted.some((state) => (view[name] as Sight).matches(state));

export const both =
  (...all: readonly ((view: AnyView) => boolean)[]) =>
  (view: AnyView): boolean =>
    all.every((one) => one(view));

/**
 * A machine as its steps: `a GO b` by the program, `a !CUT b` by a fault, `a ~HEAL b` by nobody.
 * The first state of the first step is the initial one; `b#tag` tags a state where it is a target,
 * and a state written in capitals is final.
 */
export type Steps = readonly string[];

function machineOf(steps: Steps): AnyStateMachine {
  const states: Record<string, { on: Record<string, string>; tags?: string; type?: string }> = {};
  const node = (text: string) => {
    const [name = '', tag] = text.split('#');
    const found = (states[name] ??= { on: {} });
    if (tag !== undefined) found.tags = tag;
    if (name === name.toUpperCase()) found.type = 'final';
    return found;
  };
  for (const step of steps) {
    const [from = '', event = '', to = ''] = step.split(' ');
    node(to);
    node(from).on[event.replace(/^[!~]/, '')] = to.split('#')[0] as string;
  }
  const initial = (steps[0]?.split(' ')[0] ?? '').split('#')[0] as string;
  return createMachine({ initial, states } as Parameters<typeof createMachine>[0]);
}

const nature = { kind: 'data', persistence: 'transient', class: 'response' } as const;

function environmentOf(steps: Steps, budget: number): Record<string, AnyEnvironmentEvent> {
  const declared = steps.map((step): [string, AnyEnvironmentEvent] => {
    const event = step.split(' ')[1] ?? '';
    if (event.startsWith('!')) return [event.slice(1), fault({ ...nature, budget })];
    return event.startsWith('~') ? [event.slice(1), external()] : [event, true];
  });
  return Object.fromEntries(declared.filter(([event]) => event !== '-'));
}

/** Actors that are nothing but their steps. An event `-` does not come from outside. */
export function tiny(
  actors: Readonly<Record<string, Steps>>,
  tolerance: AnyFaultTolerance & { readonly budget?: number } = {},
): System {
  const { budget = 1, ...rest } = tolerance;
  const entries = Object.entries(actors);
  const parts = Object.fromEntries(entries.map(([name, steps]) => [name, actor(machineOf(steps))]));
  const environment = Object.fromEntries(
    entries.map(([name, steps]) => [name, environmentOf(steps, budget)]),
  );
  return { parts: parts as Parts, tolerance: { environment, ...rest } };
}

/** One property of a system, by name; every trace in the report was walked again. */
export function verdict(system: System, name: string, options: CheckOptions = {}): PropertyReport {
  const { properties } = check(system, options);
  const found = properties.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no property ${name}`);
  if (found.trace !== null) retrace(system, found.trace);
  return found;
}

/** A property by itself, named `p`. */
export function judged(
  actors: Readonly<Record<string, Steps>>,
  property: Property<AnyView>,
  tolerance: AnyFaultTolerance & { readonly budget?: number } = {},
): PropertyReport {
  return verdict(tiny(actors, { ...tolerance, properties: { p: property } }), 'p');
}

const values = (view: StateView): string =>
  Object.entries(view)
    .filter(([name]) => !name.includes(' ') && !name.includes('.'))
    .map(([, seen]) => {
      const { value, mode } = seen as { value?: string; mode?: string };
      return value ?? mode;
    })
    .join('');

/** A trace as the states it passes, `[` where its loop begins: `a b [c d c`. */
export function passed({ initial, steps, loop }: Trace): string {
  const all = [initial, ...steps.map(({ state }) => state)].map(values);
  return all.map((text, index) => (index === loop ? `[${text}` : text)).join(' ');
}

/** What is expected of a violation: its form, and its states in order. */
export function expectViolated(report: PropertyReport, failure: string, path: string): void {
  expect(report).toMatchObject({ result: 'violated', failure });
  expect(report.trace && passed(report.trace)).toBe(path);
  expect(report.because ?? '').not.toBe('');
}

export function expectHolds(report: PropertyReport): void {
  expect(report).toMatchObject({ result: 'holds', failure: null });
}
