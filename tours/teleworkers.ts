import type { TeleworkForm } from '../workflows/registration/contract.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { Emergency } from '../workflows/telework-day/contract.js';
import { eachOf, type StepOf } from './crowd.js';
import { homeDay } from './day.js';
import { Differs } from './player.js';
import { Townspeople } from './townspeople.js';

const days = casePaths['telework-day'];
/** As many as are filed at once. */
const mostAtOnce = 31;

/** A day of telework as a tour has it done. */
export interface TourDay {
  staff: string;
  date: string;
  form: TeleworkForm;
  /** The emergency in which it was ordered. */
  ordered?: Emergency['id'];
}

/** Form 2 where one works in each form. */
const placeOf = {
  home: {},
  mobile: { workplace: undefined, place: '出張先の待合室' },
  satellite: { workplace: undefined, office: '公民館サテライト' },
} as const satisfies Record<TeleworkForm, object>;

/** Townspeople who telework: they plan, their heads approve, they begin, end and report. What has begun is counted here too, apart from the product. */
export class Teleworkers extends Townspeople {
  /** What begins on its date once it is approved, by case. */
  readonly planned = new Map<string, TourDay>();
  /** What has begun, in order. */
  readonly begun: TourDay[] = [];

  /** Form 2 of all these days, of each person at once. @throws Differs when one is refused */
  async planAll(wanted: readonly TourDay[]): Promise<void> {
    await eachOf([...new Set(wanted.map(({ staff }) => staff))], async (staff) => {
      const own = wanted.filter((one) => one.staff === staff);
      for (let first = 0; first < own.length; first += mostAtOnce) {
        const some = own.slice(first, first + mostAtOnce);
        const items = some.map(({ date, form, ordered }) => ({
          plan: { ...homeDay, ...placeOf[form], form, date, ...(ordered && { ordered }) },
        }));
        const key = `plan-${some[0]?.date}`;
        const { body } = await this.crowd.post<{ items: readonly { status: number; id: string }[] }>(
          staff,
          `${days}/several`,
          { items },
          key,
        );
        for (const [nth, day] of some.entries()) {
          const { status = 0, id = '' } = body.items?.[nth] ?? {};
          if (status >= 300 || !id) throw new Differs(`a plan for ${day.date} is refused: ${JSON.stringify(body.items?.[nth] ?? body)}`);
          this.planned.set(id, day);
          this.taken += 1;
        }
      }
    });
  }

  /** Heads take a step in bulk, wherever it waits for them: of the whole town, or of these units. @returns how many */
  async byHeads(step: StepOf, units?: readonly string[]): Promise<number> {
    const heads = [...this.crowd.heads()].flatMap(([unit, head]) => (!units || units.includes(unit) ? [head] : []));
    let done = 0;
    await eachOf([...new Set(heads)], async (head) => {
      if (!this.isThere(head)) return;
      const taken = await this.crowd.inBulk(head, step, await this.crowd.tasks(head, step));
      done += taken;
    });
    this.taken += done;
    return done;
  }

  /** Those whose day it is begin it. */
  async begin(date: string, does: (staff: string) => boolean = () => true): Promise<void> {
    const begun = await this.#onTheDay(date, 'approved', 'start', does);
    for (const id of begun) {
      const day = this.planned.get(id);
      if (!day) throw new Differs(`a day of ${date} was planned by nobody`);
      this.begun.push(day);
    }
  }

  /** Who has begun ends the day, and reports. */
  async end(date: string, does: (staff: string) => boolean = () => true): Promise<void> {
    await this.#onTheDay(date, 'started', 'end', does);
    await this.#onTheDay(date, 'ended', 'report', does, { done: homeDay.table, result: '予定した業務を終えた。' });
  }

  async #onTheDay(
    date: string,
    status: string,
    step: string,
    does: (staff: string) => boolean,
    body: object = {},
  ): Promise<readonly string[]> {
    const standing = await this.crowd.rows<{ id: string; staff: string }>(
      'select case_id as id, staff from telework_days where date = $1 and status = $2 order by case_id',
      [date, status],
    );
    const theirs = standing.filter(({ staff }) => does(staff) && this.isThere(staff));
    await eachOf(theirs, ({ id, staff }) => this.take(staff, `${days}/${id}`, step, body));
    return theirs.map(({ id }) => id);
  }
}
