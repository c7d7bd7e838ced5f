import { InvalidArgumentError, Option } from 'commander';
import type { ServerFault } from '../postgres/faults/server-fault.ts';
import { SERVER_FAULTS } from '../postgres/faults/catalogue.ts';
import type { PostgresServer } from '../postgres/server/running.ts';

const ALL = 'all';

function named(text: string): readonly ServerFault[] {
  if (text === ALL) return SERVER_FAULTS;
  return text.split(',').map((name) => {
    const fault = SERVER_FAULTS.find((one) => one.name === name.trim());
    if (fault !== undefined) return fault;
    const known = SERVER_FAULTS.map((one) => one.name).join(', ');
    throw new InvalidArgumentError(`It must be all, or some of: ${known}.`);
  });
}

/** `--faults all` or `--faults NAME,NAME`. */
export function serverFaultsFlag(): Option {
  const description =
    'instead: faults of the server at every moment of every call of the store (all, or names)';
  return new Option('--faults <names>', description).argParser(named);
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
