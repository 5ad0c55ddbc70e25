import { type Kysely, sql, type Transaction } from 'kysely';
import { fiscalYear, lastDateOf, nextMonth, today } from '../../../config/calendar.js';
import { monthsOf } from '../../../workflows/shared/dates.js';
import type { TownTime } from '../clock.js';
import type { Tables } from '../database.js';
import { keepList } from '../lists.js';
import { pageOf, pageSize, readCursor } from '../page.js';
import type { Calendar, DepartmentYear, FigurePolicy, MonthSnapshot, MonthsPort } from '../port.js';
import { cellsOf, hashOf, rowsOf, splitOf } from './cells.js';
import { definitions, type MonthOf } from './definitions.js';
import { situations, successions } from './lists.js';
import { cumulative, keepPeople } from './people.js';

type Trx = Transaction<Tables>;
type Correction = Parameters<MonthsPort['correctMonth']>[2];

/** `patient`: connections on which a statement may take its time, as a month of a large city does. */
export interface MonthParts {
  db: Kysely<Tables>;
  patient: Kysely<Tables>;
  townTime: TownTime;
  calendar: Calendar;
}

/** Business day of the next month on which a month is frozen. */
const frozenOn = 3;

/** As its figures are taken on the date. */
function monthOf(month: string, policy: FigurePolicy, date: string): MonthOf {
  const last = lastDateOf(month);
  return { month, first: `${month}-01`, last, until: date < last ? date : last, policy };
}

