import { type Kysely, sql } from 'kysely';
import { today } from '../../config/calendar.js';
import { sha256 } from './canonical.js';
import type { TownTime } from './clock.js';
import { type Reading, readCsv } from './csv.js';
import type { Tables } from './database.js';
import type { PersonnelImport } from './port.js';

/** A list that a municipality keeps elsewhere and brings as a file, and the table that follows it. */
export interface List<Row> extends Reading<Row> {
  kind: Tables['personnel_imports']['kind'];
  table: 'absences' | 'employments' | 'training' | 'seats' | 'situations' | 'successions';
  /** The columns that no two rows have in common. */
  key: readonly (keyof Row & string)[];
  /** Whether a row that the file does not have is removed. */
  goes(row: Row, today: string): boolean;
  /** Whether the row that stands is kept, though the file has another one of its key; absent: it never is. */
  stays?(row: Row, other: Row): boolean;
}

/** Brings the table in line with the file, all or nothing. Two files at once come one after the other. */
export const keepList =
  <Row extends object>({ db, townTime }: { db: Kysely<Tables>; townTime: TownTime }, list: List<Row>) =>
  async (csv: string, { by, preview = false }: { by: string; preview?: boolean }): Promise<PersonnelImport> => {
    const { kind, table, key, goes, stays } = list;
    const { rows: lines, problems } = readCsv(csv, list);
    if (problems.length) return { added: 0, changed: 0, removed: 0, known: 0, problems };
    const at = await townTime();
    const keyOf = (row: Row): string => key.map((column) => row[column]).join(' ');
    return db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`personnel ${kind}`}, 0))`.execute(trx);
      const standing = (await trx.selectFrom(table).selectAll().execute()) as unknown as readonly Row[];
      const before = new Map(standing.map((row) => [keyOf(row), row]));
      const rows = new Map(lines.map(({ row }) => [keyOf(row), row]));
      const differs = (known: Row | undefined, row: Row) => known && !isSame(known, row) && !stays?.(known, row);
      const fresh = [...rows].filter(([one]) => !before.has(one)).map(([, row]) => row);
      const other = [...rows].filter(([one, row]) => differs(before.get(one), row)).map(([, row]) => row);
      const gone = [...before].filter(([one, row]) => !rows.has(one) && goes(row, today(at))).map(([, row]) => row);
      const counts = { added: fresh.length, changed: other.length, removed: gone.length };
      const done = { ...counts, known: rows.size - fresh.length - other.length, problems };
      if (preview || fresh.length + other.length + gone.length === 0) return done;

      const columns = sql.join(key.map((column) => sql.ref(column)));
      await sql`
        delete from ${sql.table(table)} where (${columns}) in (
          select ${columns} from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify([...other, ...gone])}))`.execute(trx);
      await sql`
        insert into ${sql.table(table)}
        select * from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify([...fresh, ...other])})`.execute(trx);
      await trx
        .insertInto('personnel_imports')
        .values({ at, by, kind, digest: sha256(csv), ...counts })
        .execute();
      return done;
    });
  };

const isSame = (known: object, row: object): boolean =>
  Object.entries(row).every(([field, value]) => known[field as keyof typeof known] === value);
