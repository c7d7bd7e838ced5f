import { createRequire } from 'node:module';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** This package's own manifest, by its own name: the same from source and when built. */
function manifest(): Manifest {
  return createRequire(import.meta.url)('reconverge/package.json') as Manifest;
}

export function packageVersion(): string {
  return manifest().version;
}

/** The range of Node versions, as in `engines`. */
export function supportedNodes(): string {
  return manifest().engines.node;
}

function numbers(version: string): readonly number[] {
  return version.replace(/^\D*/, '').split('.').map(Number);
}

function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  for (const [index, number] of least.entries()) {
    const own = version[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** Whether a version such as "v20.20.2" lies in a range made of `^a.b.c`, `>=a.b.c` and `||`. */
export function isSupportedNode(version: string, range = supportedNodes()): boolean {
  const own = numbers(version);
  return range.split('||').some((alternative) => {
    const least = numbers(alternative.trim());
    const isSameMajor = own[0] === least[0];
    return isAtLeast(own, least) && (isSameMajor || alternative.trim().startsWith('>='));
  });
}
