import { expect, it } from 'vitest';
import type { Finding } from '../../activities/ledger/port.js';
import { dice } from './chance.js';
import { addDevice, entry, freshKey, laptop, type Town, town, waitsForDevice } from './town.js';

async function findings(t: Town): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of t.ledger.verifyChains()) found.push(finding);
  return found;
}

/** What the constraints would have stopped is the audit's to find too: whoever can write the tables can drop them. */
const withoutForeignKeys = (t: Town) =>
  t.sql(`do $$ declare one record; begin
    for one in select conrelid::regclass as of, conname from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace loop
      execute format('alter table %s drop constraint %I', one.of, one.conname);
    end loop;
  end $$`);

/** A ledger with a few cases that have gone through something: words, a reservation, two seals, and events after the last of them. */
async function lived(): Promise<Town> {
  const t = await town();
  await addDevice(t, 'PC-1');
  for (const caseId of ['A', 'B', 'C', 'D']) {
    const key = freshKey();
    const words = await t.ledger.keep(key, caseId, { data: `list of ${caseId}`, reason: 'a quiet room' });
    const input = { by: 'S1', as: 'staff:S1', ...words };
    await t.ledger.append(entry(caseId, 1, { name: 'request', key, input }));
  }
  await t.ledger.seal('2027-04-05');
  t.clock.set('2027-04-06T00:00:00.123Z');
  const due = [...waitsForDevice, { step: 'withdraw', who: 'staff:S1' as const }, { step: 'expire', at: '2027-04-20T00:00:00Z' }];
  for (const caseId of ['A', 'B', 'C']) {
    const claim = laptop('2027-04-07', '2027-04-09');
    const { next } = await t.ledger.append(entry(caseId, 2, { name: 'approve' }, { due, claim }));
    if (next) await t.ledger.append(entry(caseId, 3, next, { due, claim }));
  }
  await t.ledger.seal('2027-04-06');
  await t.ledger.append(entry('B', 3, { name: 'withdraw' }, { due: [] }));
  return t;
}

it('finds nothing on a sound ledger', async () => {
  const t = await lived();
  expect(await findings(t)).toEqual([]);
  expect(
    await t.sql('select number, (select count(*)::int from seal_heads where seal = number) as heads from seals order by number'),
  ).toEqual([
    { number: 1, heads: 4 },
    { number: 2, heads: 3 },
  ]);
});

it('seals a date once, and only what has moved', async () => {
  const t = await lived();
  expect(await t.ledger.seal('2027-04-06')).toBe(0);
  expect(await t.ledger.seal('2027-04-07')).toBe(1);
  expect(await t.ledger.seal('2027-04-08')).toBe(0);
  expect(await findings(t)).toEqual([]);
});

it.each<[what: string, statement: string, expected: Finding]>([
  [
    'a changed event',
    `update events set body = replace(body::text, 'a quiet', 'A quiet')::json, at = at + interval '1 microsecond' where case_id = 'A' and seq = 1`,
    { table: 'events', problem: 'changed', caseId: 'A', seq: 1 },
  ],
  [
    'a changed key',
    `update events set key = 'other' where case_id = 'A' and seq = 2`,
    { table: 'events', problem: 'changed', caseId: 'A', seq: 2, what: 'key' },
  ],
  ['a removed event', `delete from events where case_id = 'A' and seq = 2`, { table: 'events', problem: 'missing', caseId: 'A', seq: 2 }],
  [
    'an event that was cut off after the seal',
    `delete from events where case_id = 'B' and seq = 3`,
    { table: 'events', problem: 'missing', caseId: 'B', seq: 3 },
  ],
  [
    'a sealed case that was removed altogether',
    `delete from cases where case_id = 'D'; delete from events where case_id = 'D'`,
    { table: 'events', problem: 'missing', caseId: 'D', seq: 1 },
  ],
  [
    'two events in each other’s place',
    `update events set seq = 3 - seq + 100 where case_id = 'C'; update events set seq = seq - 100 where case_id = 'C'`,
    { table: 'events', problem: 'changed', caseId: 'C', seq: 1 },
  ],
  [
    'a changed read model',
    `update cases set state = '{"seq":1}' where case_id = 'B'`,
    { table: 'cases', problem: 'changed', caseId: 'B', seq: 3, what: 'state' },
  ],
  [
    'another place in the order of filing',
    `update cases set filing = filing + 100 where case_id = 'D'`,
    { table: 'events', problem: 'changed', caseId: 'D', seq: 1 },
  ],
  [
    'a task that was taken away',
    `delete from due where case_id = 'A' and step = 'withdraw'`,
    { table: 'due', problem: 'missing', caseId: 'A', what: 'withdraw' },
  ],
  [
    'a reader that was let in',
    `insert into case_readers select 'A', 'hr', procedure, filing, status, department from cases where case_id = 'A'`,
    { table: 'case_readers', problem: 'added', caseId: 'A' },
  ],
  ['a changed seal', `update seals set root = sha256(root) where number = 1`, { table: 'seals', problem: 'changed', seq: 1 }],
  [
    'a head that was taken from a seal',
    `delete from seal_heads where seal = 1 and case_id = 'D'`,
    { table: 'seals', problem: 'changed', seq: 1 },
  ],
  [
    'changed words',
    `update words set words = 'a loud room' where case_id = 'A' and field = 'reason'`,
    { table: 'words', problem: 'changed', caseId: 'A', what: expect.any(String) },
  ],
  [
    'removed words',
    `delete from words where case_id = 'A' and field = 'reason'`,
    { table: 'words', problem: 'missing', caseId: 'A', seq: 1, what: expect.any(String) },
  ],
])('finds %s', async (_what, statement, expected) => {
  const t = await lived();
  await withoutForeignKeys(t);
  await t.sql(statement);
  expect(await findings(t)).toContainEqual(expected);
});

