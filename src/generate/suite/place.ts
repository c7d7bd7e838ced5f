import type { Local } from '../../machine/local.ts';
import type { Request } from '../../machine/body.ts';
import type { State, Stepping } from '../stepping.ts';

function phase({ src, reply, save }: Request): string {
  if (save !== null) return `${src} saving`;
  if (reply === null) return `${src} asked`;
  return `${src} ${reply.is === 'done' ? 'answered' : `failed ${reply.error.persistence}`}`;
}

function placeOf({ mode, body }: Local): string {
  if (body === null) return mode;
  const { value, status } = body.snapshot;
  const waiting = [...body.requests.map(phase), ...body.timers.flat().map(() => 'a timer')];
  return JSON.stringify([mode, status, value, waiting]);
}

/**
 * What all actors are doing in a state: where their machines are, what they wait for, which
 * requests are adrift, which messages wait. What they know (contexts) and what is left of budgets
 * is no part of it.
 */
export class Places {
  private readonly stepping: Stepping;
  private readonly known: Map<number, string>[] = [];

  constructor(stepping: Stepping) {
    this.stepping = stepping;
  }

  of({ row }: State): string {
    const { world } = this.stepping.compiled;
    const parts = world.actors.map(({ instance: { index }, locals }) => {
      const local = row[index] as number;
      const texts = (this.known[index] ??= new Map());
      const text = texts.get(local) ?? placeOf(locals.at(local));
      texts.set(local, text);
      const adrift = world.adrift[index]?.at(row[world.adriftComponent(index)] as number) ?? [];
      const lists = world.inboxes[index];
      const inbox = lists?.at(row[world.inboxComponent(index)] as number) ?? [];
      const loose = [
        ...adrift.map(({ event }) => event.type),
        '',
        ...inbox.map(({ type }) => type),
      ];
      return loose.length === 1 ? text : `${text} ${loose.join()}`;
    });
    return parts.join('|');
  }
}
