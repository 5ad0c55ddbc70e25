import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { today } from '../../config/calendar.js';
import { sha256 } from './canonical.js';
import type { TownTime } from './clock.js';
import { type Reading, readCsv } from './csv.js';
import type { Tables } from './database.js';
import type { PersonnelImport, PersonnelPort } from './port.js';

const staffNumber = z.string().regex(/^\d{1,8}$/, 'must be a staff number of at most 8 digits');
const day = z.iso.date('must be a date such as 2026-11-23');
const lastDay = z.union([z.literal('').transform(() => null), day], 'must be a date such as 2026-11-23, or empty');
const word = z.string().regex(/^[A-Za-z]{1,40}$/, 'must be a word');
const inOrder = {
  check: ({ from_day, until_day }: { from_day: string; until_day: string | null }) => until_day === null || from_day <= until_day,
  problem: { path: ['until'], error: 'must not be before the first day' },
};

const absence = z
  .strictObject({ staff_number: staffNumber, from: day, until: lastDay, reason: word })
  .transform(({ staff_number: staff, from: from_day, until: until_day }) => ({ staff, from_day, until_day }))
  .refine(inOrder.check, inOrder.problem);

const employment = z
  .strictObject({
    staff_number: staffNumber,
    kind: z.enum([
      'regular',
      'conditional',
      'temporary',
      'partTime',
      'fiscalYearAppointee',
      'reEmployed',
      'fixedTerm',
      'seconded',
      'specialPost',
    ]),
    from: day,
    until: lastDay,
    occupation: word,
  })
  .transform(({ staff_number: staff, from: from_day, until: until_day, ...rest }) => ({ staff, from_day, until_day, ...rest }))
  .refine(inOrder.check, inOrder.problem);

type Kind = 'absences' | 'employment';
type Row = { staff: string; from_day: string; until_day: string | null };
type Table = 'absences' | 'employments';

const unique = ({ staff, from_day }: Row) => ({ staff_number: `${staff} ${from_day}` });

/** Absences and employment, as the personnel office's files say. */
export function createPersonnel({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): PersonnelPort {
  /** Brings the table in line with the file, all or nothing. Two files at once come one after the other. */
  async function bring<Line extends Row>(
    { kind, table, reading }: { kind: Kind; table: Table; reading: Reading<Line> },
    csv: string,
    { by, preview = false }: { by: string; preview?: boolean },
  ): Promise<PersonnelImport> {
    const { rows: lines, problems } = readCsv(csv, reading);
    if (problems.length) return { added: 0, changed: 0, removed: 0, known: 0, problems };
    const at = await townTime();
    return db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`personnel ${kind}`}, 0))`.execute(trx);
      const before = new Map((await trx.selectFrom(table).selectAll().execute()).map((row) => [keyOf(row), row]));
      const rows = new Map(lines.map(({ row }) => [keyOf(row), row]));
      const fresh = [...rows].filter(([key]) => !before.has(key)).map(([, row]) => row);
      const other = [...rows].filter(([key, row]) => before.has(key) && !isSame(before.get(key), row)).map(([, row]) => row);
      const gone = [...before].filter(([key, { until_day }]) => !rows.has(key) && (until_day === null || until_day >= today(at)));
      const counts = { added: fresh.length, changed: other.length, removed: gone.length };
      const done = { ...counts, known: rows.size - fresh.length - other.length, problems };
      if (preview || fresh.length + other.length + gone.length === 0) return done;

      const leaving = [...other, ...gone.map(([, row]) => row)];
      await sql`
        delete from ${sql.table(table)} as kept using json_to_recordset(${JSON.stringify(leaving)}) as gone(staff text, from_day date)
        where kept.staff = gone.staff and kept.from_day = gone.from_day`.execute(trx);
      await sql`
        insert into ${sql.table(table)}
        select * from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify([...fresh, ...other])})`.execute(trx);
      await trx
        .insertInto('personnel_imports')
        .values({ at, by, kind, digest: sha256(csv), ...counts })
        .execute();
      return done;
    });
  }

  return {
    importAbsences: (csv, options) =>
      bring(
        { kind: 'absences', table: 'absences', reading: { schema: absence, heading: ['staff_number', 'from', 'until', 'reason'], unique } },
        csv,
        options,
      ),

    importEmployment: (csv, options) =>
      bring(
        {
          kind: 'employment',
          table: 'employments',
          reading: { schema: employment, heading: ['staff_number', 'kind', 'from', 'until', 'occupation'], unique },
        },
        csv,
        options,
      ),

    async absentOn(staff, date) {
      if (!staff.length) return [];
      const { rows } = await sql<{ staff: string }>`
        select distinct staff from absences
        where staff = any(${[...staff]}::text[]) and from_day <= ${date}::date and coalesce(until_day, 'infinity') >= ${date}::date`.execute(
        db,
      );
      return rows.map((row) => row.staff);
    },

    async employmentOf(staff, date) {
      const row = await db
        .selectFrom('employments')
        .select(['kind', 'occupation', 'from_day as from', 'until_day as until'])
        .where('staff', '=', staff)
        .where('from_day', '<=', date)
        .where((is) => is.or([is('until_day', 'is', null), is('until_day', '>=', date)]))
        .orderBy('from_day', 'desc')
        .executeTakeFirst();
      if (!row) return undefined;
      const { until, ...rest } = row;
      return { ...rest, ...(until !== null && { until }) };
    },
  };
}

const keyOf = ({ staff, from_day }: Row): string => `${staff} ${from_day}`;
const isSame = (known: object | undefined, row: object): boolean =>
  Object.entries(row).every(([field, value]) => known !== undefined && known[field as keyof typeof known] === value);
