import { serveOnStdin } from 'reconverge';
import type { Bug } from './bugs.ts';
import { orderDriver } from './driver.ts';

await serveOnStdin(orderDriver((process.argv[2] as Bug | undefined) ?? null));
