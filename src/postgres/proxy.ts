import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { asksForEncryption, type Message, MessageSplitter, StatementTracker } from './frontend.ts';

/** One planned cut, or withheld answer. It happens at most once. */
export interface Cut {
  /** Resolves when it has happened. Never rejects. */
  readonly fired: Promise<void>;
  readonly hasFired: boolean;
  /** Withdraws the plan if it has not happened yet. */
  disarm(): void;
}

/**
 * A loopback proxy in front of PostgreSQL that cuts a connection exactly where a client cannot tell
 * whether its transaction was committed. Unencrypted connections only.
 */
export interface PostgresProxy {
  /** The server's URL with the proxy's address. */
  readonly url: string;
  readonly port: number;
  /**
   * Cuts before the next commit reaches the server: the transaction never happens. A commit is
   * COMMIT or END inside a transaction block, or, outside one, a statement whose text contains
   * `statement`. A new plan replaces one that has not happened yet.
   */
  cutBeforeCommit(statement?: string): Cut;
  /** Cuts after the server has committed, its answer withheld. */
  cutAfterCommit(statement?: string): Cut;
  /** Withholds the answer after the server has committed, and leaves the connection as it is. */
  withholdAfterCommit(statement?: string): Cut;
  /** Cuts every connection at once; returns of how many sockets. */
  cutAll(): number;
  /**
   * While stalled, nothing passes in either direction and no connection ends: a black hole. Returns
   * how many sockets are held; those that come are, too.
   */
  stall(): number;
  /** Ends the stall; what was held back is delivered. */
  flow(): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

interface Plan {
  readonly when: 'before' | 'after' | 'withhold';
  readonly statement: string;
  readonly fire: () => void;
}

interface Shared {
  plan: Plan | null;
  readonly sockets: Set<Socket>;
  stalled: boolean;
}

/** Starts a proxy for the server of a URL, on a port of its own. Throws what listening throws. */
export async function startProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url);
  const shared: Shared = { plan: null, sockets: new Set(), stalled: false };
  const listener = createServer((client) => {
    const server = connect(Number(target.port || 5432), target.hostname.replace(/^\[|\]$/g, ''));
    join(client, server, shared);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(port);

  const cutAll = (): number => {
    const { size } = shared.sockets;
    for (const socket of shared.sockets) socket.resetAndDestroy();
    return size;
  };
  const setStalled = (stalled: boolean): void => {
    shared.stalled = stalled;
    for (const socket of shared.sockets) {
      if (stalled) socket.pause();
      else socket.resume();
    }
  };
  return {
    url: own.href,
    port,
    cutBeforeCommit: (statement = 'save_checkpoint') => arm(shared, 'before', statement),
    cutAfterCommit: (statement = 'save_checkpoint') => arm(shared, 'after', statement),
    withholdAfterCommit: (statement = 'save_checkpoint') => arm(shared, 'withhold', statement),
    cutAll,
    stall: () => {
      setStalled(true);
      return shared.sockets.size;
    },
    flow: () => {
      setStalled(false);
    },
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      cutAll();
      await closed;
    },
  };
}

function arm(shared: Shared, when: Plan['when'], statement: string): Cut {
  let hasFired = false;
  let resolve: () => void;
  const fired = new Promise<void>((done) => {
    resolve = done;
  });
  const plan: Plan = {
    when,
    statement,
    fire: () => {
      hasFired = true;
      resolve();
    },
  };
  shared.plan = plan;
  return {
    fired,
    get hasFired() {
      return hasFired;
    },
    disarm: () => {
      if (shared.plan === plan) shared.plan = null;
    },
  };
}

/** Joins two sockets, message by message. Either end's loss is the other's. */
function join(client: Socket, server: Socket, shared: Shared): void {
  const fromClient = new MessageSplitter('client');
  const fromServer = new MessageSplitter('server');
  const statements = new StatementTracker();
  let inTransaction = false;
  let withheld: Plan | null = null;
  let cut = false;

  const cutHere = (plan: Plan): void => {
    cut = true;
    client.resetAndDestroy();
    server.resetAndDestroy();
    plan.fire();
  };

  const toServer = (message: Message): void => {
    const plan = shared.plan;
    const text = statements.textOf(message);
    if (plan !== null && text !== null && commits(text, inTransaction, plan.statement)) {
      shared.plan = null;
      if (plan.when === 'before') return cutHere(plan);
      withheld = plan;
    }
    if (message.type === '' && asksForEncryption(message.bytes)) fromServer.expectBareByte = true;
    server.write(message.bytes);
  };

  /** ReadyForQuery ends every exchange and comes after the commit; its last byte is I, T or E. */
  const toClient = (message: Message): void => {
    if (message.type === 'Z') inTransaction = message.bytes[5] !== 'I'.charCodeAt(0);
    if (withheld === null) client.write(message.bytes);
    else if (message.type === 'Z') {
      if (withheld.when === 'withhold') withheld.fire();
      else cutHere(withheld);
    }
  };

  const forward = (splitter: MessageSplitter, deliver: (message: Message) => void) => {
    return (chunk: Buffer): void => {
      for (const message of splitter.push(chunk)) if (!cut) deliver(message);
    };
  };

  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    shared.sockets.add(socket);
    socket.setNoDelay(true);
    if (shared.stalled) socket.pause();
    socket.on('error', () => undefined); // "close" follows.
    socket.on('end', () => other.end());
    socket.on('close', () => {
      shared.sockets.delete(socket);
      other.destroySoon();
    });
  }
  client.on('data', forward(fromClient, toServer));
  server.on('data', forward(fromServer, toClient));
}

function commits(text: string, inTransaction: boolean, statement: string): boolean {
  return inTransaction ? /^\s*(commit|end)\b/i.test(text) : text.includes(statement);
}
