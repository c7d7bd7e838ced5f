import { Option } from 'commander';
import { ReconvergeError } from '../model/error.ts';
import type { ServerFault } from '../postgres/faults/server-fault.ts';
import type { PostgresServer } from '../postgres/server/running.ts';

const ALL = 'all';

/** `--faults all` or `--faults NAME,NAME`. */
export function serverFaultsFlag(): Option {
  const description =
    'instead: faults of the server at every moment of every call of the store (all, or names)';
  return new Option('--faults <names>', description);
}

/** The faults of those names. @throws ReconvergeError RCV502 for one that there is not */
export async function serverFaults(text: string): Promise<readonly ServerFault[]> {
  const { SERVER_FAULTS } = await import('../postgres/faults/catalogue.ts');
  if (text === ALL) return SERVER_FAULTS;
  return text.split(',').map((name) => {
    const fault = SERVER_FAULTS.find((one) => one.name === name.trim());
    if (fault !== undefined) return fault;
    throw new ReconvergeError('RCV502', `--faults: there is no '${name.trim()}'`, {
      hint: `all, or some of: ${SERVER_FAULTS.map((one) => one.name).join(', ')}`,
    });
  });
}

/** What of it the server can suffer, and why not the rest. */
export function availableFaults(
  faults: readonly ServerFault[],
  server: PostgresServer,
): { readonly faults: readonly ServerFault[]; readonly unavailable: Record<string, string> } {
  const reasons = faults.map((fault) => [fault.name, fault.unavailable(server)] as const);
  return {
    faults: faults.filter((fault) => fault.unavailable(server) === null),
    unavailable: Object.fromEntries(
      reasons.flatMap(([name, reason]) => (reason === null ? [] : [[name, reason]])),
    ),
  };
}
