import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { employmentKinds } from '../../config/policy/schema.js';
import type { TownTime } from './clock.js';
import type { Tables } from './database.js';
import { keepList, type List } from './lists.js';
import type { EmploymentRecord, PersonnelPort } from './port.js';

export const staffNumber = z.string().regex(/^\d{1,8}$/, 'must be a staff number of at most 8 digits');
export const day = z.iso.date('must be a date such as 2026-11-23');
export const lastDay = z.union([z.literal('').transform(() => null), day], 'must be a date such as 2026-11-23, or empty');
export const word = z.string().regex(/^[A-Za-z]{1,40}$/, 'must be a word');
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
    kind: z.enum(employmentKinds),
    from: day,
    until: lastDay,
    occupation: word,
  })
  .transform(({ staff_number: staff, from: from_day, until: until_day, ...rest }) => ({ staff, from_day, until_day, ...rest }))
  .refine(inOrder.check, inOrder.problem);

type Row = { staff: string; from_day: string; until_day: string | null };

/** What is over stays, as decisions stood on it. */
const byFirstDay = {
  key: ['staff', 'from_day'],
  unique: ({ staff, from_day }: Row) => ({ staff_number: `${staff} ${from_day}` }),
  goes: ({ until_day }: Row, today: string) => until_day === null || until_day >= today,
} as const;

const absences: List<z.output<typeof absence>> = {
  kind: 'absences',
  table: 'absences',
  schema: absence,
  heading: ['staff_number', 'from', 'until', 'reason'],
  ...byFirstDay,
};
const employments: List<z.output<typeof employment>> = {
  kind: 'employment',
  table: 'employments',
  schema: employment,
  heading: ['staff_number', 'kind', 'from', 'until', 'occupation'],
  ...byFirstDay,
};

/** Absences and employment, as the personnel office's files say. */
export function createPersonnel({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): PersonnelPort {
  return {
    importAbsences: keepList({ db, townTime }, absences),
    importEmployment: keepList({ db, townTime }, employments),

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
      return (await employmentAmong(db, [staff], date)).get(staff);
    },
  };
}

/** How each of these people is employed on the date, by what the personnel files say last. */
export async function employmentAmong(
  db: Kysely<Tables>,
  staff: readonly string[],
  date: string,
): Promise<ReadonlyMap<string, EmploymentRecord>> {
  const { rows } = await sql<Omit<EmploymentRecord, 'until'> & { staff: string; until: string | null }>`
    select distinct on (staff) staff, kind, occupation, from_day as from, until_day as until from employments
    where staff = any(${[...staff]}::text[]) and from_day <= ${date}::date and coalesce(until_day, 'infinity') >= ${date}::date
    order by staff, from_day desc`.execute(db);
  return new Map(rows.map(({ staff: person, until, ...one }) => [person, { ...one, ...(until !== null && { until }) }]));
}
