import { describe, expect, test } from 'vitest';
import { policy, words } from '../device-loan/cases.js';
import { office } from './office.js';

/** Monday 5 April 2027, the clock's first morning, and what follows. */
const [monday, tuesday, nextMonday] = ['2027-04-05', '2027-04-06', '2027-04-12'];
const at = (date: string): string => `${date}T00:00:00.000Z`;
const next = { from: '2027-04-07', until: '2027-04-20' };

describe('who is told (issue: that person, else head, deputy, HR or IT)', () => {
  test('whoever can act gets one digest, as whatever they are asked; nobody else gets any', async () => {
    const town = await office();
    await town.loan('request', { borrower: '3003' });
    await town.registration({}, 'approve');
    await town.loan('approve'); // Waits for a device, not for anybody.
    const own = await town.loan('handOver', { borrower: '3001', approver: 'superior:tax' });
    expect(await town.write('morning', monday)).toBe(0); // What came today is in time.
    town.clock.set(at(tuesday));
    expect(await town.write('morning', tuesday)).toBe(1);
    expect(await town.digests()).toEqual({ 'staff:3001': ['device-loan.approve head own', 'device-loan.receive staff own'] });
    expect(own.caseId).toBeTruthy();
    expect((await town.ledger.unattended({ limit: 9 })).items).toEqual([]);
  });

  test('a vacant post: HR is told, and finds it in a list until it is done', async () => {
    const town = await office();
    const loan = await town.loan('request');
    town.units.set('tax', { id: 'tax', name: '税務課' });
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    expect(await town.digests()).toEqual({ 'staff:8001': ['device-loan.approve head nobody'] });
    expect((await town.ledger.unattended({ limit: 9 })).items).toMatchObject([{ caseId: loan.caseId, step: 'approve', who: 'head:tax' }]);
    await loan.enter({ name: 'withdraw', input: { by: '4021', as: 'staff:4021' }, key: 'withdrawn' });
    expect((await town.ledger.unattended({ limit: 9 })).items).toEqual([]);
  });

  test('what was found yesterday and is no finding today leaves the list', async () => {
    const town = await office();
    await town.loan('request');
    town.units.set('tax', { id: 'tax', name: '税務課' });
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    town.units.set('tax', { id: 'tax', name: '税務課', head: '3002' });
    town.clock.set(at('2027-04-07'));
    await town.write('morning', '2027-04-07');
    expect((await town.ledger.unattended({ limit: 9 })).items).toEqual([]);
    expect(await town.digests()).toMatchObject({ 'staff:3002': ['device-loan.approve head own'] });
  });

  test('HR is vacant too: IT; nobody at all: a mail to nobody, for the administrator to find', async () => {
    const town = await office();
    await town.loan('request');
    town.units.clear();
    town.people.delete('8001');
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    expect(Object.keys(await town.digests()).sort()).toEqual(['staff:9001', 'staff:9002']);
    town.people.clear();
    town.clock.set(at('2027-04-07'));
    await town.write('morning', '2027-04-07');
    expect(Object.keys(await town.digests())).toContain('hr');
  });

  test('an absent head: the first in the order who is there; whom the head has named, for the steps named', async () => {
    const town = await office();
    await town.loan('request');
    await town.absent('3001,2027-04-06,2027-04-09', '3002,2027-04-06,2027-04-06');
    const naming = { id: 'N1', holder: '3001', capacity: 'head:tax', from: tuesday, until: '2027-04-09' } as const;
    await town.ledger.nameDeputy({ ...naming, deputy: '9002', steps: ['revoke'] });
    await town.ledger.nameDeputy({ ...naming, id: 'N2', deputy: '9001', steps: ['approve'] });
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    expect(await town.digests()).toEqual({
      'staff:9001': ['device-loan.approve head acting'],
      'staff:3003': ['device-loan.approve head acting'],
    });
  });

  test('who acts for the head is not asked to decide on what is their own', async () => {
    const town = await office();
    await town.loan('request', { borrower: '3002' });
    await town.absent('3001,2027-04-06,2027-04-09');
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    expect(await town.digests()).toEqual({ 'staff:8001': ['device-loan.approve head nobody'] });
  });

  test('a second person confirms: who erased is not asked, and where there is no other, HR is told', async () => {
    const town = await office();
    await town.loan('erase');
    town.clock.set(at('2027-04-08'));
    await town.write('morning', '2027-04-08');
    expect(await town.digests()).toEqual({ 'staff:9002': ['device-loan.confirmErasure it own'] });
    town.people.delete('9002');
    town.clock.set(at('2027-04-09'));
    await town.write('morning', '2027-04-09');
    expect(await town.digests()).toMatchObject({ 'staff:8001': ['device-loan.confirmErasure it nobody'] });
  });

  test('what another can do as well is nobody’s to stand in for', async () => {
    const town = await office();
    const loan = await town.loan('receive', { policy: { ...policy, departmentPoolKeeper: 'keeper' } });
    await loan.enter({ name: 'reportLoss', input: { by: '4021', as: 'staff:4021', how: 'loss', report: words }, key: 'lost' });
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday); // The department has no keeper; IT can find it, too.
    expect(await town.digests()).toEqual({ 'staff:9001': ['device-loan.find it own'], 'staff:9002': ['device-loan.find it own'] });
    expect((await town.ledger.unattended({ limit: 9 })).items).toEqual([]);
  });

  test('an overdue device: the borrower, the head after a day, IT after three; for a borrower who is gone, the head', async () => {
    const town = await office();
    await town.loan('receive');
    const on = async (date: string) => {
      await town.sql('delete from outbox');
      town.clock.set(at(date));
      await town.write('morning', date);
      return town.digests();
    };
    expect(await on('2027-04-09')).toEqual({});
    expect(await on('2027-04-10')).toEqual({
      'staff:4021': ['device-loan.takeBack staff own'],
      'staff:3001': ['device-loan.takeBack head own'],
    });
    expect(Object.keys(await on('2027-04-12')).sort()).toEqual(['staff:3001', 'staff:4021', 'staff:9001', 'staff:9002']);
    town.people.set('4021', { departments: ['tax'], disabled: true });
    expect(Object.keys(await on('2027-04-13')).sort()).toEqual(['staff:3001', 'staff:9001', 'staff:9002']);
    expect((await town.ledger.unattended({ limit: 9 })).items).toEqual([]); // IT can take it back.
  });

  test('of many lines the longest waiting are named, the rest is counted', async () => {
    const town = await office();
    for (let nth = 0; nth < 45; nth += 1) await town.loan('request');
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    const [{ params } = {}] = await town.queued();
    expect(params).toMatchObject({ more: 5 });
    expect(params?.items).toHaveLength(40);
  });
});

