import { type Kysely, sql, type Transaction } from 'kysely';
import { fiscalYear } from '../../../config/calendar.js';
import type { Tables } from '../database.js';
import type { Cumulative, MonthsPort } from '../port.js';
import { daysOf, definitions, type MonthOf } from './definitions.js';

/**
 * Brings who was counted in the month (`people`, by form and in all) in line with the days, whichever months stand before and after it; in one statement that reads the month's days and touches only who
 * came or went. Whoever was last counted in `previous` returns in this month: so many people are in a period for the first time as return from before it, and nobody has to be counted twice.
 */
export async function keepPeople(trx: Transaction<Tables>, month: MonthOf): Promise<void> {
  const name = month.month;
  // Each person is looked up by index, however small the table is when the statement is planned: it grows while it runs.
  await sql`set local enable_seqscan = off`.execute(trx);
  await sql`
    with days as materialized (${daysOf(month)}), fresh as materialized (
      select coalesce(form, 'all') as form, staff from (${definitions.people.rows(month)}) as counted group by grouping sets ((form, staff), (staff))
    ), stood as materialized (
      select form, staff from month_people where month = ${name}
    ), gone as (
      delete from month_people using (select * from stood except select * from fresh) as left_out
      where month = ${name} and month_people.form = left_out.form and month_people.staff = left_out.staff
      returning month_people.form, month_people.staff, previous
    ), came as (
      insert into month_people (month, form, staff, previous)
      select ${name}, form, staff, coalesce((
        select max(month) from month_people as past where past.staff = added.staff and past.form = added.form and past.month < ${name}), '')
      from (select * from fresh except select * from stood) as added
      returning form, staff, previous
    ), changed as materialized (
      select form, staff, previous, case when later.any then (
        select min(month) from month_people as next where next.staff = moved.staff and next.form = moved.form and next.month > ${name}) end as next, came
      from (select *, true as came from came union all select *, false from gone) as moved
      cross join (select exists (select from months where month > ${name} and version > 0) as any) as later
    ), followed as (
      update month_people set previous = case when came then ${name} else changed.previous end from changed
      where month_people.month = changed.next and month_people.form = changed.form and month_people.staff = changed.staff
    )
    insert into month_returns (month, form, previous, people)
    select month, form, previous, sum(people) from (
      select ${name} as month, form, previous, case when came then 1 else -1 end as people from changed
      union all select next, form, previous, case when came then -1 else 1 end from changed where next is not null
      union all select next, form, ${name}, case when came then 1 else -1 end from changed where next is not null) as returns
    group by month, form, previous having sum(people) <> 0
    on conflict (month, form, previous) do update set people = month_returns.people + excluded.people`.execute(trx);
  await sql`set local enable_seqscan to default`.execute(trx);
}

/** What the frozen months add up to, from the cells and from who returned: a row a month, form and earlier month is all that it reads. */
export async function cumulative(
  db: Kysely<Tables>,
  { from, until, planFrom }: Parameters<MonthsPort['cumulative']>[0],
): Promise<readonly Cumulative[]> {
  const earliest = `${planFrom ?? fiscalYear(`${from}-01`)}-04`;
  const since =
    planFrom === undefined ? sql`left((to_date(month, 'YYYY-MM') - interval '3 months')::text, 4) || '-04'` : sql`${earliest}::text`;
  const { rows } = await sql<Omit<Cumulative, 'form'> & { form: string }>`
    with frozen as (
      select month, max(version) as version, ${since} as since from months where version > 0 and month between ${earliest} and ${until} group by month
    ), uses as (
      select month, coalesce(dims->>'form', 'all') as form, value from frozen join month_cells using (month, version)
      where figure = 'uses' and split in ('', 'form')
    ), counted as (
      select month, form, since, coalesce(value, 0) as uses, coalesce((
        select sum(people) from month_returns as returned
        where returned.month = frozen.month and returned.form = forms.form and previous < since collate "C"), 0) as people
      from frozen cross join (select distinct form from uses) as forms left join uses using (month, form)
    ), added as (
      select month, form, sum(uses) over so_far as uses, sum(people) over so_far as people from counted
      window so_far as (partition by form, since order by month)
    )
    select month, form, uses::bigint, people::bigint from added where month >= ${from} order by month, form`.execute(db);
  return rows.map(({ form, ...one }) => ({ ...one, ...(form !== 'all' && { form }) }));
}
