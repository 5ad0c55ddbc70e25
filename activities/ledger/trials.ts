import { type Kysely, type QueryResult, type RawBuilder, sql } from 'kysely';
import { distinct } from '../../workflows/shared/sets.js';
import type { MemberStatus, Tally } from '../../workflows/trial-section/contract.js';
import { importAttendance } from './attendance.js';
import { openedCaseId } from './canonical.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { pageOf, pageSize, readCursor, writeCursor } from './page.js';
import {
  type EvidenceGap,
  type LedgerEvent,
  memberStatuses,
  type Opening,
  type SectionToWatch,
  type TrialMember,
  type TrialsPort,
} from './port.js';
import { createTrialNeeds } from './trial-needs.js';

/** Members that are judged anew in one transaction: a third of a second, in which no day can end. */
const judgedAtOnce = 1_000;
/** Members among whom one page of gaps is looked for: half a second. Where few have any, the page is shorter than was asked for. */
const lookedAtOnce = 5_000;
/** Sections of a plan that are written at once: some megabytes. */
const keptAtOnce = 50;

const memberColumns = [
  'campaign',
  'case_id as caseId',
  'department',
  'staff',
  'group',
  'status',
  'needed',
  'done',
  'slots',
  'observed',
  'exempt_until as exemptUntil',
  'not_possible as notPossible',
] as const;
type Row = Omit<TrialMember, 'exemptUntil' | 'notPossible'> & { exemptUntil: string | null; notPossible: string | null };

const toMember = ({ exemptUntil, notPossible, ...row }: Row): TrialMember => ({
  ...row,
  ...(exemptUntil !== null && { exemptUntil }),
  ...(notPossible !== null && { notPossible }),
});

const none = { done: 0, recordedByHr: 0, exempt: 0, notPossible: 0, planned: 0, atRisk: 0 };

