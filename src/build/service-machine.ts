import { assign, setup } from 'xstate';
import type { ServiceTable } from '../model/define.ts';
import { failure, type Failure } from '../model/failure.ts';
import type { Key } from './worker-machine.ts';
import type { PlannedStep } from './plan.ts';

/** What a service has done, by key. A void row is a tombstone. */
export type Row = 'half' | 'full' | 'twice' | 'void';
export interface Rows {
  readonly rows: Readonly<Record<string, Row>>;
}

/**
 * `DO` knows its key and is done once, `DO_ANEW` is done again; `UNDO` leaves a tombstone, `FORGET`
 * nothing.
 */
export type Request = {
  readonly type: 'DO' | 'DO_ANEW' | 'DO_HALF' | 'UNDO' | 'FORGET';
  readonly key: string;
};

type Rewrite = (row: Row | undefined) => Row | null;

const perform: Rewrite = (row) => (row === undefined || row === 'half' ? 'full' : row);
const REWRITES: Readonly<Record<Request['type'], Rewrite>> = {
  DO: perform,
  DO_ANEW: (row) => (row === 'full' ? 'twice' : perform(row)),
  DO_HALF: (row) => row ?? 'half',
  UNDO: () => 'void',
  FORGET: () => null,
};

function rewritten(rows: Rows['rows'], { type, key }: Request): Rows['rows'] {
  const { [key]: row, ...others } = rows;
  const next = REWRITES[type](row);
  return next === null ? others : { ...rows, [key]: next };
}

/** A service that keeps a row for each request. */
export const serviceMachine = () =>
  setup({
    types: {} as { context: Rows; events: Request },
    actions: {
      rewrite: assign({ rows: ({ context, event }) => rewritten(context.rows, event) }),
    },
  }).createMachine({
    id: 'service',
    context: { rows: {} },
    on: Object.fromEntries(Object.keys(REWRITES).map((type) => [type, { actions: 'rewrite' }])),
  });

type Asked = { readonly input: Key };

export const performing = ({ isIdempotent }: PlannedStep) => {
  const type = isIdempotent ? 'DO' : 'DO_ANEW';
  return ({ input: { key } }: Asked): Request => ({ type, key });
};
export const halving = ({ input: { key } }: Asked): Request => ({ type: 'DO_HALF', key });
export const undoing = ({ undo }: PlannedStep) => {
  const type = undo?.keepsTombstone === false ? 'FORGET' : 'UNDO';
  return ({ input: { key } }: Asked): Request => ({ type, key });
};

/** A void row refuses for good; otherwise what was asked for has been done. */
export const unlessVoid = ({
  service,
  input,
}: Asked & { readonly service: { readonly context: Rows } }): Failure | undefined =>
  service.context.rows[input.key] === 'void' ? failure('permanent') : undefined;

/** The same service as a table of a real database, one statement per event. */
export function serviceTable(table: string): ServiceTable {
  const key = `$1::jsonb ->> 'key'`;
  const insert = `insert into ${table} (key, status) values (${key},`;
  const full = (conflict: string): string =>
    `${insert} 'full') on conflict (key) do update set status = ${conflict}`;
  return {
    on: {
      DO: full(`'full' where ${table}.status = 'half'`),
      DO_ANEW: full(`case ${table}.status when 'half' then 'full' else 'twice' end
        where ${table}.status <> 'void'`),
      DO_HALF: `${insert} 'half') on conflict (key) do nothing`,
      UNDO: `${insert} 'void') on conflict (key) do update set status = 'void'`,
      FORGET: `delete from ${table} where key = ${key}`,
    },
    read: `select
        jsonb_build_object('rows', coalesce(jsonb_object_agg(key, status), '{}')) as context
      from ${table} where key = $1 or starts_with(key, $1 || '/')`,
  };
}

export const createTable = (table: string): string => `create table if not exists ${table} (
  key text primary key,
  status text not null check (status in ('half', 'full', 'twice', 'void'))
);`;
