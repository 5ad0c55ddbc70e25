import { type Kysely, sql } from 'kysely';
import type { Tables } from './database.js';
import type { Attendance, DayCountsPort, DayFigures } from './port.js';

/** Begun, whatever became of the report. */
const begun = sql`status in ('started', 'ended', 'reported', 'closed')`;

/** What the days amount to: by person for the attendance system, by month, form and department for the yearly review. */
export function createDayCounts(db: Kysely<Tables>): DayCountsPort {
  return {
    async attendance(from, until) {
      const { rows } = await sql<Attendance>`
        select staff, department, count(*) filter (where unit = 'day') as days, count(*) filter (where unit in ('morning', 'afternoon')) as "halfDays",
          count(*) filter (where unit = 'hours') as "hourlyDays", sum(minutes) as minutes
        from telework_days where date between ${from}::date and ${until}::date and ${begun}
        group by staff, department order by department, staff`.execute(db);
      return rows;
    },

    async dayFigures(from, until) {
      const { rows } = await sql<DayFigures['byAll'][number] & { level: number }>`
        select month, form, department, count(*) as uses, count(distinct staff) as persons,
          grouping(month, form, department) as level
        from (
          select to_char(date, 'YYYY-MM') as month, form, department, staff
          from telework_days where date between ${from}::date and ${until}::date and ${begun}) as days
        group by grouping sets ((), (month), (form), (department), (month, form, department))
        order by month, form, department`.execute(db);
      const at = (level: number) => rows.filter((row) => row.level === level);
      const figure = ({ uses, persons }: DayFigures['total']) => ({ uses, persons });
      return {
        total: at(7).map(figure)[0] ?? { uses: 0, persons: 0 },
        byMonth: at(3).map(({ month, ...row }) => ({ month, ...figure(row) })),
        byForm: at(5).map(({ form, ...row }) => ({ form, ...figure(row) })),
        byDepartment: at(6).map(({ department, ...row }) => ({ department, ...figure(row) })),
        byAll: at(0).map(({ month, form, department, ...row }) => ({ month, form, department, ...figure(row) })),
      };
    },
  };
}