/** Plans of campaigns, their members and how those stand; what is judged is judged by the database (`migrations/0008-trials.ts`), in the transaction that changes it. */
export function createTrials({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): TrialsPort {
  const members = () => db.selectFrom('trial_members').select(memberColumns);
  /** A statement that changes several members, with all others kept from changing any. */
  const locked = <Row>(statement: RawBuilder<Row>): Promise<QueryResult<Row>> =>
    db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(trial_lock())`.execute(trx);
      return statement.execute(trx);
    });

  return {
    ...createTrialNeeds({ db, townTime }),
    importObserved: importAttendance({ db, townTime }),

    async keepTrialPlan(campaign, { header, sections, reasons }, asked) {
      const key = `${campaign}#${asked}/planned`;
      const { plan } = header;
      const kept_at = await townTime();
      await db.transaction().execute(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('trial_plans')
          .values({ plan, campaign, header: JSON.stringify(header), reasons: JSON.stringify(reasons), kept_at })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        for (let from = 0; numInsertedOrUpdatedRows && from < sections.length; from += keptAtOnce)
          await trx
            .insertInto('trial_plan_sections')
            .values(
              sections
                .slice(from, from + keptAtOnce)
                .map((request) => ({ plan, department: request.department, request: JSON.stringify(request) })),
            )
            .execute();
        const news = { name: 'planned', input: { by: 'system', ...header }, key };
        await sql`
          insert into news (case_id, name, event, key) select ${campaign}, ${news.name}, ${JSON.stringify(news)}::json, ${key}
          where not exists (select from events where key = ${key}) -- It has been written down.
          on conflict (key) do nothing`.execute(trx);
        await sql`select pg_notify('telework', 'news')`.execute(trx);
      });
    },

    async trialPlan(plan) {
      return db.selectFrom('trial_plans').select(['header', 'reasons']).where('plan', '=', plan).executeTakeFirst();
    },

    async trialPlanSections({ plan, cursor, limit }) {
      const size = pageSize(limit);
      let query = db
        .selectFrom('trial_plan_sections')
        .select(['department', 'request'])
        .where('plan', '=', plan)
        .orderBy('department')
        .limit(size + 1);
      if (cursor !== undefined) query = query.where('department', '>', String(readCursor(cursor, ['string'])[0]));
      return pageOf(
        await query.execute(),
        size,
        ({ request }) => request,
        ({ department }) => [department],
      );
    },

    async openTrialSections(campaign, plan, input) {
      let opened = 0;
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page = await db
          .selectFrom('trial_plan_sections')
          .select(['department', 'request'])
          .where('plan', '=', plan)
          .where('department', '>', after)
          .orderBy('department')
          .limit(keptAtOnce)
          .execute();
        after = page.at(-1)?.department;
        const openings = page.map(({ department, request }) => {
          const caseId = openedCaseId(campaign, department);
          return { caseId, opening: { name: 'openSection', input: { ...request, ...input }, key: caseId } satisfies LedgerEvent };
        });
        opened += await openSections(campaign, openings);
      }
      return opened;
    },

    async campaignTotal(campaign) {
      const sums = memberStatuses.map((status) => sql<number>`coalesce(sum(${sql.ref(status)}), 0)::int`.as(status));
      const sum = await db.selectFrom('trial_tally').select(sums).where('campaign', '=', campaign).executeTakeFirstOrThrow();
      return sum as Tally;
    },

    async campaignTally(campaign) {
      const cells = await db
        .selectFrom('trial_tally')
        .select(['department', 'group', ...memberStatuses])
        .where('campaign', '=', campaign)
        .orderBy('department')
        .orderBy('group')
        .execute();
      const sums = (key: (cell: (typeof cells)[number]) => string): [string, Tally][] => {
        const found = new Map<string, Record<MemberStatus, number>>();
        for (const cell of cells) {
          const sum = found.get(key(cell)) ?? { ...none };
          for (const status of memberStatuses) sum[status] += cell[status];
          found.set(key(cell), sum);
        }
        return [...found].filter(([, sum]) => memberStatuses.some((status) => sum[status]));
      };
      const [[, total] = ['', none]] = sums(() => '');
      return {
        total,
        byDepartment: sums(({ department }) => department).map(([department, sum]) => ({ department, ...sum })),
        byGroup: sums(({ group }) => group).map(([group, sum]) => ({ group, ...sum })),
      };
    },

    async trialLoans(campaign) {
      return db
        .selectFrom('cases as section')
        .innerJoin('cases as loan', 'loan.within', 'section.case_id')
        .select(({ fn }) => ['section.department', 'loan.status', fn.countAll<number>().as('count')])
        .where('section.within', '=', campaign)
        .where('section.procedure', '=', 'trial-section')
        .where('loan.procedure', '=', 'device-loan')
        .groupBy(['section.department', 'loan.status'])
        .orderBy('section.department')
        .orderBy('loan.status')
        .execute();
    },

    async trialForecast(campaign) {
      const { rows } = await sql<{ date: string; members: number }>`
        select date, count(*) as members from (
          select (
            select max(date) from json_to_recordset(duties) as duty ("from" date, until date, times int), lateral (
              select date from json_to_recordset(slots) as slot (date date)
              where date between greatest("from", as_of) and until and date <> all (observed)
              order by date
              limit greatest(times - (select count(*) from unnest(observed) as seen where seen between "from" and until), 0)) as ahead) as date
          from trial_members join trials using (campaign) where campaign = ${campaign} and status = 'planned') as planned
        where date is not null group by date order by date`.execute(db);
      return rows;
    },

    async trialMembers({ campaign, departments, status, staff, cursor, limit }) {
      const size = pageSize(limit);
      let query = members()
        .where('campaign', '=', campaign)
        .orderBy('department')
        .orderBy('staff')
        .limit(size + 1);
      if (departments) query = query.where('department', '=', sql<string>`any(${[...departments]}::text[])`);
      if (status) query = query.where('status', '=', status);
      if (staff !== undefined) query = query.where('staff', '=', staff);
      if (cursor !== undefined) {
        const [department, after] = readCursor(cursor, ['string', 'string']);
        query = query.where(sql<boolean>`(department, staff) > (${department}, ${after})`);
      }
      return pageOf(await query.execute(), size, toMember, (last) => [last.department, last.staff]);
    },

    async trialsOf(staff) {
      const rows = await members()
        .where('staff', '=', staff)
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('cases').select('seq').whereRef('cases.case_id', '=', 'trial_members.campaign').where('closed', '=', false)),
        )
        .orderBy('campaign')
        .execute();
      return rows.map(toMember);
    },

    async undoneIn(section) {
      const rows = await members().where('case_id', '=', section).where('status', 'in', ['planned', 'atRisk']).orderBy('staff').execute();
      return rows.map(toMember);
    },

    async evidenceGaps({ campaign, cursor, limit }) {
      const size = pageSize(limit);
      const [from = '', date = ''] = cursor === undefined ? [] : readCursor(cursor, ['string', 'string']);
      const people = await db
        .selectFrom('trial_members')
        .select('staff')
        .where('campaign', '=', campaign)
        .where('staff', '>=', String(from))
        .orderBy('staff')
        .limit(lookedAtOnce)
        .execute();
      const furthest = people.at(-1)?.staff ?? '';
      const { rows } = await sql<EvidenceGap>`
        select trial_members.staff, department, gaps.date, gap from trials
        join trial_members using (campaign) cross join lateral (${gapsOf}) as gaps
        where campaign = ${campaign} and trial_members.staff between ${from} and ${furthest} and (trial_members.staff, gaps.date::text) > (${from}, ${date})
        order by trial_members.staff, gaps.date limit ${size + 1}`.execute(db);
      const page = pageOf(
        rows,
        size,
        (row) => row,
        (last) => [last.staff, last.date],
      );
      if (page.cursor !== undefined || people.length < lookedAtOnce) return page;
      return { ...page, cursor: writeCursor([furthest, 'over']) }; // Later than every date.
    },

    async watchTrial(campaign, date) {
      const { rows } = await locked(sql<{ asOf: string }>`
        update trials set as_of = greatest(as_of, ${date}::date) where campaign = ${campaign} returning as_of as "asOf"`);
      const asOf = rows[0]?.asOf ?? date;
      for (let judged = judgedAtOnce; judged === judgedAtOnce; ) {
        const { numAffectedRows } = await locked(sql`
          update trial_members set staff = staff where campaign = ${campaign} and staff in (
            select staff from trial_members where campaign = ${campaign} and stands_until < ${asOf}::date and stands_until < 'infinity'
            order by stands_until limit ${judgedAtOnce})`);
        judged = Number(numAffectedRows ?? 0);
      }
      const behind = await members()
        .where('campaign', '=', campaign)
        .where('status', '=', 'atRisk')
        .where('lacks', '>', 0)
        .orderBy('case_id')
        .orderBy('staff')
        .execute();
      const sections = await db
        .selectFrom('cases')
        .select(['case_id as caseId', 'seq', 'state'])
        .where('case_id', '=', sql<string>`any(${distinct(behind.map(({ caseId }) => caseId))}::text[])`)
        .where('closed', '=', false)
        .orderBy('department')
        .execute();
      const bySection = new Map(sections.map(({ caseId }) => [caseId, [] as TrialMember[]]));
      for (const member of behind) bySection.get(member.caseId)?.push(toMember(member));
      return sections.map((section): SectionToWatch => ({ ...section, behind: bySection.get(section.caseId) ?? [] }));
    },
  };

  /** Keeps the openings of some sections, while the campaign cannot be cancelled; answers how many there are or were. */
  function openSections(campaign: string, openings: readonly Pick<Opening, 'caseId' | 'opening'>[]): Promise<number> {
    return db.transaction().execute(async (trx) => {
      const going = await trx
        .selectFrom('cases')
        .select('seq')
        .where('case_id', '=', campaign)
        .where('closed', '=', false)
        .where('status', '<>', 'cancelled')
        .forShare()
        .executeTakeFirst();
      if (!going) return 0;
      await sql`
        insert into openings (case_id, procedure, opened_by, opening, unless)
        select "caseId", 'trial-section', ${campaign}, opening, 'cancel'
        from json_to_recordset(${JSON.stringify(openings)}::json) as one ("caseId" text, opening json)
        where not exists (select from cases where case_id = "caseId")
        on conflict (case_id) do nothing`.execute(trx);
      await sql`select pg_notify('telework', 'news')`.execute(trx);
      return openings.length;
    });
  }
}

/**
 * Of one member: what was declared for a date before the last watch and not seen, slots and approved plans of days, those that were never begun (missed) included; and
 * what was seen on a date without a slot.
 */
const gapsOf = sql`
  select distinct date, 'declaredNotObserved' as gap from (
    select date from json_to_recordset(slots) as slot (date date)
    union all
    select telework_days.date from telework_days
    where telework_days.staff = trial_members.staff and not telework_days.observed and telework_days.status not in ('planned', 'sentBack')
    union all
    select (state->'request'->'plan'->>'date')::date from cases
    where cases.staff = trial_members.staff and procedure = 'telework-day' and status = 'missed'
  ) as declared
  where date < as_of and date <> all (observed)
    and exists (select from json_to_recordset(duties) as duty ("from" date, until date) where date between duty."from" and duty.until)
  union all
  select date, 'observedNotDeclared' from unnest(observed) as date
  where date not in (select slot.date from json_to_recordset(slots) as slot (date date))`;
