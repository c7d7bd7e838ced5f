import { messageOf } from '../model/error.ts';
import { shellWord } from '../report/command.ts';
import type { ErrorDescription } from '../report/document.ts';

/** What cannot be explained as anything of the user's, as the document holds it. */
export function internalError(thrown: unknown): ErrorDescription {
  const [message = ''] = messageOf(thrown).split('\n');
  return {
    code: 'RCV900',
    message: `internal error: ${message}`,
    hint: 'reconverge is wrong, not your model: please report it with the command and the stack',
    at: null,
  };
}

/** What a report of an internal error should hold: the command and the stack. */
export function reportLines(thrown: unknown, args: readonly string[]): readonly string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : messageOf(thrown);
  const command = ['reconverge', ...args].map(shellWord).join(' ');
  const versions = `node ${process.version}, ${process.platform} ${process.arch}`;
  return [`  command: ${command} (${versions})`, ...stack.split('\n').map((line) => `  ${line}`)];
}
