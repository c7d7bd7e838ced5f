import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { onPath } from './measure.ts';

export const TOOLS = ['Reconverge', 'Spin', 'Rumur', 'TLC', 'Stateright', '@xstate/graph'] as const;
export type Tool = (typeof TOOLS)[number];

/** What was found of the peers on this machine; null is missing. Files to run, and versions. */
export interface Toolbox {
  readonly spin: string | null;
  readonly rumur: string | null;
  readonly compiler: string | null;
  readonly java: string | null;
  /** The archive with TLC, named by TLC_JAR. */
  readonly tlcArchive: string | null;
  /** A program with the same models, named by STATERIGHT_BIN: see `commands.ts`. */
  readonly stateright: string | null;
}

const named = (variable: string): string | null => {
  const file = process.env[variable];
  return file !== undefined && existsSync(file) ? file : null;
};

export function findTools(): Toolbox {
  return {
    spin: onPath('spin'),
    rumur: onPath('rumur'),
    compiler: onPath('gcc') ?? onPath('cc'),
    java: onPath('java'),
    tlcArchive: named('TLC_JAR'),
    stateright: named('STATERIGHT_BIN'),
  };
}

/** Why a tool cannot be run here, or null if it can. */
export function missing(tool: Tool, box: Toolbox): string | null {
  const without = (what: Readonly<Record<string, string | null>>): string | null => {
    const names = Object.entries(what).flatMap(([name, file]) => (file === null ? [name] : []));
    return names.length === 0 ? null : `not found: ${names.join(', ')}`;
  };
  switch (tool) {
    case 'Reconverge':
    case '@xstate/graph':
      return null;
    case 'Spin':
      return without({ spin: box.spin, 'a C compiler': box.compiler });
    case 'Rumur':
      return without({ rumur: box.rumur, 'a C compiler': box.compiler });
    case 'TLC':
      return without({ java: box.java, 'the archive that TLC_JAR names': box.tlcArchive });
    case 'Stateright':
      return without({ 'the program that STATERIGHT_BIN names': box.stateright });
  }
}

function firstLine(file: string | null, ...args: readonly string[]): string | null {
  if (file === null) return null;
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  const [line = ''] = `${stdout}${stderr}`.trim().split('\n');
  return line.replaceAll(file, basename(file));
}

/** One line for each tool that is there. */
export function versions(box: Toolbox): readonly string[] {
  const archive = box.tlcArchive === null ? null : `TLC from ${basename(box.tlcArchive)}`;
  const program = box.stateright === null ? null : `Stateright in ${basename(box.stateright)}`;
  const lines = [
    firstLine(box.spin, '-V'),
    firstLine(box.rumur, '--version'),
    firstLine(box.compiler, '--version'),
    archive === null ? null : firstLine(box.java, '-version'),
    archive,
    program,
  ];
  return lines.filter((line) => line !== null);
}
