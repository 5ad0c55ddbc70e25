import { describe, expect, test, vi } from 'vitest';
import { renderMail } from '../../activities/mail/render.js';
import type { Member } from '../../workflows/trial-section/rules.js';
import { city } from './city.js';

vi.setConfig({ testTimeout: 120_000 }); // A town of a hundred, each time.

/** The first Monday of the campaign, which ends on Friday the 23rd, and the days after it. */
const [monday, tuesday, wednesday] = ['2027-04-12', '2027-04-13', '2027-04-14'];

/** A campaign of the tax section alone, on its first day, with who is planned when. */
async function running() {
  const town = await city();
  const campaign = await town.campaign({ groups: [{ id: 'tax', who: { departments: ['zeimu'] }, times: 1, per: 'period' }] });
  await campaign.run();
  const { caseId, section } = await campaign.section('zeimu');
  const on = (date: string): Member[] => section.members.filter(({ slots }) => slots.some((slot) => slot.date === date));
  return {
    town,
    campaign,
    caseId,
    section,
    on,
    head: `staff:${town.sample.accounts.head}`,
    promoter: `staff:${town.sample.accounts.promoter}`,
  };
}
const saysOf = (lines: readonly Readonly<Record<string, unknown>>[] | undefined) =>
  (lines ?? []).map(({ says, on }) => `${String(says)} ${String(on)}`);

describe('the morning reminds of a campaign', () => {
  test('who has a slot tomorrow, of their own date; head and promoter, once a week, of how the section stands; nobody else', async () => {
    const { town, section, on, head, promoter } = await running();
    const first = await town.digestsOf(monday);
    const tomorrow = on(tuesday).map(({ staff }) => `staff:${staff}`);
    for (const staff of tomorrow) expect(saysOf(first.get(staff))).toContain(`telework ${tuesday}`);
    expect(first.get(head)).toContainEqual(
      expect.objectContaining({ says: 'progress', done: 0, all: section.members.length, on: '2027-04-23' }),
    );
    expect(saysOf(first.get(promoter))).toContain('progress 2027-04-23');
    expect([...first.keys()].filter((to) => !tomorrow.includes(to) && to !== head && to !== promoter)).toEqual([]);
    const second = await town.digestsOf(tuesday);
    expect(saysOf(second.get(head)).filter((one) => one.startsWith('progress'))).toEqual([]);
  });

  test('who missed a slot on the day after it, then weekly; never who has done it, is exempt, cannot or has left', async () => {
    const { town, campaign, caseId, section, on, promoter } = await running();
    const [missed] = on(monday);
    const others = section.members.filter(({ staff, head }) => staff !== missed?.staff && !head && `staff:${staff}` !== promoter);
    const [done, exempt, settled, left] = others;
    if (!missed || !done || !exempt || !settled || !left) throw new Error('too few in the first days');
    await town.digestsOf(monday);
    await town.observe([done.staff, monday]);
    await campaign.sectionStep({ caseId }, 'exempt', {
      on: monday,
      people: [exempt.staff],
      exemption: { reason: 'hospital', until: '2027-04-23' },
      reason: 'hospital',
      until: '2027-04-23',
    });
    await campaign.sectionStep({ caseId }, 'recordOutcome', {
      on: monday,
      staff: settled.staff,
      outcome: 'notPossible',
      reason: { row: 'r', digest: 'd' },
    });
    await town.directoryHas.disabled(left.staff);
    await town.ledger.watchTrial(campaign.caseId, wednesday);
    await town.follow(wednesday);
    await town.settle();
    const lines = await town.digestsOf(wednesday);
    expect([done, exempt, settled, left].filter(({ staff }) => lines.has(`staff:${staff}`))).toEqual([]);
    expect(saysOf(lines.get(`staff:${missed.staff}`))).toContain('arrange 2027-04-23');
    await town.ledger.watchTrial(campaign.caseId, '2027-04-15');
    expect(saysOf((await town.digestsOf('2027-04-15')).get(`staff:${missed.staff}`))).not.toContain('arrange 2027-04-23');
    await town.ledger.watchTrial(campaign.caseId, '2027-04-19');
    expect(saysOf((await town.digestsOf('2027-04-19')).get(`staff:${missed.staff}`))).toContain('arrange 2027-04-23');
  });

  test('nothing while it is paused', async () => {
    const { town, campaign } = await running();
    await campaign.step('pause', { reason: { row: 'r', digest: 'd' } });
    expect(await town.digestsOf(monday)).toEqual(new Map());
  });

  test('at the moment of sending it is judged again: what was done meanwhile is not said', async () => {
    const { town, on } = await running();
    await town.digestsOf(tuesday);
    const [mail] = (await town.sql<{ to: string }>("select recipient as to from outbox where template = 'morningDigest'")).filter(
      ({ to }) => on(wednesday).some(({ staff }) => to === `staff:${staff}`),
    );
    const queued = (await town.queued()).find(({ to }) => to === mail?.to);
    if (!queued) throw new Error('nobody is reminded');
    expect(await town.judge(queued)).toEqual(queued);
    await town.observe([queued.to.split(':')[1] ?? '', tuesday]);
    expect(await town.judge(queued)).toBeUndefined();
  });

  test('HR: an objection that waits, a plan that nobody announces, the report when the questionnaire is over', async () => {
    const { town, campaign, caseId } = await running();
    const hr = `staff:${town.sample.accounts.hr}`;
    const step = async (date: string) => (await town.digestsOf(date)).get(hr)?.map((line) => line.step);
    await campaign.sectionStep({ caseId }, 'object', { reason: { row: 'r', digest: 'd' } });
    expect(await step(tuesday)).toEqual(['trial-section.settleObjection']);
    await campaign.sectionStep({ caseId }, 'settleObjection', {});
    await town.enter({ procedure: 'trial-campaign', caseId: campaign.caseId }, { name: 'endPeriod', input: { by: 'system' } });
    expect(await step('2027-05-07')).toBeUndefined();
    expect(await step('2027-05-10')).toEqual(['trial-campaign.report']);
  });

  test('in words, each with its date', async () => {
    const { town, on } = await running();
    await town.digestsOf(monday);
    const [{ staff } = { staff: '' }] = on(tuesday);
    const mail = (await town.queued()).find(({ to }) => to === `staff:${staff}`);
    if (!mail) throw new Error('nobody is reminded');
    const text = renderMail(mail, { recipient: '職員', linkTo: ({ caseId = '' }) => `https://example.jp/${caseId}` })?.text ?? '';
    expect(text).toContain('テレワークの試行（実施予定日：令和9年4月13日(火)。');
    expect(text).toContain('planned for Tue, 13 April 2027');
  });
});
