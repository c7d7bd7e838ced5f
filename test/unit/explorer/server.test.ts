import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attend, Desk } from '../../../src/explorer/desk.ts';
import { serve, type Serving } from '../../../src/explorer/server.ts';
import type { CheckStatus } from '../../../src/explorer/wire.ts';
import { check } from '../../../src/check/check.ts';
import { documentOf } from '../../../src/report/document.ts';
import { asking } from './sessions.ts';

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** As it was built: `npm test` builds first. */
const files = new URL('../../../dist/src/explorer/page/', import.meta.url);
const MISTAKES = fileURLToPath(new URL('../../cli/fixtures/mistakes.ts', import.meta.url));
const desk = new Desk();
const attended: Promise<void>[] = [];
let status: CheckStatus = { is: 'running', text: 'exploring' };
let serving: Serving;

beforeAll(async () => {
  const { session, system } = await asking('order-fulfilment', { bug: 'forgetful' });
  attended.push(attend(desk.remote, session));
  serving = await serve({ desk, check: () => status, files }, 0);
  const { properties, result } = check(system, { properties: ['charges only what is reserved'] });
  status = { is: 'done', report: documentOf({ verb: 'check', result, properties }) };
});
afterAll(async () => {
  await serving.close();
  desk.close();
  await Promise.all(attended);
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function get(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, serving.url), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const post = async (path: string, body: unknown, headers: Asked['headers'] = {}): Promise<Got> =>
  get(path, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('the server', () => {
  it('serves the page, which may load nothing from elsewhere', async () => {
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.text).not.toMatch(/https?:\/\//);
    expect((await get('/page.css')).text).not.toMatch(/https?:\/\/|@import|url\(/);
  });

  it('answers what the page asks', async () => {
    const overview = JSON.parse((await get('/api/overview')).text) as { actors: unknown };
    expect(overview.actors).toEqual(['order', 'stock', 'payments', 'shipments']);
    const walked = await post('/api/walk', { start: 0, path: [0], at: 1 });
    expect(JSON.parse(walked.text)).toMatchObject({ at: 1, lost: null });
    const route = await post('/api/route', { property: 'charges only what is reserved' });
    const { path } = JSON.parse(route.text) as { readonly path: readonly number[] };
    expect(path.length).toBe(10);
    expect(JSON.parse((await get('/api/check')).text)).toMatchObject({ is: 'done' });
  });

  it('refuses whoever asks for it by another name, or from another page', async () => {
    const { host } = new URL(serving.url);
    const { port } = new URL(serving.url);
    for (const ours of [host, `localhost:${port}`]) {
      expect((await get('/', { headers: { host: ours } })).status).toBe(200);
    }
    for (const foreign of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:1`]) {
      const refused = await get('/api/overview', { headers: { host: foreign } });
      expect([foreign, refused.status]).toEqual([foreign, 421]);
      expect(refused.text).not.toContain('order-fulfilment');
    }
    const asked = { start: 0, path: [], at: 0 };
    expect((await post('/api/walk', asked, { origin: `http://${host}` })).status).toBe(200);
    for (const origin of ['http://evil.example', 'null', `https://${host}`]) {
      expect((await post('/api/walk', asked, { origin })).status).toBe(403);
    }
  });

  it.each<[what: string, status: number, ask: () => Promise<Got>]>([
    ['another path', 404, async () => get('/etc/passwd')],
    ['a path outside', 404, async () => get('/..%2f..%2fpackage.json')],
    ['a walk that is not posted', 405, async () => get('/api/walk')],
    [
      'a form',
      415,
      async () => get('/api/walk', { method: 'POST', headers: { 'content-type': 'text/plain' } }),
    ],
    ['no JSON', 400, async () => post('/api/walk', '{')],
    ['no path', 400, async () => post('/api/walk', { start: 0, at: 0 })],
    ['a step below 0', 400, async () => post('/api/walk', { start: 0, path: [-1], at: 0 })],
    ['half a step', 400, async () => post('/api/walk', { start: 0, path: [0.5], at: 0 })],
    ['too much', 413, async () => post('/api/walk', ' '.repeat(2 ** 20 + 1))],
    ['no such property', 404, async () => post('/api/route', { property: 'nope' })],
    ['nothing', 404, async () => post('/api/route', null)],
  ])('refuses %s with %i', async (_, expected, ask) => {
    expect((await ask()).status).toBe(expected);
  });

  it('tells what is wrong with a model, and goes on', async () => {
    const { session } = await asking(MISTAKES, { mistake: 'throwing-guard' });
    const own = new Desk();
    const end = attend(own.remote, session);
    const wrong = await serve({ desk: own, check: () => status, files }, 0);
    const body = JSON.stringify({ start: 0, path: [], at: 0 });
    const told = await fetch(`${wrong.url}api/walk`, { method: 'POST', headers: JSON_TYPE, body });
    expect(told.status).toBe(500);
    expect(await told.json()).toMatchObject({ code: 'RCV213', hint: expect.any(String) as string });
    expect((await fetch(`${wrong.url}api/overview`)).status).toBe(200);
    await wrong.close();
    own.close();
    await end;
  });

  it('listens on the loopback address only', async () => {
    const port = Number(new URL(serving.url).port);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    const reached = async (host: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 1000 });
        const end = (is: boolean) => () => {
          socket.destroy();
          resolve(is);
        };
        socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
      });
    expect(await reached('127.0.0.1')).toBe(true);
    for (const { address } of others) expect(await reached(address)).toBe(false);
  });

  it('cannot have a port that somebody has', async () => {
    const port = Number(new URL(serving.url).port);
    const second = serve({ desk, check: () => status, files }, port);
    await expect(second).rejects.toMatchObject({ code: 'RCV511' });
  });

  it('leaves no port behind', async () => {
    const one = await serve({ desk, check: () => status, files }, 0);
    const port = Number(new URL(one.url).port);
    const held = connect({ host: '127.0.0.1', port });
    held.on('error', () => {});
    await new Promise((resolve) => void held.once('connect', resolve));
    await one.close();
    const again = await serve({ desk, check: () => status, files }, port);
    await again.close();
  });
});
