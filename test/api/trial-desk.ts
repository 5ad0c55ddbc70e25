import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { municipalCalendar, today } from '../../config/calendar.js';
import { dayOn } from '../../workflows/shared/dates.js';
import { weekOf } from '../../workflows/telework-day/rules.js';
import type { Answered, ApiTown } from './town.js';

const calendar = municipalCalendar();
const isPlain = (monday: string) => [0, 1, 2, 3, 4].every((days) => calendar.isBusinessDay(dayOn(monday, days)));

/** The first of three weeks without closed days, one week from the host's at the earliest. */
export function plainMonday(): string {
  let monday = dayOn(weekOf(today(hostClock.now().toISOString()), 'monday')[0], 7);
  while (!isPlain(monday) || !isPlain(dayOn(monday, 7)) || !isPlain(dayOn(monday, 14))) monday = dayOn(monday, 7);
  return monday;
}

/** For what comes as news or by the clock. */
export const patience = { timeout: 60_000, interval: 100 };

/** A member of a campaign, as HR is shown them. */
export interface Person {
  section: string;
  department: string;
  staff: { staffNumber: string };
  status: string;
  slots: { date: string; part: string }[];
  observed: string[];
  movedTo?: string;
}

/** What a refused request complains of: code and field. */
export const codes = ({ body }: Answered): string[] =>
  body.errors?.map(({ code, field }: { code: string; field?: string }) => `${code} ${field ?? ''}`.trim());

/** The desk at which HR runs its campaigns in a town that opens before the first test. */
export function trialDesk(town: () => ApiTown) {
  const get = async (who: string, path: string) => (await town().send(who, 'GET', path)).body;
  const post = (who: string, path: string, body: object = {}, key: string = randomUUID()) => town().send(who, 'POST', path, { key, body });
  const step = (who: string, id: string, name: string, body: object = {}) => post(who, `/campaigns/${id}/steps/${name}`, body);
  const sectionStep = (who: string, id: string, name: string, body: object = {}, key?: string) =>
    post(who, `/campaign-sections/${id}/steps/${name}`, body, key);
  const statusOf = async (id: string): Promise<string> => (await get(town().accounts.hr, `/campaigns/${id}`)).status;
  const membersOf = async (id: string, query = ''): Promise<Person[]> =>
    (await get(town().accounts.hr, `/campaigns/${id}/members?limit=200${query}`)).items;
  return {
    get,
    post,
    step,
    sectionStep,
    statusOf,
    membersOf,

    /** Moves the town's clock. */
    async to(date: string, time: string): Promise<void> {
      await town().ledger.clockOffset();
      await town().forward(Date.parse(`${date}T${time}:00+09:00`) - town().ledger.townClock.now().getTime());
    },

    /** Plans the campaign, and answers the plan. */
    async planned(id: string) {
      const { hr } = town().accounts;
      expect(await step(hr, id, 'plan')).toMatchObject({ status: 200 });
      await expect.poll(() => statusOf(id), patience).toBe('planned');
      return get(hr, `/campaigns/${id}/plan`);
    },

    /** Waits until the campaign has so many sections open, and answers the first. */
    async isOpen(id: string, sections: number): Promise<string> {
      const open = async () => new Set((await membersOf(id)).map(({ section }) => section)).size;
      await expect.poll(async () => (await get(town().accounts.hr, `/campaigns/${id}`)).state.sections, patience).toBe(sections);
      await expect.poll(open, patience).toBe(sections);
      return (await membersOf(id))[0]?.section ?? '';
    },
  };
}