describe('once, whatever happens', () => {
  test('a round that is killed between two digests goes on: nobody gets two, nobody none', async () => {
    const town = await office();
    await town.loan('request');
    await town.loan('erase');
    town.clock.set(at('2027-04-08'));
    let written = 0;
    const dying = town.digestsOf({
      queueMail: async (...given) => {
        written += 1;
        if (written === 2) throw new Error('killed');
        return town.ledger.queueMail(...given);
      },
    });
    await expect(town.write('morning', '2027-04-08', dying)).rejects.toThrow('killed');
    expect(Object.keys(await town.digests())).toHaveLength(1);
    await town.write('morning', '2027-04-08');
    await town.write('morning', '2027-04-08');
    const mails = await town.queued();
    expect(mails.map(({ to }) => to).sort()).toEqual(['staff:3001', 'staff:9002']);
  });

  test('rounds that were missed are caught up with by one digest, what falls on a day without a round included', async () => {
    const town = await office();
    // The renewal opens on a Saturday: its weekly reminders fall on Saturdays, when there is no round.
    town.clock.set(at('2027-04-03'));
    await town.registration({}, 'approve', 'openRenewal');
    town.clock.set(at(monday));
    await town.write('morning', monday);
    await town.sql('delete from outbox');
    town.clock.set(at(nextMonday)); // Four rounds were missed meanwhile.
    await town.write('morning', nextMonday);
    expect(await town.digests()).toEqual({ 'staff:4021': ['registration.confirmRenewal staff own'] });
    await town.sql('delete from outbox');
    town.clock.set(at('2027-04-13'));
    await town.write('morning', '2027-04-13');
    expect(await town.digests()).toEqual({});
  });
});

