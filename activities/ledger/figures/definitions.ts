import { type RawBuilder, sql } from 'kysely';
import { dayOn, endOfDay } from '../../../workflows/shared/dates.js';
import type { FigureDefinition, FigureName, FigurePolicy, FigureRow } from '../port.js';

/** A month (`2028-02`) and what of the pack its figures depend on. `until`: its last date, or that on which they are taken where it is not over. */
export interface MonthOf {
  month: string;
  first: string;
  last: string;
  until: string;
  policy: FigurePolicy;
}

/** A figure: what it counts, and the rows that it is made of. */
export interface Definition extends FigureDefinition {
  /** What is counted: rows, different staff numbers among them, or the sum of their minutes. */
  counts: 'rows' | 'people' | 'minutes';
  /** Of a share: `of` counts all rows, the value those that are `counted`; or each row says the whole that its date is a part of. */
  share?: 'ofRows' | 'ofWhole';
  /** Of `shows`: what tells a row from all others, in the order in which people read them; of a figure of people the staff number. */
  key: readonly (keyof FigureRow)[];
  /** The rows of a month, with a column for each dim (text, never null) and each of `shows`. They may read `days`. */
  rows(of: MonthOf): RawBuilder<unknown>;
}

/**
 * The telework days of the month: rows of `telework_days` whose `date` (a date of the municipality's calendar) lies in the month and that are `counted`: the case stands at `started`, `ended`,
 * `reported` or `closed`, and was no start without a plan that was declined (`unplanned` = `declined`); one that waits for recognition counts. Department, form and minutes are those of the plan as it
 * stands: minutes are the sum of the lines of its table, rest and leave excluded. `ordered`: the plan names the emergency in which the day was ordered.
 */
export const daysOf = ({ first, last }: MonthOf): RawBuilder<unknown> => sql`
  select case_id as "caseId", staff, department, form, date, minutes, ordered is not null as ordered
  from telework_days where counted and date between ${first}::date and ${last}::date`;

/** 0:00 and 24:00 of the date in Tokyo, and the date that it is there. */
const start = (date: string): RawBuilder<unknown> => end(dayOn(date, -1));
const end = (date: string): RawBuilder<unknown> => sql`${endOfDay(date)}::timestamptz`;
const dateOf = (instant: RawBuilder<unknown>): RawBuilder<unknown> => sql`(${instant} at time zone 'Asia/Tokyo')::date`;

/** Looked up row by row, last of all: where only numbers are asked for, or one page, no other case is read. */
const ofCase = (column: 'staff' | 'department' | 'opened_at'): RawBuilder<unknown> =>
  sql`(select ${sql.ref(column)} from cases where cases.case_id = events.case_id) as ${sql.ref(column)}`;

/** Events of this name whose instant falls on these dates of Tokyo, both included, with the case as it stands. One case can have several. */
const happened = (name: string, from: string, until: string): RawBuilder<unknown> => sql`(
  select case_id as "caseId", seq, ${dateOf(sql`at`)} as date, case_procedure as procedure, body->'event'->'input' as input,
    ${ofCase('staff')}, ${ofCase('department')}, ${ofCase('opened_at')}
  from events
  where name = ${sql.lit(name)} and at >= ${start(from)} and at < ${end(until)}) as happened`;

/** Rows of `employments` (personnel file) that hold on the date: from the first day to the last, both included. Who has several holds the one that began last. */
const employedOn = (date: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select distinct on (staff) staff, kind, occupation from employments
  where from_day <= ${date} and coalesce(until_day, 'infinity') >= ${date} order by staff desc, from_day desc) as employed`;

const ofDay = { shows: ['date', 'staff', 'department', 'caseId'], key: ['date', 'caseId'] } as const;
const ofPerson = { ...ofDay, key: ['staff'] } as const;
const ofEvent = { shows: ['date', 'caseId', 'seq', 'staff', 'department'], key: ['date', 'caseId', 'seq'] } as const;
const byDepartmentAndForm = [[], ['department'], ['form'], ['department', 'form']] as const;

/** Of `days`, those of people who are employed on their date and `counted`: by kind and occupation; with the number of all such people on it. */
const usersAmong = ({ first, last }: MonthOf, counted: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select "caseId", days.staff, department, days.date::text as date, whole from days
  join (
    select spans.date, next, staff, count(*) over (partition by spans.date) as whole from (
      -- It changes only where somebody's employment begins or is over.
      select date, lead(date, 1, 'infinity') over (order by date) as next from (
        select ${first}::date as date
        union select from_day from employments where from_day between ${first}::date and ${last}::date
        union select until_day + 1 from employments where until_day >= ${first}::date and until_day < ${last}::date) as changes) as spans
    cross join lateral (select staff from ${employedOn(sql`spans.date`)} where ${counted}) as employed
  ) as among on among.staff = days.staff and days.date >= among.date and days.date < among.next`;

