import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ReconvergeError, messageOf } from '../model/error.ts';

/** What a model file may import that is not its own: the very instances that run here. */
async function instances(): Promise<Readonly<Record<string, object>>> {
  const [reconverge, xstate, actions, actors, dev, graph, guards] = await Promise.all([
    import('../index.ts'),
    import('xstate'),
    import('xstate/actions'),
    import('xstate/actors'),
    import('xstate/dev'),
    import('xstate/graph'),
    import('xstate/guards'),
  ]);
  return {
    reconverge,
    xstate,
    'xstate/actions': actions,
    'xstate/actors': actors,
    'xstate/dev': dev,
    'xstate/graph': graph,
    'xstate/guards': guards,
  };
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

type Exported = Readonly<Record<string, unknown>>;

/** Whether Node finds, from that file, the very `reconverge` that runs here. */
function findsUs(file: string): boolean {
  try {
    const found = createRequire(file).resolve('reconverge');
    return found === fileURLToPath(new URL('../index.js', import.meta.url));
  } catch {
    return false;
  }
}

/**
 * Imports a file without a detour, where it is JavaScript and sees the same modules as we do. Null
 * where there is the least doubt: then its mistakes are for `importFile` to explain.
 */
async function importDirectly(
  file: string,
  isGood: (exported: Exported) => boolean,
): Promise<Exported | null> {
  if (!/\.m?js$/.test(file) || !findsUs(file)) return null;
  try {
    const exported = (await import(pathToFileURL(file).href)) as Exported;
    return isGood(exported) ? exported : null;
  } catch {
    return null;
  }
}

/**
 * Imports a TypeScript or JavaScript file, wherever it lies: `reconverge` and `xstate` are the very
 * instances that run here. Types are stripped, not checked; nothing is cached on disk.
 * @param asked the path as the user wrote it
 * @param isGood whether that is what is wanted; if not, the file may be loaded a second time
 * @throws ReconvergeError RCV105 when it does not compile, RCV106 when it throws while loading
 */
export async function importFile(
  file: string,
  asked: string,
  isGood: (exported: Exported) => boolean,
): Promise<Exported> {
  const direct = await importDirectly(file, isGood);
  if (direct !== null) return direct;
  // Importing it would take Node thrice as long: it looks for exports in CommonJS.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: await instances(),
  });
  try {
    const exported: unknown = await jiti.import(file);
    const isObject = typeof exported === 'object' && exported !== null;
    return isObject ? (exported as Exported) : { default: exported };
  } catch (thrown) {
    throw explained(file, asked, thrown);
  }
}
