import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A Chromium of this machine: what the variable CHROMIUM names, or one in a usual place. */
export const CHROMIUM: string | undefined = [process.env['CHROMIUM'], ...PLACES].find(
  (path) => path !== undefined && existsSync(path),
);

/** Why tests in a browser are left out; null where they are not. In CI they never are. */
export const NO_BROWSER: string | null =
  CHROMIUM === undefined && process.env['CI'] !== 'true'
    ? 'there is no Chromium: install one, or name it in the variable CHROMIUM'
    : null;
