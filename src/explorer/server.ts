import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, ReconvergeError } from '../model/error.ts';
import { Unanswered, type Desk } from './desk.ts';
import { readRoute, readText } from './request.ts';
import type { CheckStatus, Mistake } from './wire.ts';

/** What is shown. */
export interface Exhibit {
  readonly desk: Pick<Desk, 'ask'>;
  readonly check: () => CheckStatus;
  /** Where the files of the page are, as they were built. */
  readonly files: URL;
}

/** A server that is listening. */
export interface Serving {
  /** `http://127.0.0.1:41234/` */
  readonly url: string;
  /** Ends it, and every connection to it. */
  readonly close: () => Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
};
/** Nothing but what is served here; nobody may frame it, read it or be told where it was. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** A request that is refused. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * A page from elsewhere can have its own name point here (DNS rebinding), and any page can post: so
 * both the name that was asked for and the page that asks must be ours.
 */
function checkOrigin({ headers: { host, origin } }: IncomingMessage, port: number): void {
  const hosts = [LOOPBACK, 'localhost'].map((name) => `${name}:${port}`);
  if (host === undefined || !hosts.includes(host)) {
    throw new Refused(421, `this server is ${hosts.join(' or ')} only`);
  }
  if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) {
    throw new Refused(403, 'pages from elsewhere are not answered');
  }
}

async function asJson(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') throw new Refused(405, 'this is to be posted');
  if (request.headers['content-type'] !== 'application/json') {
    throw new Refused(415, 'this is to be posted as application/json');
  }
  const text = await readText(request);
  if (text === null) throw new Refused(413, 'that is more than anybody asks');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refused(400, 'that is no JSON');
  }
}

/** The route of what was found about a property. */
async function routeOf({ desk, check }: Exhibit, asked: unknown): Promise<unknown> {
  const name = (asked as { readonly property?: unknown } | null)?.property;
  const status = check();
  const found = status.is === 'done' ? status.report.properties : [];
  const trace = found.find((one) => one.name === name)?.trace ?? null;
  if (trace === null) throw new Refused(404, 'there is no trace of that property');
  const route = await desk.ask<'route'>({ is: 'route', trace });
  if (route === null) throw new Error('a trace is no walk through its own model');
  return { ...route, loop: trace.loop };
}

async function answer(exhibit: Exhibit, path: string, request: IncomingMessage): Promise<unknown> {
  switch (path) {
    case '/api/overview':
      return exhibit.desk.ask<'overview'>({ is: 'overview' });
    case '/api/check':
      return exhibit.check();
    case '/api/route':
      return routeOf(exhibit, await asJson(request));
    case '/api/walk': {
      const asked = readRoute(await asJson(request));
      if (asked === null) throw new Refused(400, 'a walk has a start, a path and a place on it');
      return exhibit.desk.ask<'walk'>({ is: 'walk', ...asked });
    }
    default:
      throw new Refused(404, 'there is nothing here');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type }).end(body);
}

function refuse(response: ServerResponse, thrown: unknown): void {
  const status = thrown instanceof Refused ? thrown.status : 500;
  const mistake: Mistake =
    thrown instanceof Unanswered
      ? thrown.mistake
      : { code: '', message: messageOf(thrown), hint: null };
  send(response, status, 'application/json', JSON.stringify(mistake));
}

async function respond(
  exhibit: Exhibit,
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
): Promise<void> {
  try {
    checkOrigin(request, port);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const file = FILES[path];
    if (file === undefined) {
      const found = await answer(exhibit, path, request);
      return send(response, 200, 'application/json', JSON.stringify(found));
    }
    const [name, type] = file;
    send(response, 200, type, await readFile(new URL(name, exhibit.files), 'utf8'));
  } catch (thrown) {
    refuse(response, thrown);
  }
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, resolve);
  }).catch((thrown: unknown) => {
    throw new ReconvergeError('RCV511', `port ${port} cannot be had: ${messageOf(thrown)}`, {
      hint: 'give --port another number, or leave it out: a free one is taken',
      cause: thrown,
    });
  });
}

/**
 * Serves the page on this machine's own loopback address. `port` 0 takes a free one.
 * @throws ReconvergeError RCV511 when the port cannot be had
 */
export async function serve(exhibit: Exhibit, port: number): Promise<Serving> {
  let own = port;
  const server = createServer((request, response) => {
    void respond(exhibit, request, response, own);
  });
  await listening(server, port);
  own = (server.address() as AddressInfo).port;
  return {
    url: `http://${LOOPBACK}:${own}/`,
    close: async () => {
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
