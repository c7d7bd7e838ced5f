import { execFileSync } from 'node:child_process';

/** Runs a command in a terminal of its own (util-linux). */
export const TERMINAL = 'script';

/** Whether this machine has a command; the arguments make it say something and end. */
export function hasCommand(name: string, ...args: readonly string[]): boolean {
  try {
    return execFileSync(name, args, { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
}

export const hasBash = hasCommand('bash', '--version');
export const hasTerminal = hasBash && hasCommand(TERMINAL, '--version');
