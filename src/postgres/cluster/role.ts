import { appendFileSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sets parameters in a data directory; they hold from the next start or `pg_reload_conf()`. */
export function configure(dataDirectory: string, settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`,
  );
  // Of several lines for one parameter the last counts.
  appendFileSync(join(dataDirectory, 'postgresql.auto.conf'), `\n${lines.join('')}`);
}

/** The server of this data directory will start as a standby. */
export function makeStandby(dataDirectory: string): void {
  const path = join(dataDirectory, 'standby.signal');
  writeFileSync(path, '');
  const { uid, gid } = statSync(dataDirectory);
  chownSync(path, uid, gid);
}

/** What a standby streams from, for `primary_conninfo`. */
export function conninfo(port: number, name: string): string {
  return `host=127.0.0.1 port=${port} user=postgres application_name=${name}`;
}
