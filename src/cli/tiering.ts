import { setFlagsFromString } from 'node:v8';

/** The V8 of Node 20, where it was measured. A V8 without the flag would complain on stderr. */
const MEASURED = /^11\.3\./;

/** Bytes of bytecode that a function runs through before V8 optimises it; V8's own: 132 KiB. */
const BUDGET_BYTES = 1_000_000;

/**
 * Lets V8 optimise only what runs for long. A check is over in a few hundred milliseconds, and puts
 * its questions to cold code: by V8's own measure a second thread compiles for half of that time
 * what is then hardly used. Generated loops are long past it soon. For all threads of the process.
 */
export function optimiseLate(): void {
  if (MEASURED.test(process.versions.v8)) setFlagsFromString(`--interrupt-budget=${BUDGET_BYTES}`);
}
