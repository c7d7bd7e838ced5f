import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One way of a link. */
export type Direction = 'there' | 'back';

/**
 * A loopback relay whose two directions are open or held, each by itself: what is held waits, as in
 * a network that has stopped carrying. Starts open.
 */
export interface Link {
  readonly port: number;
  hold(direction: Direction): void;
  open(direction: Direction): void;
  /** Ends every connection that runs over it; new ones may come. */
  cut(): void;
  close(): Promise<void>;
}

/** Links to a port of this machine: `there` is towards it. Throws what listening throws. */
export async function startLink(target: number): Promise<Link> {
  const held = { there: false, back: false };
  const ends: Record<Direction, Set<Socket>> = { there: new Set(), back: new Set() };
  const sockets = (): Socket[] => [...ends.there, ...ends.back];

  const carry = (from: Socket, to: Socket, direction: Direction): void => {
    ends[direction].add(from);
    from.setNoDelay(true);
    if (held[direction]) from.pause();
    from.on('data', (chunk) => to.write(chunk));
    if (held[direction]) from.pause();
    from.on('error', () => undefined); // "close" follows.
    from.on('close', () => {
      ends[direction].delete(from);
      to.destroySoon();
    });
  };
  const listener = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    carry(near, far, 'there');
    carry(far, near, 'back');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets()) socket.resetAndDestroy();
  };
  return {
    port,
    hold(direction) {
      held[direction] = true;
      for (const socket of ends[direction]) socket.pause();
    },
    open(direction) {
      held[direction] = false;
      for (const socket of ends[direction]) socket.resume();
    },
    cut,
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      cut();
      await closed;
    },
  };
}
