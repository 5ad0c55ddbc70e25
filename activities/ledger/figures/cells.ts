import { type RawBuilder, sql } from 'kysely';
import type { FigureCell, FigureDims, FigureName, FigureRow } from '../port.js';
import { daysOf, definitions, type MonthOf } from './definitions.js';

const names = Object.keys(definitions) as readonly FigureName[];
const list = (parts: readonly RawBuilder<unknown>[], between = ', '): RawBuilder<unknown> => sql.join(parts, sql.raw(between));

/** What a set of dims is called where cells of it are asked for. */
export const splitOf = (dims: readonly (keyof FigureDims)[]): string => [...dims].sort().join();

/** All cells of the month: figure, split, dims, value, of. One pass over the month's days. */
export const cellsOf = (month: MonthOf): RawBuilder<unknown> => sql`
  with days as materialized (${daysOf(month)})
  ${list(
    names.map((name) => figureCells(name, month)),
    ' union all ',
  )}`;

function figureCells(name: FigureName, month: MonthOf): RawBuilder<unknown> {
  const { splits, counts, share, rows } = definitions[name];
  const dims = [...new Set(splits.flat())].sort();
  const column = (dim: string) => sql.ref(`counted.${dim}`);
  const called = dims.map((dim) => sql`case grouping(${column(dim)}) when 0 then ${sql.lit(dim)} end`);
  const values = dims.map((dim) => sql`${sql.lit(dim)}, ${column(dim)}`);
  const sets = splits.map((split) => sql`(${list(split.map(column))})`);
  const whole = { ofRows: sql`count(*)`, ofWhole: sql`max(whole)` };
  return sql`
    select ${sql.lit(name)} as figure, concat_ws(',', ${list([sql`null`, ...called])}) as split,
      jsonb_strip_nulls(jsonb_build_object(${list(values)})) as dims, ${amount(name)} as value, ${share ? whole[share] : sql`null`}::bigint as "of"
    from (${counts === 'people' ? once(rows(month), [...dims, ...(share === 'ofWhole' ? ['whole'] : [])]) : rows(month)}) as counted
    group by grouping sets (${list(sets)})`;
}

function amount(name: FigureName): RawBuilder<unknown> {
  const { counts, share, splits } = definitions[name];
  switch (counts) {
    case 'rows':
      return share === 'ofRows' ? sql`count(*) filter (where counted.counted)` : sql`count(*)`;
    case 'people':
      return splits.length > 1 ? sql`count(distinct staff)` : sql`count(*)`; // Of one split each is there `once`.
    case 'minutes':
      return sql`coalesce(sum(minutes), 0)`;
  }
}

/** Each person once in each combination of dims: what is left to sort is a fraction of the rows. */
const once = (rows: RawBuilder<unknown>, dims: readonly string[]): RawBuilder<unknown> =>
  sql`select distinct ${list(['staff', ...dims].map((column) => sql.ref(column)))} from (${rows}) as every_row`;

/**
 * So many of the rows that a cell counts, with what they show, in the order of their key and after that one; of a figure of people each person once. Undefined where the figure is not split up so.
 */
export function rowsOf(
  { figure, dims }: Pick<FigureCell, 'figure' | 'dims'>,
  month: MonthOf,
  { after, limit }: { after?: readonly unknown[]; limit: number },
): RawBuilder<FigureRow> | undefined {
  const { splits, shows, key, counts, share, rows } = definitions[figure];
  const asked = Object.entries(dims);
  if (!splits.some((split) => splitOf(split) === splitOf(asked.map(([dim]) => dim as keyof FigureDims)))) return undefined;
  const wanted = asked.map(([dim, value]) => sql`${sql.ref(dim)} = ${value}`);
  const counted = [sql`true`, ...(share === 'ofRows' ? [sql`counted`] : []), ...wanted];
  const [columns, place] = [list(shows.map((column) => sql.ref(column))), list(key.map((column) => sql.ref(column)))];
  const found = sql`select ${columns} from (${rows(month)}) as every_row where ${list(counted, ' and ')}`;
  const each = counts === 'people' ? sql`select distinct on (staff) ${columns} from (${found}) as every_row order by staff, date` : found;
  return sql<FigureRow>`
    with days as materialized (${daysOf(month)})
    select * from (${each}) as found where ${after ? sql`(${place}) > (${sql.join(after)})` : sql`true`} order by ${place} limit ${limit}`;
}

/** What the hash of a month is made of: a line a cell, in order. */
export const hashOf = (month: string, version: number): RawBuilder<string> => sql<string>`(
  select encode(sha256(convert_to(${month} || E'\n' || string_agg(
    concat_ws(E'\t', figure, dims::text, value, coalesce("of"::text, '')), E'\n' order by figure, split, dims::text collate "C"), 'UTF8')), 'hex')
  from month_cells where month = ${month} and version = ${version}::int)`;
