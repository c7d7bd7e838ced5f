import { documentOf } from '../report/document.ts';
import { SCRIPTS, SEPARATOR, SHELLS, type Shell } from './completion-scripts.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

async function wordsFor(words: string, verbs: readonly Verb[]): Promise<string> {
  const { candidates } = await import('./candidates.ts');
  try {
    const found = await candidates(words.split(SEPARATOR), verbs);
    return found.map((one) => `${one}\n`).join('');
  } catch {
    // Somebody types: a model that cannot be loaded is none of the Tab key's business.
    return '';
  }
}

async function perform(
  { operands, options }: Invocation,
  verbs: readonly Verb[],
): Promise<Outcome> {
  const { words } = options;
  const text =
    typeof words === 'string' ? await wordsFor(words, verbs) : SCRIPTS[operands[0] as Shell];
  return outcomeOf(documentOf({ verb: 'completion', result: 'holds' }), () => text);
}

/** `reconverge completion`: what a shell evaluates so that the Tab key knows these verbs. */
export const completionVerb = (verbs: () => readonly Verb[]): Verb => ({
  name: 'completion',
  summary: 'print what makes the Tab key complete verbs, flags, models, parameters and properties',
  examples: [
    'eval "$(npx reconverge completion bash)"',
    'npx reconverge completion zsh >_reconverge',
  ],
  takesModel: false,
  operands: { shell: 'whose script' },
  choices: SHELLS,
  declare: (command) => {
    command.option('--words <words>', 'what may come next; the script asks this way');
  },
  perform: (invocation) => perform(invocation, verbs()),
});
