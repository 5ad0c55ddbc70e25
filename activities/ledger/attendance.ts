import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { today } from '../../config/calendar.js';
import { sha256 } from './canonical.js';
import type { TownTime } from './clock.js';
import { readLongCsv } from './csv.js';
import type { Tables } from './database.js';
import { day, staffNumber } from './personnel.js';
import type { ImportProblem, PersonnelImport, TrialsPort } from './port.js';

/** Rows that are written at once, and people whom they concern: less than a second, in which no day can end. */
const [writtenAtOnce, judgedAtOnce] = [10_000, 1_000];
/** Who has brought the wrong file need not read a million lines. */
const mostProblems = 1_000;

/** Adds what another system has seen of people's telework to what is known; a file of a year of a large city has millions of rows. */
export const importAttendance =
  ({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }): TrialsPort['importObserved'] =>
  async (csv, { by, preview = false }) => {
    const at = await townTime();
    const last = today(at);
    const schema = z.strictObject({ staff_number: staffNumber, date: day.refine((date) => date <= last, 'must not be after today') });
    const problems: ImportProblem[] = [];
    const seen = new Map<string, Set<string>>();
    const dates = new Map<string, string>(); // One text for each date, however often it is read.
    for await (const part of readLongCsv(csv, { schema, heading: ['staff_number', 'date'] })) {
      problems.push(...part.problems.slice(0, mostProblems - problems.length));
      for (const { staff_number, date } of part.rows) {
        const kept = dates.get(date) ?? date;
        dates.set(kept, kept);
        seen.set(staff_number, (seen.get(staff_number) ?? new Set()).add(kept));
      }
    }
    const done = { added: 0, changed: 0, removed: 0, known: 0, problems };
    if (problems.length) return done;

    for (const rows of partsOf(seen)) {
      const added = await (preview ? unknownAmong(db, rows) : add(db, rows));
      done.added += added;
      done.known += rows.staff.length - added;
    }
    if (!preview && done.added)
      await db
        .insertInto('personnel_imports')
        .values({ at, by, kind: 'attendance', digest: sha256(csv), added: done.added, changed: 0, removed: 0 })
        .execute();
    return done satisfies PersonnelImport;
  };

interface Rows {
  staff: string[];
  dates: string[];
}

/** Person by person, so that each is judged anew once. */
function* partsOf(seen: ReadonlyMap<string, ReadonlySet<string>>): Generator<Rows> {
  let part: Rows = { staff: [], dates: [] };
  let people = 0;
  for (const [staff, dates] of seen) {
    people += 1;
    for (const date of dates) {
      part.staff.push(staff);
      part.dates.push(date);
    }
    if (part.staff.length < writtenAtOnce && people < judgedAtOnce) continue;
    yield part;
    [part, people] = [{ staff: [], dates: [] }, 0];
  }
  if (part.staff.length) yield part;
}

async function add(db: Kysely<Tables>, { staff, dates }: Rows): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    insert into attendance (staff, date) select * from unnest(${staff}::text[], ${dates}::date[]) on conflict do nothing`.execute(db);
  return Number(numAffectedRows);
}

async function unknownAmong(db: Kysely<Tables>, { staff, dates }: Rows): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from unnest(${staff}::text[], ${dates}::date[]) as brought (staff, date)
    where not exists (select from attendance where attendance.staff = brought.staff and attendance.date = brought.date)`.execute(db);
  return rows[0]?.count ?? 0;
}
