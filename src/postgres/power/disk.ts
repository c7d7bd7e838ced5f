import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconvergeError } from '../../model/error.ts';
import { serverAccount, temporaryBase } from '../server/account.ts';
import type { PostgresServer } from '../server/running.ts';
import { type Keeper, openKeeper } from './keeper.ts';
import { halt, noPower } from './halt.ts';
import { plantWitness, readWitness, spoilWitness } from './witness.ts';

/**
 * A disk of its own, an image mounted as ext4, whose power can be cut: what the file system has not
 * been told to flush is gone, though the machine runs on (tier T3).
 */
export interface PowerDisk {
  /** Canonical path of a folder on the disk; data directories of servers go below it. */
  readonly folder: string;
  /**
   * Cuts the power of the disk and of the servers on it, and switches the disk on again: its
   * journal is replayed, and it is checked. The servers are down then; `restart` starts them.
   * @throws ReconvergeError RCV417 when a server's data are elsewhere, when the disk is damaged,
   * and when the cut was none: what was flushed is missing, or something that was not is there
   */
  cutPower(...servers: readonly PostgresServer[]): Promise<void>;
  /** Takes the disk away, with all that is on it. Servers on it must be stopped before. */
  close(): Promise<void>;
}

/**
 * Makes a disk. Needs Linux, root, and the programs mkfs.ext4, e2fsck, mount and umount.
 * @param sizeMiB at least 16; a server needs about 200
 * @throws ReconvergeError RCV417 where that is not to be had, with the reason
 */
export async function openDisk(sizeMiB = 512): Promise<PowerDisk> {
  if (process.platform !== 'linux') throw noPower('it takes Linux');
  if (process.getuid?.() !== 0) throw noPower('it takes root');
  const name = `reconverge-disk-${randomBytes(12).toString('hex')}`;
  const folder = join(temporaryBase(serverAccount(null)), name);
  const place = { image: join(folder, 'image'), mountPoint: join(folder, 'disk') };
  const keeper = openKeeper(folder, place.mountPoint);
  try {
    mkdirSync(folder, { mode: 0o711 });
    mkdirSync(place.mountPoint);
    writeFileSync(place.image, '', { mode: 0o600 });
    truncateSync(place.image, sizeMiB * 1024 * 1024);
    const atOnce = 'lazy_itable_init=0,lazy_journal_init=0';
    await run(keeper, 'mkfs.ext4', ['-q', '-F', '-m', '0', '-E', atOnce, place.image]);
    await switchOn(keeper, place);
    chmodSync(place.mountPoint, 0o755);
    plantWitness(place.mountPoint);
  } catch (thrown) {
    await keeper.close();
    throw thrown;
  }
  return {
    folder: place.mountPoint,
    async cutPower(...servers) {
      const stray = servers.find(
        ({ dataDirectory }) => dataDirectory?.startsWith(`${place.mountPoint}/`) !== true,
      );
      if (stray !== undefined) throw noPower(`the data of ${stray.url} are not on this disk`);
      spoilWitness(place.mountPoint);
      halt(place);
      await Promise.all(servers.map((server) => server.crash()));
      await switchOff(keeper, place);
      await switchOn(keeper, place);
      const fault = readWitness(place.mountPoint);
      if (fault !== null) throw noPower(fault);
      // As the machine would on its way up: PostgreSQL refuses one that is empty.
      for (const { dataDirectory } of servers) {
        rmSync(join(dataDirectory ?? '', 'postmaster.pid'), { force: true });
      }
    },
    close: () => keeper.close(),
  };
}

/** Null where power can be cut, tried on a small disk; else the reason why it cannot. */
export async function whyNoPowerCut(): Promise<string | null> {
  try {
    const disk = await openDisk(16);
    try {
      await disk.cutPower();
      return null;
    } finally {
      await disk.close();
    }
  } catch (thrown) {
    if (thrown instanceof ReconvergeError && thrown.code === 'RCV417') return thrown.message;
    throw thrown;
  }
}

interface Place {
  readonly image: string;
  readonly mountPoint: string;
}

/** Checks as a booting machine does, and mounts, which replays the journal. */
async function switchOn(keeper: Keeper, { image, mountPoint }: Place): Promise<void> {
  await run(keeper, 'e2fsck', ['-p', image], (code) => code <= 1);
  const options = 'loop,nosuid,nodev,errors=remount-ro';
  await run(keeper, 'mount', ['-t', 'ext4', '-o', options, image, mountPoint]);
}

/** Processes that were just killed may hold files for another moment. */
async function switchOff(keeper: Keeper, { mountPoint }: Place): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(keeper, 'umount', [mountPoint]);
    } catch (thrown) {
      if (attempt === 100) throw thrown;
      await sleep(50);
    }
  }
}

function run(
  { pipe }: Keeper,
  program: string,
  args: readonly string[],
  isGood = (code: number): boolean => code === 0,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', pipe], env });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', ({ message }) => {
      reject(noPower(message));
    });
    child.once('close', (code) => {
      if (code !== null && isGood(code)) resolve();
      else reject(noPower(`${program} ended with ${code}: ${said.trim()}`));
    });
  });
}
