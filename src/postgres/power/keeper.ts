import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { ReconvergeError } from '../../model/error.ts';

/**
 * $1 is the private folder, $2 the mount point in it. The pipe ends with its last holder: us, and
 * the programs that we run, so that no mount comes after the look for it. Servers on the disk have
 * watchdogs of their own, which end them; after 30 s without success it is taken away from them.
 */
const script = String.raw`
trap '' HUP INT TERM QUIT PIPE
while read -r line; do :; done
round=0
while grep -qF " $2 " /proc/self/mountinfo; do
  umount "$2" 2>/dev/null && continue
  round=$((round + 1))
  [ "$round" -gt 600 ] && { umount -l "$2"; break; }
  sleep 0.05
done
rm -rf "$1"
`;

/** The process that takes a disk away however this process ends. */
export interface Keeper {
  /** What every program that works on the disk must inherit. */
  readonly pipe: Socket;
  /** Unmounts and removes the folder; all is gone when this resolves. */
  close(): Promise<void>;
}

/**
 * Starts the keeper of a folder that is about to be made: a shell in a session of its own, which
 * shares no standard stream with us and does not keep Node's event loop alive.
 */
export function openKeeper(folder: string, mountPoint: string): Keeper {
  const command = ['-c', script, 'reconverge-keeper', folder, mountPoint];
  const child = spawn('/bin/sh', command, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  const pipe: unknown = child.stdin;
  if (child.pid === undefined || !(pipe instanceof Socket)) {
    throw new ReconvergeError('RCV417', 'the clean-up process (/bin/sh) could not be started');
  }
  pipe.on('error', () => undefined);
  pipe.unref();
  child.unref();
  return {
    pipe,
    async close() {
      child.ref();
      pipe.end();
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}
