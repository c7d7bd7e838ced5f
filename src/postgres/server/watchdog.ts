import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { ReconvergeError } from '../../model/error.ts';

/** Every process of a server carries this variable, set to the name of its private folder. */
export const markerVariable = 'RECONVERGE_SERVER';

/**
 * $1 is the private folder, $2 the marker, $3 the data directory. `read` returns false when the
 * last write end of the pipe is closed, whatever ended its holder. The file `closed` keeps a
 * launcher that was started in that very moment from going on: either it sees the file, or the
 * search sees it, because it carries the marker. Children of a postmaster overwrite their
 * environment, but their title bears the marker as cluster name. The patterns go in by a pipe, for
 * else the search would find itself. Two empty searches in a row, 50 ms apart, end the hunt; one
 * does after an orderly stop. Killed servers leave one small System V segment each in the kernel,
 * which their lock file names in line 7; it goes too, if nobody is attached to it.
 */
const script = String.raw`
trap '' HUP INT TERM QUIT PIPE
quietNeeded=2
while read -r line; do quietNeeded=1; done
[ -d "$1" ] && : >"$1/closed"
ours() {
  patterns=$(printf 'RECONVERGE_SERVER=%s\npostgres: %s' "$2" "$2")
  if [ -d /proc/self ]; then
    printf '%s\n' "$patterns" | grep -lsF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline |
      sed 's|^/proc/||; s|/.*||'
  else
    printf '%s\n' "$patterns" >"$1/patterns"
    ps -axEwwo pid=,command= | grep -F -f "$1/patterns" |
      sed 's|^ *||; s| .*||'
  fi
}
noteSegments() {
  for lock in "$3/postmaster.pid" "$3/initialising/postmaster.pid"; do
    [ -f "$lock" ] && segments="$segments $(sed -n '7s/^ *[0-9]* *\([0-9]*\) *$/\1/p' "$lock")"
  done
}
segments=
quiet=0
round=0
while [ "$quiet" -lt "$quietNeeded" ] && [ "$round" -lt 400 ]; do
  [ "$round" -eq 0 ] || sleep 0.05
  round=$((round + 1))
  noteSegments "$@"
  pids=$(ours "$@")
  if [ -z "$pids" ]; then
    quiet=$((quiet + 1))
    continue
  fi
  quiet=0
  if [ "$round" -le 20 ]; then
    kill -QUIT $pids 2>/dev/null
    kill -CONT $pids 2>/dev/null
  else
    kill -KILL $pids 2>/dev/null
  fi
done
if [ -r /proc/sysvipc/shm ]; then
  for segment in $segments; do
    awk -v id="$segment" '$2 == id && $7 == 0 { exit 3 }' /proc/sysvipc/shm
    [ $? -eq 3 ] && ipcrm -m "$segment"
  done
fi
rm -rf "$1"
`;

/** The process that cleans up behind a server, however its Node process ends. */
export interface Watchdog {
  /**
   * Ends the watch: whatever still runs is killed, the private folder is removed, and the watchdog
   * is gone when this resolves. `orderly` says that the server is already known to be stopped.
   */
  close(orderly: boolean): Promise<void>;
}

/**
 * Starts the watchdog for a private folder that is about to be made. It is one shell that waits on
 * a pipe whose only write end is in this process (Node opens it close-on-exec, so no other child
 * has it). It leads a session of its own, so that a signal to our group does not take it first, and
 * it shares no standard stream with us, so that nobody who reads our output waits for it. It does
 * not keep Node's event loop alive.
 */
export function openWatchdog(folder: string, marker: string, dataDirectory: string): Watchdog {
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', script, 'reconverge-watchdog', folder, marker, dataDirectory],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    },
  );
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null) {
    throw new ReconvergeError('RCV402', 'the clean-up process (/bin/sh) could not be started');
  }
  stdin.on('error', () => undefined);
  child.unref();
  // The typings know it as a stream only; a pipe to a child is a socket.
  const pipe: unknown = stdin;
  if (pipe instanceof Socket) pipe.unref();
  return {
    async close(orderly) {
      child.ref();
      stdin.end(orderly ? 'stopped\n' : undefined);
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}