describe('telework days', () => {
  test('in the evening the person is asked for what is missing of the day; the morning after, the supervisor too', async () => {
    const town = await office();
    await town.day(tuesday, 'approve');
    const begun = await town.day(tuesday, 'approve', 'start', 'reportMidday');
    await town.day('2027-04-08', 'approve');
    town.clock.set('2027-04-06T06:00:00.000Z'); // 15:00: nobody asks for the end.
    await town.write('evening', tuesday);
    expect(await town.digests()).toEqual({ 'staff:4021': ['telework-day.start staff own'] });
    await town.sql('delete from outbox');

    town.clock.set('2027-04-06T08:30:00.000Z');
    await town.write('evening', tuesday);
    expect(await town.digests()).toEqual({ 'staff:4021': ['telework-day.start staff own', 'telework-day.end staff own'] });
    const [mail] = await town.queued();
    if (!mail) throw new Error('no digest');
    expect(mail.template).toBe('eveningDigest');
    await begun.enter('end');
    expect((await town.judge(mail))?.params.items).toMatchObject([{ step: 'telework-day.start' }]);
    await town.sql('delete from outbox');

    town.clock.set(at('2027-04-07'));
    await town.write('morning', '2027-04-07');
    expect(await town.digests()).toMatchObject({ 'staff:3001': ['telework-day.start head own'] });
  });

  test('a deputy is not asked to see their own report in the absent head’s place', async () => {
    const town = await office();
    town.people.set('4021', { departments: ['tax'], title: '課長補佐' });
    town.people.delete('3002');
    await town.absent('3001,2027-04-06,2027-04-09');
    await town.day(tuesday, 'approve', 'start', 'end', 'report');
    town.clock.set(at('2027-04-07'));
    await town.write('morning', '2027-04-07');
    expect(await town.digests()).toEqual({ 'staff:8001': ['telework-day.acceptReport head nobody'] });
  });

  test('the report of somebody who is absent is asked of the supervisor, who may record it', async () => {
    const town = await office();
    await town.absent('4021,2027-04-07,2027-04-09');
    await town.day(tuesday, 'approve', 'start', 'end');
    town.clock.set(at('2027-04-07'));
    await town.write('morning', '2027-04-07');
    expect(await town.digests()).toEqual({ 'staff:3001': ['telework-day.report head own'] });
  });

  test('one digest of the morning and one of the evening, and no more, on a day', async () => {
    const town = await office();
    await town.day(tuesday, 'approve', 'start');
    await town.registration({});
    town.clock.set(at(tuesday));
    for (const round of ['morning', 'morning'] as const) await town.write(round, tuesday);
    town.clock.set('2027-04-06T08:30:00.000Z');
    for (const round of ['evening', 'evening', 'morning'] as const) await town.write(round, tuesday);
    expect((await town.queued()).map(({ to, template }) => [to, template])).toEqual([
      ['staff:3001', 'morningDigest'],
      ['staff:4021', 'eveningDigest'],
    ]);
  });
});

describe('judged again when it leaves', () => {
  test('what was done meanwhile is dropped; when nothing is left, or the day is over, the digest is overtaken', async () => {
    const town = await office();
    const [first, second] = [await town.loan('request'), await town.loan('request')];
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    const [mail] = await town.queued();
    if (!mail) throw new Error('no digest');
    expect(await town.judge(mail)).toEqual(mail);
    await first.enter({ name: 'approve', input: { by: '3001', as: 'head:tax' }, key: 'one' });
    expect((await town.judge(mail))?.params.items).toMatchObject([{ caseId: second.caseId }]);
    town.clock.set('2027-04-06T14:59:59.000Z');
    expect(await town.judge(mail)).toBeDefined();
    town.clock.set('2027-04-06T15:00:00.000Z'); // Wednesday: that round says it anew.
    expect(await town.judge(mail)).toBeUndefined();
    town.clock.set(at(tuesday));
    await second.enter({ name: 'withdraw', input: { by: '4021', as: 'staff:4021' }, key: 'two' });
    expect(await town.judge(mail)).toBeUndefined();
  });

  test('whoever lost the post meanwhile is not told', async () => {
    const town = await office();
    await town.loan('request');
    town.clock.set(at(tuesday));
    await town.write('morning', tuesday);
    const [mail] = await town.queued();
    if (!mail) throw new Error('no digest');
    town.units.set('tax', { id: 'tax', name: '税務課', head: '3002' });
    expect(await town.judge(mail)).toBeUndefined();
  });

  test('every other mail stays as it is', async () => {
    const town = await office();
    await town.loan('refuse', next);
    await town.ledger.queueMail('one', { to: 'it', template: 'lossReported', params: { assetTag: 'PC-1' } });
    await town.ledger.begin();
    for (const mail of await town.ledger.take(9)) expect(await town.judge(mail)).toBe(mail);
  });
});
