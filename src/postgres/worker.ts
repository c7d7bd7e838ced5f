import { ReconvergeError, messageOf } from '../model/error.ts';
import { Hosted } from './hosted.ts';
import { LockstepHost } from './lockstep-host.ts';
import { Pilot } from './pilot.ts';
import type { Command, Notice, Response } from './protocol.ts';

interface Envelope {
  readonly id: number;
  readonly command: Command;
}

function send(message: Response | Notice): void {
  process.send?.(message);
}

async function obey(hosted: Hosted, host: LockstepHost, command: Command): Promise<unknown> {
  switch (command.do) {
    case 'begin':
      return host.begin(command.assignment);
    case 'apply':
      return host.apply(command.service, command.event);
    case 'reply':
      return host.reply(command.child, command.service);
    case 'answer':
      return host.answer(command.child, command.reply);
    case 'save':
      return host.save(command.child);
    case 'send':
      return host.send(command.event);
    case 'look':
      return undefined;
    case 'end':
      return host.end();
    case 'work': {
      const fired = (fault: string, at: string): void => send({ note: 'fired', fault, at });
      return new Pilot(hosted, command.plan, fired).run(command.assignment);
    }
  }
}

/**
 * The main loop of a worker process: obeys its parent until the parent is gone. The process ends
 * with the channel, so that a killed parent leaves no worker.
 */
export function serveParent(hosted: Hosted): void {
  const host = new LockstepHost(hosted);
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ id, command }: Envelope) => {
    void obey(hosted, host, command).then(
      (value) => {
        const view = command.do === 'work' ? null : host.view();
        send({ id, ok: true, view, value });
      },
      (thrown: unknown) => {
        const coded = thrown instanceof ReconvergeError ? thrown : null;
        const message =
          coded?.message ?? (thrown instanceof Error ? (thrown.stack ?? '') : messageOf(thrown));
        send({ id, ok: false, code: coded?.code ?? null, message, hint: coded?.hint ?? null });
      },
    );
  });
  send({ note: 'ready' });
}
