import { assign, setup } from 'xstate';
import type { ServiceTable } from 'reconverge';

/** What a service has for this order, by idempotency key. A void row is a tombstone. */
export type Ledger = { readonly rows: Readonly<Record<string, 'half' | 'full' | 'void'>> };
type Request = { type: 'PERFORM' | 'PERFORM_HALF' | 'REVOKE'; key: string };

export const service = setup({
  types: {} as { context: Ledger; events: Request },
  guards: {
    isOpen: ({ context, event }) => context.rows[event.key] !== 'void',
    isNew: ({ context, event }) => context.rows[event.key] === undefined,
  },
  actions: {
    perform: assign({ rows: ({ context: { rows }, event }) => ({ ...rows, [event.key]: 'full' }) }),
    start: assign({ rows: ({ context: { rows }, event }) => ({ ...rows, [event.key]: 'half' }) }),
    revoke: assign({ rows: ({ context: { rows }, event }) => ({ ...rows, [event.key]: 'void' }) }),
  },
}).createMachine({
  id: 'service',
  context: { rows: {} },
  on: {
    PERFORM: { guard: 'isOpen', actions: 'perform' },
    PERFORM_HALF: { guard: 'isNew', actions: 'start' },
    REVOKE: { actions: 'revoke' },
  },
});

/** A service that forgets what was revoked, so that nothing stops a late request. */
export const forgetting = service.provide({ actions: { revoke: assign({ rows: {} }) } });

/** The same service as a table of a real database, one statement per event. */
const table = (name: string, keepsTombstones: boolean): ServiceTable => ({
  on: {
    PERFORM: `insert into ${name} (key, status) values ($1::jsonb ->> 'key', 'full')
      on conflict (key) do update set status = 'full' where ${name}.status = 'half'`,
    PERFORM_HALF: `insert into ${name} (key, status) values ($1::jsonb ->> 'key', 'half')
      on conflict (key) do nothing`,
    REVOKE: keepsTombstones
      ? `insert into ${name} (key, status) values ($1::jsonb ->> 'key', 'void')
          on conflict (key) do update set status = 'void'`
      : `delete from ${name} where key = $1::jsonb ->> 'key'`,
  },
  read: `select jsonb_build_object('rows', coalesce(jsonb_object_agg(key, status), '{}')) as context
    from ${name} where key = $1 or starts_with(key, $1 || '/')`,
});
export const SERVICES = ['stock', 'payments', 'shipments'] as const;
export const tables = (keeps: boolean) =>
  Object.fromEntries(SERVICES.map((name) => [name, table(name, keeps)]));
export const createTable = (name: string) => `create table if not exists ${name}
  (key text primary key, status text not null check (status in ('half', 'full', 'void')));`;
