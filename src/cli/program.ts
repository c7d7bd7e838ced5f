import { Argument, Command, CommanderError } from 'commander';
import { ReconvergeError } from '../model/error.ts';
import { packageVersion } from './package.ts';
import { startAhead } from './thread-ahead.ts';
import { AllShown, type Invocation, type Outcome, type Verb } from './verb.ts';
import type { Screen } from './watch.ts';

type Invoked = Omit<Invocation, 'note' | 'signal'>;

interface Frame {
  readonly verbs: readonly Verb[];
  readonly screen: Screen;
  /** Told what `--out` names, before the verb begins. */
  readonly into: (folder: string) => void;
}

const SHOWN = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

function usageError(thrown: CommanderError): ReconvergeError {
  const message = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new ReconvergeError('RCV502', message, {
    cause: thrown,
    hint: 'reconverge --help lists the verbs, reconverge <verb> --help its flags',
  });
}

/** A verb with its arguments and flags, as commander knows it. */
export function declared(verb: Verb): Command {
  const command = new Command(verb.name).description(verb.summary);
  const examples = verb.examples.map((example) => `  ${example}\n`);
  command.addHelpText('after', `\nExamples:\n${examples.join('')}`.trimEnd());
  if (verb.takesModel) {
    command.argument('<model>', 'a name of the library, or a path to a .ts or .js file');
  }
  for (const [name, about] of Object.entries(verb.operands ?? {})) {
    const argument = new Argument(`<${name}>`, about);
    command.addArgument(verb.choices === undefined ? argument : argument.choices(verb.choices));
  }
  verb.declare(command);
  return command.option('--json', 'print one JSON document on stdout, errors included');
}

function addVerb(program: Command, verb: Verb, answer: (invoked: Invoked) => Promise<void>): void {
  const command = declared(verb).copyInheritedSettings(program);
  program.addCommand(command);
  command.action(async (...args: readonly unknown[]) => {
    const given = args.slice(0, -2).map(String);
    const [model, operands] = verb.takesModel ? [given[0] ?? '', given.slice(1)] : ['', given];
    await answer({ model, operands, options: command.opts() });
  });
}

const missingVerb = (verbs: readonly Verb[]): ReconvergeError => {
  const names = verbs.map(({ name }) => name).join(', ');
  return new ReconvergeError('RCV502', 'a verb is missing', { hint: `verbs: ${names}` });
};

/** Performs a verb until nobody watches it any more. @throws AllShown */
async function watched(
  verb: Verb,
  invoked: Invoked,
  screen: Screen,
  args: readonly string[],
): Promise<never> {
  const { watch } = await import('./watch.ts');
  const { note } = screen;
  throw new AllShown(
    await watch(invoked.model, {
      perform: (signal) => verb.perform({ ...invoked, note, signal }),
      prepare: () => startAhead(args),
      screen,
      isJson: invoked.options['json'] === true,
    }),
  );
}

/**
 * Reads the arguments and performs the verb.
 * @throws ReconvergeError RCV502 for arguments that make no sense, and what the verb throws
 * @throws AllShown when help or the version was asked for, or the verb was watched
 */
export async function perform(
  args: readonly string[],
  { verbs, screen, into }: Frame,
): Promise<Outcome> {
  const program = new Command('reconverge')
    .description('model checking for the fault tolerance of orchestrations')
    .option('-V, --version', 'output the version number')
    .on('option:version', () => {
      process.stdout.write(`${packageVersion()}\n`);
      throw new AllShown(0);
    })
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  let outcome: Outcome | null = null;
  for (const verb of verbs) {
    addVerb(program, verb, async (invoked) => {
      const { out } = invoked.options;
      if (typeof out === 'string') into(out);
      if (invoked.options['watch'] === true) await watched(verb, invoked, screen, args);
      outcome = await verb.perform({ ...invoked, note: screen.note, signal: null });
    });
  }
  if (args.every((arg) => arg === '--json')) throw missingVerb(verbs);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (SHOWN.has(thrown.code)) throw new AllShown(0);
    throw usageError(thrown);
  }
  if (outcome === null) throw missingVerb(verbs);
  return outcome;
}
