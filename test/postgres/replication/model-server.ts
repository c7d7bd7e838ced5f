import type { Server } from '../../../models/primary-standby/replication.ts';

/** The standbys of a cluster of three, `server[1]` and `server[2]` of the model. */
export const STANDBYS = ['s1', 's2'];

/** Which of them may have a commit, if any has it. */
export const RECEIVED = [['s1'], ['s2'], STANDBYS];

function server(role: 'primary' | 'standby', has: boolean): Server {
  const length = has ? 1 : 0;
  const led = role === 'primary' ? 1 : 0;
  return {
    context: {
      wal: '1'.repeat(length),
      flushed: length,
      applied: length,
      cut: false,
      led,
      streams: 1 - led,
    },
    matches: (asked) => asked === role,
  };
}

/** The model's servers when the primary has one commit, and so do some of the standbys. */
export function serversWith(received: readonly string[]): readonly [Server, ...Server[]] {
  const standbys = STANDBYS.map((name) => server('standby', received.includes(name)));
  return [server('primary', true), ...standbys];
}
