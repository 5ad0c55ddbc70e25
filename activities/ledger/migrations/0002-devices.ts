import { type Kysely, sql } from 'kysely';

/** The device master, and what stands between devices and cases: reservations, custody and the queue (design §4.17). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create extension if not exists btree_gist;

    create table devices (
      asset_tag text collate "C" primary key,
      kind text not null,
      pool text not null,
      manufacturer text not null,
      model text not null,
      serial text not null,
      network_zone text not null,
      note text not null default '',
      status text not null default 'available' check (status in
        ('available', 'lost', 'writtenOff', 'destroyed', 'inRepair', 'retired', 'leaseReturned', 'missing')),
      version int not null default 1
    );
    create index devices_in on devices (kind, pool, asset_tag);
    create unique index devices_serial on devices (manufacturer, serial) where serial <> '';

    -- Append-only: who did what to which device, outside the cases.
    create table device_events (
      number bigint generated always as identity primary key,
      asset_tag text collate "C" not null references devices,
      at timestamptz not null,
      by text not null,
      act text not null,
      detail json not null
    );
    create index device_events_of on device_events (asset_tag, number);

    -- One device is promised to one case at a time, turnaround days included.
    create table reservations (
      case_id text collate "C" primary key references cases,
      asset_tag text collate "C" not null references devices,
      from_day date not null,
      until_day date not null,
      turnaround_days int not null,
      period daterange not null generated always as (daterange(from_day, until_day + turnaround_days, '[]')) stored,
      constraint one_promise exclude using gist (asset_tag with =, period with &&)
    );

    -- A device is in the hands of one case at a time, from hand-over to release.
    create table custody (
      number bigint generated always as identity primary key,
      case_id text collate "C" not null references cases,
      asset_tag text collate "C" not null references devices,
      since timestamptz not null,
      until timestamptz
    );
    create unique index one_custody on custody (asset_tag) where until is null;
    create unique index custody_of on custody (case_id) where until is null;
    create index custody_past on custody (asset_tag, since);

    -- Cases that wait for a device, served in order of filing.
    create table queue (
      case_id text collate "C" primary key references cases,
      filing bigint not null,
      kind text not null,
      pools text[] not null,
      from_day date not null,
      until_day date not null,
      turnaround_days int not null,
      period daterange not null generated always as (daterange(from_day, until_day + turnaround_days, '[]')) stored
    );
    create index queue_order on queue (kind, filing);

    -- 棚卸し: one count of one pool.
    create table stocktakings (
      number bigint generated always as identity primary key,
      pool text not null,
      opened_at timestamptz not null,
      opened_by text not null,
      closed_at timestamptz,
      closed_by text,
      differences json
    );
    create unique index one_stocktaking on stocktakings (pool) where closed_at is null;
    create table sightings (
      stocktaking bigint not null references stocktakings,
      asset_tag text collate "C" not null,
      at timestamptz not null,
      by text not null,
      primary key (stocktaking, asset_tag)
    );
  `.execute(db);
}
