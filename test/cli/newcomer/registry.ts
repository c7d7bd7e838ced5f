import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

export interface Registry {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** What npm asks of a package: its versions; here there is the one that is installed. */
function description(name: string, url: string): string | null {
  const file = join(modules, name, 'package.json');
  if (!existsSync(file)) return null;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  const { version } = manifest;
  const dist = { tarball: `${url}/-/tarball/${encodeURIComponent(name)}` };
  const versions = { [version]: { ...manifest, dist } };
  return JSON.stringify({ name, 'dist-tags': { latest: version }, versions });
}

/** The installed package as a tarball; npm drops the first folder of every path in it. */
function tarball(name: string): Promise<Uint8Array> {
  const folder = join(modules, name);
  const args = ['-czf', '-', '-C', dirname(folder), name.split('/').at(-1) ?? name];
  return new Promise((resolve, reject) => {
    execFile('tar', args, { encoding: 'buffer', maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}

/** A registry on loopback with the packages that are installed here, so that npm needs no other. */
export async function startRegistry(): Promise<Registry> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const asked = /^\/-\/tarball\/(.+)$/.exec(path)?.[1];
    const answer = async (): Promise<string | Uint8Array | null> =>
      asked === undefined ? description(path.slice(1), url) : tarball(asked);
    answer().then(
      (body) => response.writeHead(body === null ? 404 : 200).end(body ?? '{}'),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