/**
 * Every figure of a month, once. Dates are those of Asia/Tokyo: an instant belongs to the date that it is there. Everything is judged as the ledger stands when the figures are taken, and where a figure
 * speaks of a moment (the end of the month, a limit), what came later changes nothing.
 */
export const definitions: Readonly<Record<FigureName, Definition>> = {
  /** 延べ実施日数 (延べ人数): one for each of `days` that was not ordered (004:776-783). Two days of one person on one date (a morning at home, an afternoon at a satellite office) are two. */
  uses: {
    unit: 'personDays',
    source: '004:776-783',
    splits: byDepartmentAndForm,
    counts: 'rows',
    ...ofDay,
    rows: () => sql`select * from days where not ordered`,
  },

  /** 緊急時に命じられた実施日数: one for each of `days` that was ordered. */
  orderedUses: {
    unit: 'personDays',
    source: '004:783',
    splits: byDepartmentAndForm,
    counts: 'rows',
    ...ofDay,
    rows: () => sql`select * from days where ordered`,
  },

  /** 実人数: different staff numbers among the rows of `uses`. Who has days in two departments, or of two forms, is one in each and one in the whole. */
  people: {
    unit: 'people',
    source: '004:776; ours: a target may be judged by people',
    splits: byDepartmentAndForm,
    counts: 'people',
    ...ofPerson,
    rows: () => sql`select * from days where not ordered`,
  },

  /**
   * 在宅勤務の利用率 by sex, child and care (Saga's table): `of` the people in `situations` as the file now stands who are employed on the month's last date (any row of `employments` that holds on it),
   * the value those of them with at least one row of `uses` of the form `home`. Each of the three dims given or not, in every combination.
   */
  situationUsers: {
    unit: 'people',
    source: '004:393-402',
    splits: [[], ['sex'], ['child'], ['care'], ['sex', 'child'], ['sex', 'care'], ['child', 'care'], ['sex', 'child', 'care']],
    counts: 'rows',
    share: 'ofRows',
    shows: ['staff'],
    key: ['staff'],
    rows: ({ last }) => sql`
      select staff, sex, child, care, staff in (select staff from days where form = 'home' and not ordered) as counted
      from situations join ${employedOn(sql`${last}::date`)} using (staff)`,
  },

  /** 実施時間 in minutes: of the rows of `uses`, the minutes of work in their plans. */
  minutes: {
    unit: 'minutes',
    source: '004:286-292',
    splits: [[], ['form']],
    counts: 'minutes',
    ...ofDay,
    rows: () => sql`select * from days where not ordered`,
  },

  /**
   * 端末の利用日数: `of` one for each lendable device and date of the month (until that on which they are taken, where it is not over), the value those on which it was in somebody's custody for any part: from the date of the hand-over to that of the release
   * (erasure confirmed, destroyed or written off), both included. Lendable: a laptop, Wi-Fi router, smartphone or tablet of the master, of no network zone `myNumber`, that was in the master at the end
   * of the month (not registered after it, by `device_events`) and not retired, returned to its lessor, written off or destroyed by then.
   */
  deviceDays: {
    unit: 'deviceDays',
    source: '004:292 (貸出日数)',
    splits: [[]],
    counts: 'rows',
    share: 'ofRows',
    shows: ['date', 'assetTag'],
    key: ['date', 'assetTag'],
    // Joined, not looked up: what is held in the month is not sorted and searched once for each device and date.
    rows: ({ first, last, until }) => sql`
      select devices.asset_tag as "assetTag", dates.date, held.date is not null as counted
      from devices cross join (select date::date from generate_series(${first}::timestamp, ${until}::timestamp, '1 day') as date) as dates
      left join (
        select distinct asset_tag, held::date as date from custody cross join lateral generate_series(
          greatest(${dateOf(sql`since`)}, ${first}::date)::timestamp,
          least(coalesce(${dateOf(sql`custody.until`)}, 'infinity'), ${until}::date)::timestamp, '1 day') as held
        where since < ${end(last)} and coalesce(custody.until, 'infinity') >= ${start(first)}) as held
        on held.asset_tag = devices.asset_tag and held.date = dates.date
      where kind in ('laptop', 'wifiRouter', 'smartphone', 'tablet') and network_zone <> 'myNumber' and not exists (
        select from device_events where device_events.asset_tag = devices.asset_tag
          and (act = 'register' and at >= ${end(last)} or act in ('retire', 'returnLease', 'writtenOff', 'destroyed') and at < ${end(last)}))`,
  },

  /** 端末の引渡し: events `handOver` of device loans in the month; `days`: calendar dates from that of the case's opening to that of the event, 0 on the same date. Loans of trial campaigns included. */
  handOvers: {
    unit: 'loans',
    source: '004:767 (③)',
    splits: [[], ['days']],
    counts: 'rows',
    ...ofEvent,
    rows: ({ first, last }) => sql`
      select "caseId", seq, date, staff, department, (date - ${dateOf(sql`opened_at`)})::text as days
      from ${happened('handOver', first, last)} where procedure = 'device-loan'`,
  },

  /**
   * 期限内のデータ消去: `of` the returns of devices (event `takeBack` or `find` of a device loan) whose limit, the date of the return and `policy.erasureWithinDays` calendar days, falls in the month;
   * the value those with an event `confirmErasure` or `confirmDestruction` of the same case on the limit's date or before. A row's date is its limit.
   */
  erasures: {
    unit: 'devices',
    source: '004:658-659; 004:779 (⑩)',
    splits: [[]],
    counts: 'rows',
    share: 'ofRows',
    ...ofEvent,
    rows: ({ first, last, policy: { erasureWithinDays: within } }) => {
      const returned = (name: string) => sql`select * from ${happened(name, dayOn(first, -within), dayOn(last, -within))}`;
      const limit = sql`returned.date + ${within}::int`;
      return sql`
        select "caseId", seq, ${limit} as date, staff, department, exists (
          select from events where case_id = "caseId" and name in ('confirmErasure', 'confirmDestruction') and ${dateOf(sql`at`)} <= ${limit}) as counted
        from (${returned('takeBack')} union all ${returned('find')}) as returned where procedure = 'device-loan'`;
    },
  },

  /** 承認: events `approve` of every procedure in the month, all of them decisions of people; `how` is `acting` where one was taken on behalf of somebody absent (代決), else `own`. */
  approvals: {
    unit: 'approvals',
    source: '004:766-767 (①, ②)',
    splits: [[], ['procedure', 'how']],
    counts: 'rows',
    ...ofEvent,
    rows: ({ first, last }) => sql`
      select happened."caseId", happened.seq, date, staff, department, procedure, case when acted.seq is null then 'own' else 'acting' end as how
      from ${happened('approve', first, last)} left join acted on acted.case_id = happened."caseId" and acted.seq = happened.seq`,
  },

  /** 登録者数: registrations that stand at `active` after their last event before the end of the month's last date, by the department that they then had. */
  registered: {
    unit: 'registrations',
    source: '004:766 (①)',
    splits: [[], ['department']],
    counts: 'rows',
    shows: ['caseId', 'staff', 'department'],
    key: ['caseId'],
    rows: ({ last }) => sql`
      select case_id as "caseId", staff, department from cases
      where procedure = 'registration' and changed_at < ${end(last)} and status = 'active'
      union all
      select case_id, staff, told.department from (
        select case_id, staff from cases where procedure = 'registration' and changed_at >= ${end(last)}) as cases
      cross join lateral (
        select body->'summary'->>'status' as status, body->'summary'->>'department' as department from events
        where events.case_id = cases.case_id and at < ${end(last)} order by seq desc limit 1) as told
      where told.status = 'active'`,
  },

  /** 紛失・盗難: events `reportLoss` of device loans in the month; `how` is `loss` or `theft`, as reported. */
  losses: {
    unit: 'cases',
    source: '004:650; 004:772',
    splits: [[], ['how']],
    counts: 'rows',
    ...ofEvent,
    rows: ({ first, last }) => sql`
      select "caseId", seq, date, staff, department, input->>'how' as how from ${happened('reportLoss', first, last)} where procedure = 'device-loan'`,
  },

  /** 困りごと: events `raise` of the kind `trouble` in sections of trial campaigns in the month. */
  troubles: {
    unit: 'cases',
    source: '003:528',
    splits: [[]],
    counts: 'rows',
    ...ofEvent,
    shows: ['date', 'caseId', 'seq', 'department'],
    rows: ({ first, last }) => sql`
      select "caseId", seq, date, department from ${happened('raise', first, last)} where procedure = 'trial-section' and input->>'kind' = 'trouble'`,
  },

  /**
   * 一日の実施者数 of the eligible (テレワーク対象者に占めるテレワーク利用者, 000:146): `of` the people whose employment on the date (the row of `employments` that began last, of those that hold) is of a kind
   * in `policy.employment` and no occupation in `policy.excludedOccupations`; the value those of them with at least one of `days` on the date, ordered ones included, as a snow day is what it is for. A
   * cell for each date on which there is one.
   */
  dailyUsers: {
    unit: 'people',
    source: '000:141-164',
    splits: [['date']],
    counts: 'people',
    share: 'ofWhole',
    ...ofPerson,
    rows: (month) =>
      usersAmong(
        month,
        sql`kind = any(${[...month.policy.employment]}::text[]) and occupation <> all(${[...month.policy.excludedOccupations]}::text[])`,
      ),
  },

  /** 一日の実施者数 of everybody: the same of all who are employed on the date, of whatever kind, those on leave included (Saga: more than 10 % of all staff on a snow day). */
  dailyShare: {
    unit: 'people',
    source: '004:389-390',
    splits: [['date']],
    counts: 'people',
    share: 'ofWhole',
    ...ofPerson,
    rows: (month) => usersAmong(month, sql`true`),
  },
};