/** 月次集計: the figures of the months, frozen one by one, with all that they were made of to be looked up. */
export function createMonths({ db, patient, townTime, calendar }: MonthParts): MonthsPort {
  /** One who takes or corrects months at a time, and each month as a whole or not at all, of what stood at one moment: cells and people are counted by two statements. */
  const alone = <Outcome>(work: (trx: Trx) => Promise<Outcome>): Promise<Outcome> =>
    patient.connection().execute(async (connection) => {
      const turn = sql`(hashtextextended('months', 0))`;
      await sql`select pg_advisory_lock${turn}`.execute(connection); // Before the transaction, which sees what stood when it began.
      try {
        return await connection.transaction().setIsolationLevel('repeatable read').execute(work);
      } finally {
        await sql`select pg_advisory_unlock${turn}`.execute(connection);
      }
    });

  /** The month's figures under this version, in the place of what was provisional. */
  async function take(trx: Trx, month: MonthOf, { version, signed }: { version: number; signed?: Correction }): Promise<MonthSnapshot> {
    const name = month.month;
    await trx.deleteFrom('month_cells').where('month', '=', name).where('version', '=', 0).execute();
    await trx.deleteFrom('months').where('month', '=', name).where('version', '=', 0).execute();
    await sql`
      insert into month_cells (month, version, figure, split, dims, value, "of")
      select ${name}, ${version}, cells.* from (${cellsOf(month)}) as cells`.execute(trx);
    if (version > 0) await keepPeople(trx, month);
    const taken = { month: name, version, taken_at: await townTime(), hash: hashOf(name, version) };
    const row = await trx
      .insertInto('months')
      .values({ ...taken, by: signed?.by ?? null, reason: signed?.reason ?? null, key: signed?.key ?? null })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toSnapshot(row);
  }

  /** Freezes the month, or brings it up to date; undefined: it is frozen already. */
  const follow = (month: MonthOf, version: 0 | 1): Promise<MonthSnapshot | undefined> =>
    alone(async (trx) => ((await latestOf(trx, month.month)) > 0 ? undefined : take(trx, month, { version })));

  return {
    figureDefinitions: definitions,

    async takeMonths(date, policy) {
      const frozen: MonthSnapshot[] = [];
      const first = await firstOpen(db);
      for (let month = first; month !== undefined && month <= date.slice(0, 7); month = nextMonth(month)) {
        const due = calendar.addBusinessDays(lastDateOf(month), frozenOn) <= date;
        const taken = await follow(monthOf(month, policy, date), due ? 1 : 0);
        if (taken && due) frozen.push(taken);
      }
      return frozen;
    },

    correctMonth: (month, policy, signed) =>
      alone(async (trx) => {
        const before = await trx.selectFrom('months').selectAll().where('key', '=', signed.key).executeTakeFirst();
        if (before) return toSnapshot(before);
        const latest = await latestOf(trx, month);
        return latest > 0 ? take(trx, monthOf(month, policy, lastDateOf(month)), { version: latest + 1, signed }) : undefined;
      }),

    async monthVersions(from, until) {
      const rows = await db
        .selectFrom('months')
        .selectAll()
        .where('month', '>=', from)
        .where('month', '<=', until)
        .orderBy('month')
        .orderBy('version')
        .execute();
      return rows.map(toSnapshot);
    },

    async monthCells({ from, until, figures, version, by }) {
      let query = db
        .selectFrom('month_cells')
        .select(['month', 'figure', 'dims', 'value', 'of'])
        .where('month', '>=', from)
        .where('month', '<=', until)
        .where('version', '=', version ?? sql<number>`(select max(version) from months where months.month = month_cells.month)`)
        .orderBy('month')
        .orderBy('figure')
        .orderBy('split')
        .orderBy('dims');
      if (figures) query = query.where('figure', 'in', figures);
      if (by) query = query.where('split', '=', splitOf(by));
      return (await query.execute()).map(({ of, ...cell }) => ({ ...cell, ...(of !== null && { of }) }));
    },

    async departmentYear(year) {
      const [from = '', until = ''] = [monthsOf(year).at(0), monthsOf(year).at(-1)];
      const { rows } = await sql<DepartmentYear>`
        select dims->>'department' as department, ${total('uses', sql`sum`)}, ${total('orderedUses', sql`sum`)}, ${total('people', sql`max`)},
          ${total('registered', sql`max`)}
        from (select month, max(version) as version from months where month between ${from} and ${until} and version > 0 group by month) as latest
        join month_cells using (month, version)
        where figure in ('uses', 'orderedUses', 'people', 'registered') and split = 'department' group by 1 order by 1`.execute(db);
      return rows;
    },

    cumulative: (query) => cumulative(db, query),

    async figureRows({ month, figure, dims }, { policy, cursor, limit }) {
      const [size, { key }] = [pageSize(limit), definitions[figure]];
      const types = key.map((column) => (column === 'seq' ? ('number' as const) : ('string' as const)));
      const after = cursor === undefined ? {} : { after: readCursor(cursor, types) };
      const rows = rowsOf({ figure, dims }, monthOf(month, policy, today(await townTime())), { ...after, limit: size + 1 });
      if (!rows) return { items: [] };
      const found = await rows.execute(db);
      return pageOf(
        found.rows,
        size,
        (row) => row,
        (last) => key.map((column) => last[column] ?? ''),
      );
    },

    importSituations: keepList({ db, townTime }, situations),
    importSuccessions: keepList({ db, townTime }, successions),

    async successions(from, until) {
      return db
        .selectFrom('successions')
        .select(['on_day as on', 'before', 'after'])
        .where('on_day', '>=', from)
        .where('on_day', '<=', until)
        .orderBy('on_day')
        .orderBy('before')
        .orderBy('after')
        .execute();
    },
  };
}

const total = (figure: string, add: ReturnType<typeof sql>) =>
  sql`coalesce(${add}(value) filter (where figure = ${sql.lit(figure)}), 0)::bigint as ${sql.ref(figure)}`;

/** The latest version of the month; 0 while it is not frozen. */
async function latestOf(db: Kysely<Tables>, month: string): Promise<number> {
  const { version } = await db
    .selectFrom('months')
    .select(({ fn }) => fn.max('version').as('version'))
    .where('month', '=', month)
    .executeTakeFirstOrThrow();
  return version ?? 0;
}

/** The first month that is not frozen; undefined before the first case. */
async function firstOpen(db: Kysely<Tables>): Promise<string | undefined> {
  const { last } = await db
    .selectFrom('months')
    .select(({ fn }) => fn.max('month').as('last'))
    .where('version', '>', 0)
    .executeTakeFirstOrThrow();
  if (last) return nextMonth(last);
  const first = await db.selectFrom('cases').select('opened_at').orderBy('filing').limit(1).executeTakeFirst();
  return first && `${fiscalYear(today(first.opened_at))}-04`;
}

const toSnapshot = ({ taken_at, by, reason, key: _key, ...row }: Tables['months']): MonthSnapshot => ({
  ...row,
  takenAt: taken_at,
  ...(by !== null && { by }),
  ...(reason !== null && { reason }),
});
