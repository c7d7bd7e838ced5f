import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ReconvergeError, messageOf } from '../model/error.ts';

/** XState's entry points as this package resolves them: `xstate`, `xstate/actions` and so on. */
function xstateAliases(): Readonly<Record<string, string>> {
  const manifest = createRequire(import.meta.url).resolve('xstate/package.json');
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: object };
  const names = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  const resolved = names.map((entry) => {
    const name = entry.replace(/^\./, 'xstate');
    return [name, fileURLToPath(import.meta.resolve(name))];
  });
  return Object.fromEntries(resolved) as Record<string, string>;
}

/** "file:3:21" of the innermost frame in the user's own file. */
function placeIn(file: string, thrown: unknown): string {
  const frames = thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(1) : [];
  const frame = frames.find((line) => line.includes(file));
  const position = frame?.slice(frame.indexOf(file) + file.length).match(/^:\d+:\d+/)?.[0] ?? '';
  return `${file}${position}`;
}

/** The compiler's message and its place, of what jiti throws for text that is no TypeScript. */
function compileError(thrown: unknown): { readonly message: string; readonly at: string } | null {
  const [, message, at] =
    /^ParseError: ([\s\S]*?)\s*\n\s*(\S.*:\d+:\d+)/.exec(messageOf(thrown)) ?? [];
  return message === undefined || at === undefined ? null : { message, at };
}

function explained(file: string, asked: string, thrown: unknown): unknown {
  if (thrown instanceof ReconvergeError) return thrown;
  const broken = compileError(thrown);
  if (broken !== null) {
    return new ReconvergeError('RCV105', `'${asked}' does not compile: ${broken.message}`, {
      at: broken.at,
      cause: thrown,
      hint: 'the place is line:column; tsc tells more about it',
    });
  }
  const [message = ''] = messageOf(thrown).split('\n');
  return new ReconvergeError('RCV106', `'${asked}' throws while loading: ${message}`, {
    at: placeIn(file, thrown),
    cause: thrown,
    hint: 'a model file must load by itself: see that everything it imports is there',
  });
}

/**
 * Imports a TypeScript or JavaScript file, wherever it lies: `reconverge` and `xstate` are the very
 * instances that run here. Types are stripped, not checked; nothing is cached on disk.
 * @param asked the path as the user wrote it
 * @throws ReconvergeError RCV105 when it does not compile, RCV106 when it throws while loading
 */
export async function importFile(
  file: string,
  asked: string,
): Promise<Readonly<Record<string, unknown>>> {
  const [{ createJiti }, frontDoor] = await Promise.all([import('jiti'), import('../index.ts')]);
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    alias: { ...xstateAliases() },
    nativeModules: ['xstate'],
    virtualModules: { reconverge: frontDoor },
  });
  try {
    const exported: unknown = await jiti.import(file);
    const isObject = typeof exported === 'object' && exported !== null;
    return isObject ? (exported as Record<string, unknown>) : { default: exported };
  } catch (thrown) {
    throw explained(file, asked, thrown);
  }
}
