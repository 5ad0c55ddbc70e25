import { expect } from 'vitest';
import type { Questionnaire } from '../../workflows/survey/contract.js';
import type { ApiTown } from './town.js';
import { patience, trialDesk } from './trial-desk.js';

/** Three questions: one of all, one of those who chose 1, one in their own words. */
export const brief: Questionnaire = {
  title: { ja: 'テレワークの意向調査', en: 'Survey on telework' },
  source: 'ours: a questionnaire of tests',
  preface: { ja: '率直にお答えください。' },
  parts: [
    {
      title: { ja: 'I 意向' },
      questions: [
        {
          id: 'D',
          text: { ja: '部署' },
          kind: 'single',
          choices: ['税務', '市民', '福祉'].map((ja, at) => ({ id: `${at + 1}`, text: { ja } })),
        },
        {
          id: 'Q1',
          text: { ja: 'テレワークを実施できると思いますか。' },
          kind: 'single',
          choices: ['できる', 'できない'].map((ja, at) => ({ id: `${at + 1}`, text: { ja } })),
        },
        {
          id: 'Q1-1',
          text: { ja: '実施したい業務' },
          kind: 'multiple',
          most: 2,
          when: { question: 'Q1', chose: ['1'] },
          choices: [
            { id: '1', text: { ja: '資料の作成' } },
            { id: '2', text: { ja: '会議' } },
            { id: '3', text: { ja: 'その他' }, free: true },
            { id: '4', text: { ja: '特にない' }, alone: true },
          ],
        },
        { id: 'Q2', text: { ja: '御意見' }, kind: 'text', choices: [] },
      ],
    },
  ],
};

/** The desk at which HR runs its surveys in a town that opens before the first test. */
export function surveyDesk(town: () => ApiTown) {
  const { get, post, to } = trialDesk(town);
  const hr = () => town().accounts.hr;
  const step = (id: string, name: string, body: object = {}) => post(hr(), `/surveys/${id}/steps/${name}`, body);
  const statusOf = async (id: string): Promise<string> => (await get(hr(), `/surveys/${id}`)).status;
  return {
    get,
    post,
    to,
    step,
    statusOf,

    /** A survey of these dates that is scheduled. */
    async scheduled(from: string, until: string, over: object = {}): Promise<string> {
      const body = { questionnaire: brief, audience: { of: 'departments', departments: ['zeimu', 'shimin'] }, from, until, ...over };
      const drafted = await post(hr(), '/surveys', body);
      expect({ status: drafted.status, errors: drafted.body.errors }).toEqual({ status: 201, errors: undefined });
      expect(await step(drafted.body.id, 'schedule')).toMatchObject({ status: 200, body: { status: 'scheduled' } });
      return drafted.body.id;
    },

    /** Waits until all have their links, and answers these by staff number. */
    async opened(id: string): Promise<ReadonlyMap<string, string>> {
      await expect.poll(async () => (await get(hr(), `/surveys/${id}`)).state.links, patience).toBeGreaterThan(0);
      const rows = await town()
        .ledger.db.selectFrom('survey_links')
        .select(['staff', 'link'])
        .where('survey', '=', id)
        .orderBy('staff')
        .execute();
      return new Map(rows.map(({ staff, link }) => [staff, link]));
    },

    /** Sends answers by a link, as a program does. */
    send: (link: string, answers: object) => town().send(undefined, 'POST', `/survey-links/${link}`, { body: { answers } }),

    /** The form at a link, or what a browser gets that sends it. */
    form: (link: string, fields?: Readonly<Record<string, string | readonly string[]>>, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${town().url}/api/v1/survey-links/${link}`, {
        redirect: 'manual',
        headers: {
          Accept: 'text/html',
          ...(fields && { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' }),
          ...headers,
        },
        ...(fields && {
          method: 'POST',
          body: new URLSearchParams(
            Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value])),
          ).toString(),
        }),
      }),
  };
}
