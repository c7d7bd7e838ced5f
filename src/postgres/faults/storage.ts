import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PostgresServer } from '../server/running.ts';

/** Why the files of the server are out of reach; null: they are not. */
export const storageUnavailable = ({ dataDirectory }: PostgresServer): string | null =>
  dataDirectory === null ? 'the server was not started here: its files are out of reach' : null;

/**
 * Changes one letter in a page of a table, at the first place where the table's file has the text,
 * while the server is down (data, permanent, arbitrary). Returns the place, which proves it.
 * @param table as `regclass` reads it; the text must stand in it uncompressed
 * @throws Error when the file does not have the text
 */
export async function flipBit(
  server: PostgresServer,
  table: string,
  text: string,
): Promise<string> {
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined); // The crash ends it.
  await client.connect();
  const sql = 'SELECT pg_relation_filepath($1::regclass) AS path';
  const { rows } = await client.query<{ path: string }>(sql, [table]);
  // Recovery would write pages again that changed after the last checkpoint.
  await client.query('CHECKPOINT');
  await server.crash();
  const file = join(server.dataDirectory ?? '', rows[0]?.path ?? '');
  const bytes = readFileSync(file);
  const at = bytes.indexOf(text);
  if (at < 0) throw new Error(`internal: ${file} does not have '${text}'`);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
  await server.restart();
  return `bit 0 of byte ${at} of ${file} was flipped`;
}

/**
 * A backend may write no file any more: its disk is full (node, transient, omission). Needs no
 * privilege beyond the server's own user. Ends with the process.
 * @throws what `prlimit` (util-linux) says, or that there is none
 */
export async function fillDisk(pid: number): Promise<void> {
  // Root without CAP_SYS_RESOURCE may not limit others; the server's own user always may.
  const { uid, gid } = statSync(`/proc/${pid}`);
  const as = process.getuid?.() === 0 ? { uid, gid } : {};
  await promisify(execFile)('prlimit', ['--pid', String(pid), '--fsize=0'], as);
}
