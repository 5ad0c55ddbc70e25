import { describe, expect, test } from 'vitest';
import { bringsNothing } from '../../activities/surveys/reminders.js';
import { surveyIn } from '../survey/cases.js';
import { office } from './office.js';

/** The survey ends on Friday, 23 April 2027: the rounds of the 16th and the 22nd remind. */
const [between, first, last, over] = ['2027-04-15', '2027-04-16', '2027-04-22', '2027-04-26'];
const at = (date: string): string => `${date}T00:00:00.000Z`;
const mail = { template: 'surveyOpened', params: { title: '調査', until: '2027-04-23' } };

/** An office of which three are asked, and one has answered. */
async function asking() {
  const town = await office();
  const survey = surveyIn(town.ledger, 'S');
  for (const name of ['draft', 'schedule', 'open'] as const) await survey.enter(name);
  await town.ledger.handOutLinks('S', ['4021', '3001', '3003'], mail);
  await survey.enter('opened');
  const links = new Map((await town.ledger.unanswered({ survey: 'S', limit: 9 })).items.map(({ staff, link }) => [staff, link]));
  const linkOf = (staff: string): string => links.get(staff) ?? '';
  await town.ledger.answerSurvey(linkOf('3001'), {});
  const morning = async (date: string) => {
    town.clock.set(at(date));
    await town.write('morning', date);
  };
  /** The lines of digests on the survey: who is told, with which link. */
  const told = async () => {
    const rows = await town.sql<{ to: string; items: { says?: string; answer?: string }[] }>(
      "select recipient as to, params->'items' as items from outbox where template = 'morningDigest'",
    );
    return rows.flatMap(({ to, items }) => items.filter(({ says }) => says === 'survey').map(({ answer }) => [to, answer])).sort();
  };
  return { ...town, survey, linkOf, morning, told };
}

describe('whom the morning reminds of a survey', () => {
  test('who has not answered, with their own link, on the days of the pack; who has, never', async () => {
    const town = await asking();
    await town.morning(between);
    expect(await town.told()).toEqual([]);
    await town.morning(first);
    const unanswered = [
      ['staff:3003', town.linkOf('3003')],
      ['staff:4021', town.linkOf('4021')],
    ];
    expect(await town.told()).toEqual(unanswered);
    await town.morning(first);
    expect(await town.told()).toEqual(unanswered);
    await town.ledger.answerSurvey(town.linkOf('3003'), {});
    await town.morning('2027-04-19');
    await town.morning(last);
    expect(await town.told()).toEqual([...unanswered, ['staff:4021', town.linkOf('4021')]].sort());
  });

  test('who has answered before the digest leaves gets none, nor anybody of a survey that has closed', async () => {
    const town = await asking();
    await town.morning(first);
    const digests = await town.queued();
    const of = (to: string) => digests.find((one) => one.to === to);
    const [mine, other] = [of('staff:4021'), of('staff:3003')];
    if (!mine || !other) throw new Error('nobody was reminded');
    expect(await town.judge(mine)).toMatchObject({ params: { items: [{ answer: town.linkOf('4021') }] } });
    await town.ledger.answerSurvey(town.linkOf('4021'), {});
    expect(await town.judge(mine)).toBeUndefined();
    expect(await town.judge(other)).toBeDefined();
    await town.survey.enter('close');
    expect(await town.judge(other)).toBeUndefined();
    await town.morning(over);
    expect((await town.told()).filter(([to]) => to === 'staff:4021')).toHaveLength(1);
  });

  test('the mail that brings a link does not leave once it was answered, or the survey has closed; other mail does', async () => {
    const town = await asking();
    const { ledger } = town;
    await ledger.begin();
    const mails = (await ledger.take(9)).filter(({ template }) => template === 'surveyOpened');
    const late = async () =>
      Object.fromEntries(await Promise.all(mails.map(async (one) => [one.to, await bringsNothing({ ledger }, one)] as const)));
    expect(await late()).toEqual({ 'staff:4021': false, 'staff:3001': true, 'staff:3003': false });
    await town.survey.enter('closeEarly');
    expect(await late()).toEqual({ 'staff:4021': true, 'staff:3001': true, 'staff:3003': true });
    for (const one of mails) expect(await bringsNothing({ ledger }, { ...one, template: 'morningDigest' })).toBe(false);
  });
});
