import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import type { Beginning, Driver } from './driver.ts';
import type { ModelAction } from '../generate/action.ts';
import { isRequest, type DriverAnswer } from './wire.ts';

async function performed(driver: Driver, text: string): Promise<DriverAnswer> {
  try {
    const request: unknown = JSON.parse(text);
    if (!isRequest(request)) return { failed: 'this is no request to a driver' };
    const about = request.about as unknown;
    const isKnown = (name: string, is: 'step' | 'fault'): void => {
      if (!driver.knows(name, is)) throw new Error(`the driver has nothing for '${name}'`);
    };
    let done: Json = null;
    switch (request.do) {
      case 'start':
        await driver.start(about as Beginning);
        break;
      case 'step':
      case 'fault':
        isKnown((about as ModelAction).name, request.do);
        await driver[request.do](about as ModelAction);
        break;
      case 'read':
        done = await driver.read();
        break;
      case 'stop':
        await driver.stop();
        break;
    }
    return { done };
  } catch (thrown) {
    return { failed: messageOf(thrown) };
  }
}

/**
 * The other side of `inChild`: answers requests on standard input until it ends. What the driver
 * has running is stopped then.
 */
export async function serveOnStdin(driver: Driver): Promise<void> {
  let isStopped = true;
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await performed(driver, line);
    isStopped = line.includes('"do":"stop"');
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  if (!isStopped) await driver.stop();
}

/** A driver that others reach over HTTP, on this machine only. */
export interface DriverServer {
  /** Where it listens, on the loopback interface. */
  readonly url: string;
  /** Ends it; over when nothing listens any more. */
  readonly close: () => Promise<void>;
}

const BODY_MAX = 16 * 2 ** 20;

/** The other side of `overHttp`. `port` 0: any that is free. */
export async function serveOverHttp(driver: Driver, port = 0): Promise<DriverServer> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length > BODY_MAX) request.destroy();
      else parts.push(part);
    });
    request.on('end', () => {
      void performed(driver, Buffer.concat(parts).toString('utf8')).then((answer) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${own}/`, close };
}
