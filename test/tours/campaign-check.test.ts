import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RosterMember } from '../../activities/ledger/port.js';
import { startDirectory } from '../../embedded/directory.js';
import { writeSampleTown } from '../../embedded/sample-town.js';
import type { Report } from '../../tours/campaign-check-main.js';
import { reportOf } from '../../tours/crowd.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { SectionRequest } from '../../workflows/trial-section/contract.js';
import * as rules from '../../workflows/trial-section/rules.js';
import { untilThere } from '../ledger/loan.js';
import { addDevice, entry, freshKey, type Town, town } from '../ledger/town.js';
import { campaign } from '../ledger/trial.js';

const [first, second, third, today] = ['2027-04-12', '2027-04-13', '2027-04-14', '2027-04-15'];
/** Longer than a program takes to start on a busy machine. */
const patient = 120_000;

/** A section of three, of whom one has stayed and one has swapped, three days on; its mails lie in a folder. */
async function section() {
  const t = await town();
  const folder = await mkdtemp(join(tmpdir(), 'campaign-check-'));
  const { baseDn, accounts, entries } = await writeSampleTown({ folder, seed: 1, size: 57 });
  const directory = await startDirectory({ folder, port: 0 });
  onTestFinished(async () => {
    await directory.close();
    await rm(folder, { recursive: true });
  });
  const { borrower: ann, secondBorrower: bob, keeper: eve } = accounts;
  const once = [{ from: first, until: '2027-04-23', times: 1 }];
  const member = (staff: string, date: string) => ({
    staff,
    group: 'all',
    duties: once,
    slots: [{ date, part: 'day' as const }],
    absent: [],
    unavailable: [],
  });
  const request: SectionRequest = {
    campaign: 'C',
    department: 'zeimu',
    plan: 'P',
    from: first,
    until: '2027-04-23',
    members: [member(ann, first), member(bob, second), member(eve, third)],
    unit: 'day',
    counter: { morning: 2, afternoon: 2 },
    others: [],
    closed: [],
  };

  await campaign(t);
  let state: rules.TrialSection | undefined;
  let seq = 0;
  const happens = async (event: rules.SectionEvent) => {
    const [before, after] = [state, rules.apply(state, event)];
    [state, seq] = [after, seq + 1];
    const { mails: _mails, ...written } = entryOf(
      rules,
      { caseId: 'section-1', procedure: 'trial-section', seq },
      { event, after, before },
    );
    await untilThere(() => t.ledger.append(written));
  };
  await happens({ name: 'openSection', input: { by: '9', as: 'hr', ...request }, key: 'section-1' });
  await happens({
    name: 'askSwap',
    input: { by: ann, as: 'member:zeimu', on: '2027-04-09', mine: first, with: bob, theirs: second },
    key: 'swap',
  });
  await happens({
    name: 'answerSwap',
    input: { by: bob, as: `staff:${bob}`, on: '2027-04-09', swap: 'swap', agreed: true },
    key: freshKey(),
  });

  const addressOf = (staff: string) => entries.find(({ attributes }) => attributes.employeeNumber?.[0] === staff)?.attributes.mail?.[0];
  let mails = 0;
  /** A mail that has left, and has come. */
  const mail = async (id: string, staff: string, { template, params, body = '' }: { template: string; params: object; body?: string }) => {
    await t.sql(
      `insert into outbox (message_id, case_id, recipient, template, params, queued_at, due_at, state)
       values ($1, 'section-1', $2, $3, $4, $5, $5, 'settled') on conflict do nothing`,
      [id, `staff:${staff}`, template, JSON.stringify(params), `${today}T00:00:00Z`],
    );
    await t.sql(`insert into mail_copies (copy, message_id, how, at) values ($1, $1, 'sent', $2) on conflict do nothing`, [
      id,
      `${today}T00:00:00Z`,
    ]);
    const part = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}\r\n--`;
    await writeFile(
      join(folder, `${(mails += 1)}`.padStart(9, '0').concat('.eml')),
      `Delivered-To: ${addressOf(staff)}\r\nMessage-ID: <${id}>\r\n\r\n--part\r\n${part}part--\r\n`,
    );
  };
  const announces = (id: string, staff: string, date: string) =>
    mail(id, staff, { template: 'trialAnnounced', params: { items: [{ date, part: 'day' }] } });
  for (const [staff, date] of [
    [ann, first],
    [bob, second],
    [eve, third],
  ] as const)
    await announces(`announced-${staff}`, staff, date);

  const order = {
    databaseUrl: t.databaseUrl,
    directory: { url: `ldap://127.0.0.1:${directory.port}`, base: baseDn, ...accounts.service },
    mails: folder,
    campaign: 'C',
    today,
  };
  return {
    t,
    ann,
    bob,
    eve,
    mail,
    announces,
    roster: () => rules.roster(state as rules.TrialSection),
    check: () => reportOf<Report>('campaign-check-main.ts', order),
  };
}

