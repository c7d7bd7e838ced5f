import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended while we looked.
  }
}

/** Live processes (no zombies) with the marker in their environment or their arguments. */
function processesWith(marker: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => !/^\d+ \(.*\) Z/.test(read(`/proc/${pid}/stat`)))
    .filter((pid) =>
      ['environ', 'cmdline'].some((file) => read(`/proc/${pid}/${file}`).includes(marker)),
    )
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Waits until no process carries the marker and `isClean`; throws what is left after 10 s. */
export async function nothingLeft(marker: string, isClean: () => boolean): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (processesWith(marker).length === 0 && isClean()) return;
    await sleep(50);
  }
  throw new Error(`left behind: ${processesWith(marker).join('; ')}, clean: ${isClean()}`);
}
