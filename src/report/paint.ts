import { styleText } from 'node:util';

/** How a piece of text should look; what that means is decided where it is printed. */
export type Look = 'good' | 'bad' | 'doubtful' | 'strong' | 'faint' | 'fault';
export type Paint = (look: Look, text: string) => string;

const FORMATS: Readonly<Record<Look, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  bad: 'red',
  doubtful: 'yellow',
  strong: 'bold',
  faint: 'dim',
  fault: 'magenta',
};

/** For pipes, files and people who want no colour. */
export const plain: Paint = (_look, text) => text;

/** For terminals. */
export const coloured: Paint = (look, text) =>
  styleText(FORMATS[look], text, { validateStream: false });