/** A day from its plan to its end, as the ledger has it. */
async function teleworks(t: Town, staff: string, date: string): Promise<void> {
  const [caseId, place] = [
    `${staff}/${date}`,
    { procedure: 'telework-day', summary: { status: 'ended', department: 'zeimu', staff, date } } as const,
  ];
  const claim = { staff, department: 'zeimu', date, from: '08:30', until: '17:15', form: 'home', unit: 'day', minutes: 465 } as const;
  for (const [nth, name] of ['plan', 'approve', 'end'].entries())
    await untilThere(() =>
      t.ledger.append(
        entry(
          caseId,
          nth + 1,
          { name, input: { by: staff, staff, ...(nth === 0 && { plan: { date } }) } as { by: string } },
          { ...place, day: claim },
        ),
      ),
    );
}

it('finds nothing in a campaign that is as it should be', { timeout: patient }, async () => {
  const { t, ann, eve, check } = await section();
  await teleworks(t, ann, second);
  await teleworks(t, eve, third);
  const { findings, looked } = await check();
  expect(findings).toEqual([]);
  expect(looked).toMatchObject({ sections: 1, members: 3, events: 3, days: 2, announced: 3, again: 0 });
});

it('finds whatever was planted, each in its own words', { timeout: patient }, async () => {
  const { t, ann, bob, eve, mail, announces, roster, check } = await section();
  await t.sql('alter table trial_members disable trigger judged');
  await t.sql(`update trial_members set status = 'atRisk' where staff = $1`, [eve]);
  await t.sql('alter table trial_members enable trigger judged');
  await t.sql(`update trial_tally set exempt = exempt + 1`);

  await teleworks(t, ann, first); // Bob's day now: two of three are gone.
  await t.sql(`insert into rounds (round, date, at) values ('morning', '2027-04-09', '2027-04-08T23:30:00Z'), ('morning', $1, $2)`, [
    first,
    `${first}T23:30:00Z`,
  ]);

  await addDevice(t, 'PC-1');
  await t.sql('drop index one_custody');
  for (const caseId of ['C', 'section-1'])
    await t.sql(`insert into custody (case_id, asset_tag, since) values ($1, 'PC-1', '2027-04-01')`, [caseId]);

  await announces('twice', bob, second);
  const reminded = { template: 'morningDigest', params: { items: [{ caseId: 'section-1', says: 'telework' }] } };
  await mail('too-late', ann, { ...reminded, body: 'https://telework.example/campaign-sections/section-1' });
  await mail('too-late', ann, reminded);

  const members = roster()?.members.map((one): RosterMember => (one.staff === eve ? { ...one, slots: [] } : one)) ?? [];
  const place = { procedure: 'trial-section', summary: { status: 'open', department: 'zeimu', staff: '9', within: 'C' } } as const;
  await untilThere(() => t.ledger.append(entry('section-1', 4, { name: 'raise' }, { ...place, roster: { campaign: 'C', members } })));

  const { findings, looked } = await check();
  const found = findings.join('\n');
  expect(found).toMatch(`zeimu, raise: ${eve} has no slot, and should have ${third} day`);
  expect(found).toMatch(`${eve} of zeimu is atRisk, and should be planned`);
  expect(found).toMatch('the tally has 1 zeimu all exempt, and should have 0');
  expect(found).toMatch('PC-1 is in the hands of');
  expect(found).toMatch(`zeimu, morning of ${first}: 1 at a counter of 2`);
  expect(found).toMatch(`${bob} was told their dates 2 times`);
  expect(found).toMatch(new RegExp(`reminds ${ann}, who is done`));
  expect(looked.again).toBe(1);
});
