import type { Suite } from '../generate/suite/suite.ts';

const quoted = (text: string): string => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

/** Steps that the types of a driver ask for, whether the model takes them or not. */
function requiredOf({ stepping }: Suite): readonly string[] {
  const { world } = stepping.compiled;
  const effects = Object.keys(world.tolerance.effects ?? {});
  const saving = Object.entries(world.parts).filter(([, { checkpoint }]) => checkpoint !== null);
  return [
    ...effects.flatMap((effect) => [`${effect}.serve`, `${effect}.deliver`]),
    ...saving.map(([actor]) => `${actor}.save`),
  ];
}

function block(names: readonly string[], text: (name: string) => string): readonly string[] {
  return names.map((name) => `    ${quoted(name)}: async (action) => ${text(name)},`);
}

/**
 * A driver that compiles and does nothing: every step and fault of the model has its place, each to
 * be filled in. `model` is the module of the model, as it is to be imported.
 */
export function driverSkeleton(suite: Suite, model: string): string {
  const { names } = suite;
  const steps = [...new Set([...requiredOf(suite), ...names.steps])];
  const open = (name: string): string => `open(${quoted(name)}, action)`;
  const actors = suite.stepping.compiled.actorNames.map(
    (name) => `    //   ${quoted(name)}: { status: 'active', context: { … } },`,
  );
  return [
    '// Yours: how the steps of the model happen in your system, and how it is looked at.',
    "import { driver, type ModelAction } from 'reconverge';",
    `import model from ${quoted(model)};`,
    '',
    '/** What is still to be written. */',
    'function open(name: string, action: ModelAction): void {',
    '  throw new Error(`the driver cannot do ${name} yet (${action.event.type})`);',
    '}',
    '',
    'export default driver(model, {',
    '  start: async () => {',
    '    // Your system in its initial state, with nothing left of the run before.',
    '  },',
    '  step: {',
    ...block(steps, open),
    '  },',
    '  fault: {',
    ...block(names.faults, open),
    '  },',
    '  read: async () => ({',
    '    // What can be seen now, actor by actor; leave out what cannot:',
    ...actors,
    '  }),',
    '  stop: async () => {',
    '    // Leaves nothing running.',
    '  },',
    '});',
    '',
  ].join('\n');
}
