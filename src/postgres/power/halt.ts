import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf, ReconvergeError } from '../../model/error.ts';

/** The error of everything that keeps a power cut from being one. */
export function noPower(reason: string): ReconvergeError {
  return new ReconvergeError('RCV417', `the power cannot be cut here: ${reason}`);
}

/**
 * Nothing more reaches the image: the file system gives up as after a fatal error, its running
 * transaction included, and keeps none of what it has only in memory. The kernel's own means
 * (`trigger_fs_error`), so that no program is needed for it.
 */
export function halt({ image, mountPoint }: { image: string; mountPoint: string }): void {
  const device = loopOf(mountPoint);
  // Never the file system of somebody else.
  if (backing(device) !== image) throw noPower(`${device} is not the disk that was made here`);
  try {
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, 'power cut');
  } catch (thrown) {
    throw noPower(messageOf(thrown));
  }
}

/** "loop0": the device that is mounted there (proc(5), mountinfo: source after the hyphen). */
function loopOf(mountPoint: string): string {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const line = lines.find((one) => one.split(' ')[4] === mountPoint);
  const [, source = ''] = line?.split(' - ')[1]?.split(' ') ?? [];
  const device = /^\/dev\/(loop\d+)$/.exec(source)?.[1];
  if (device === undefined) throw noPower(`no loop device is mounted on ${mountPoint}`);
  return device;
}

function backing(device: string): string {
  return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8').trimEnd();
}