/** The columns that the chains vouch for. Keys of words, times of keeping and the like are not part of what happened. */
const vouchedFor: Readonly<Record<string, readonly string[]>> = {
  events: ['case_id', 'at', 'name', 'key', 'body', 'hash'],
  cases: [
    'receipt_number',
    'filing',
    'procedure',
    'status',
    'department',
    'staff',
    'opened_at',
    'changed_at',
    'seq',
    'state',
    'due',
    'readers',
    'claim',
    'closed',
    'deadline',
    'head_hash',
    'known_asset',
  ],
  due: ['case_id', 'step', 'who', 'since'],
  case_readers: ['case_id', 'capacity', 'procedure', 'filing', 'status', 'department'],
  seals: ['date', 'at', 'root'],
  seal_heads: ['case_id', 'seq', 'hash'],
  words: ['field', 'words', 'secret', 'digest', 'case_id'],
};

/** SQL that makes one byte of a column's value another one. */
function edited(column: string, type: string, below: (limit: number) => number): string {
  const digit = `${1 + below(8)}`;
  switch (type) {
    case 'bytea': {
      const at = below(32);
      return `set_byte(${column}, ${at}, (get_byte(${column}, ${at}) + ${1 + below(255)}) % 256)`;
    }
    case 'boolean':
      return `not ${column}`;
    case 'timestamp with time zone':
      return `${column} + interval '1 microsecond' * ${1 + below(1_000_000)}`;
    case 'date':
      return `${column} + ${30 + below(9)}`;
    case 'integer':
    case 'bigint':
      return `${column} + ${1000 + below(9)}`;
    case 'json': // It stays JSON, or the column would not take it.
      return `coalesce(nullif(regexp_replace(${column}::text, '[a-z]([a-z]+")', '${digit}\\1'), ${column}::text), '[0]')::json`;
    default:
      return `overlay(${column} placing case when left(${column}, 1) = '${digit}' then '9' else '${digit}' end from 1)`;
  }
}

it('finds each of 100 random edits of single bytes, rows and order', { timeout: 120_000 }, async () => {
  const t = await lived();
  await withoutForeignKeys(t);
  const tables = Object.keys(vouchedFor);
  for (const table of tables) await t.sql(`create table kept_${table} as table ${table}`);
  const types = new Map<string, string>();
  const written = new Map<string, string[]>(); // Columns that are not computed from the others.
  for (const { table_name, name, data_type, is_generated } of await t.sql<
    Record<'table_name' | 'name' | 'data_type' | 'is_generated', string>
  >(
    `select table_name, quote_ident(column_name) as name, data_type, is_generated from information_schema.columns where table_schema = 'public'`,
  )) {
    types.set(`${table_name}.${name}`, data_type);
    if (is_generated === 'NEVER') written.set(table_name, [...(written.get(table_name) ?? []), name]);
  }
  const below = dice(20270405);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const edits = {
    async byte(table: string, place: string) {
      const [row] = await t.sql<Record<string, unknown>>(`select * from ${table} where ctid = $1::tid`, [place]);
      const column = pick((vouchedFor[table] ?? []).filter((name) => row?.[name] !== null));
      return `update ${table} set ${column} = ${edited(column, types.get(`${table}.${column}`) ?? '', below)} where ctid = '${place}'`;
    },
    row: async (table: string, place: string) => `delete from ${table} where ctid = '${place}'`,
    async order() {
      const pairs = `select case_id, seq from events where (case_id, seq + 1) in (select case_id, seq from events) order by 1, 2`;
      const { case_id, seq } = pick(await t.sql<{ case_id: string; seq: number }>(pairs));
      return `update events set seq = 1000 + case seq when ${seq} then ${seq + 1} else ${seq} end where case_id = '${case_id}' and seq in (${seq}, ${seq + 1});
        update events set seq = seq - 1000 where seq > 1000`;
    },
  };
  for (let number = 1; number <= 100; number += 1) {
    const table = pick(tables);
    const { place } = pick(await t.sql<{ place: string }>(`select ctid::text as place from ${table} order by ctid`));
    const statement = await edits[pick(['byte', 'byte', 'byte', 'row', 'order'] as const)](table, place);
    await t.sql(statement);
    expect(await findings(t), `${number}: ${statement}`).not.toEqual([]);
    for (const touched of [table, 'events']) {
      const columns = written.get(touched)?.join() ?? '';
      await t.sql(`truncate ${touched}; insert into ${touched} (${columns}) select ${columns} from kept_${touched}`);
    }
  }
  expect(await findings(t)).toEqual([]);
});
