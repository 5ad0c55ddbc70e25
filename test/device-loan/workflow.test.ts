import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkflows } from '../../api/counter.js';
import { getLoan } from '../../workflows/device-loan/contract.js';
import type { LoanEvent } from '../../workflows/device-loan/rules.js';
import { words } from './cases.js';
import { day, LoanTown } from './town.js';

let town: LoanTown;
beforeAll(async () => {
  town = await LoanTown.open();
});
afterAll(() => town.close());

/** Each test has a pool of its own, so that devices are not shared. */
const pool = (name: string, ...more: string[]) => ({ pools: [name, ...more] });
async function laptops(name: string, count = 1): Promise<string[]> {
  const tags = Array.from({ length: count }, (_, index) => `PC-${name}-${index + 1}`);
  await town.devices(...tags);
  await town.ledger.db.updateTable('devices').set({ pool: name }).where('asset_tag', 'in', tags).execute();
  return tags;
}

describe('the usual way (Art. 5-5, 6; procedure ③–⑤, ⑩)', () => {
  it('is asked for, approved, reserved, prepared, handed over, received, extended, returned, erased, and confirmed by a second person', async () => {
    const [tag] = await laptops('usual');
    const loan = await town.file('usual way', pool('usual'));
    expect((await loan.row()).receiptNumber).toMatch(/^令和\d+-貸-\d{4}$/);
    expect(await loan.take('3001', 'approve')).toMatchObject({ status: 'reserved', device: { assetTag: tag, pool: 'usual' } });
    await loan.take('9001', 'prepare', { assetTag: tag ?? '', fingerprintEnrolled: true, accessories: ['wire', 'mouse'] });
    await loan.take('9001', 'handOver');
    expect(await loan.take('4021', 'receive', { terms: '2020-02-01' })).toMatchObject({ received: '2020-02-01' });
    await loan.take('4021', 'askExtension', { until: day(8), urgent: true });
    expect(await loan.take('3001', 'decideExtension', { granted: true })).toMatchObject({ status: 'handedOver', until: day(8) });
    await loan.take('9001', 'takeBack', { accessories: ['wire', 'mouse'] });
    await loan.take('9001', 'erase', { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' });
    expect(await loan.refused('9001', 'confirmErasure')).toMatchObject({ type: 'RuleRefuses', message: 'secondPerson' });
    expect((await loan.take('9002', 'confirmErasure')).status).toBe('released');
    expect(await loan.handle.result()).toMatchObject({ status: 'released' });
    expect(await loan.names()).toEqual([
      ...[
        'request',
        'approve',
        'reserve',
        'prepare',
        'handOver',
        'receive',
        'askExtension',
        'decideExtension',
        'takeBack',
        'erase',
        'confirmErasure',
      ],
    ]);
    expect(town.inventory.did).toEqual([`checkOut ${tag}`, `checkIn ${tag}`]);
    expect(await town.ledger.effects(loan.loanId)).toMatchObject([{ how: 'done' }, { how: 'done' }]);
  });

  it('a step that is not due, or in the wrong hands, changes nothing and says what is due', async () => {
    await laptops('order');
    const loan = await town.file('out of order', pool('order'));
    expect(await loan.refused('9001', 'handOver')).toEqual({
      type: 'StepNotDue',
      message: 'handOver',
      due: ['approve', 'refuse', 'withdraw'],
    });
    expect(await loan.refused('9001', 'approve')).toMatchObject({ type: 'NotYours' });
    expect(await loan.names()).toEqual(['request']);
    await loan.take('4021', 'withdraw');
    await loan.handle.result();
  });

  it('a step handed in twice under one key is taken once and answered alike', async () => {
    await laptops('twice');
    const loan = await town.file('handed in twice', pool('twice'));
    const [one, other] = await Promise.all([loan.take('3001', 'approve', {}, 'key-1'), loan.take('3001', 'approve', {}, 'key-1')]);
    expect(one).toEqual(other);
    expect(await loan.names()).toEqual(['request', 'approve', 'reserve']);
    await loan.take('4021', 'withdraw');
    await loan.handle.result();
  });
});

describe('the queue (design §4.16)', () => {
  it('gives the device to the first who filed, with the confirmation itself; who withdrew meanwhile passes it on', async () => {
    await laptops('queue');
    const lent = await town.lent('first in line', pool('queue'));
    const [second, third] = [await town.file('second in line', pool('queue')), await town.file('third in line', pool('queue'))];
    for (const loan of [third, second]) expect((await loan.take('3001', 'approve')).status).toBe('approved'); // Order of filing, not of approval.
    await lent.giveBack();
    await second.nudge();
    await second.until(({ status }) => status === 'reserved');
    await second.take('4021', 'withdraw');
    await third.nudge();
    await third.until(({ status }) => status === 'reserved');
    await third.handOver();
    expect((await third.giveBack()).status).toBe('released');
  });

  it('an extension is refused while the device is promised to another (domain.md §2.3)', async () => {
    await laptops('promised');
    const lent = await town.lent('promised', pool('promised'));
    const next = await town.file('next', { ...pool('promised'), from: day(12), until: day(14) });
    expect((await next.take('3001', 'approve')).status).toBe('reserved');
    expect(await lent.refused('4021', 'askExtension', { until: day(12), urgent: true })).toMatchObject({
      type: 'RuleRefuses',
      message: 'devicePromised',
    });
    expect(await lent.names()).not.toContain('askExtension');
    expect((await lent.take('4021', 'askExtension', { until: day(7), urgent: true })).extension).toBe(day(7));
    await lent.take('3001', 'decideExtension', { granted: false });
    await next.take('4021', 'withdraw');
    await lent.giveBack();
  });

  it('a request that nobody answers expires; one that waits for a device expires with its period', async () => {
    const unanswered = await town.file('unanswered', { ...pool('none'), answerBy: new Date(Date.now() + 300).toISOString() });
    expect(await unanswered.handle.result()).toMatchObject({ status: 'expired' });
    const waiting = await town.file('nothing free', { ...pool('none'), periodEnds: new Date(Date.now() + 600).toISOString() });
    await waiting.take('3001', 'approve');
    expect(await waiting.handle.result()).toMatchObject({ status: 'expired' });
  });

  it('IT chooses another device; one that is promised is refused', async () => {
    const [first, second] = await laptops('choice', 2);
    const [one, other] = [await town.file('choice', pool('choice')), await town.file('other choice', pool('choice'))];
    await one.take('3001', 'approve');
    const { device } = await other.take('3001', 'approve');
    expect(device?.assetTag).toBe(second);
    expect(await one.refused('9001', 'chooseDevice', { assetTag: second ?? '' })).toMatchObject({
      type: 'RuleRefuses',
      message: 'deviceNotFree',
    });
    await other.take('4021', 'withdraw');
    expect(await one.take('9001', 'chooseDevice', { assetTag: second ?? '' })).toMatchObject({
      status: 'reserved',
      device: { assetTag: second },
    });
    expect(first).not.toBe(second);
    await one.take('4021', 'withdraw');
  });
});

describe('loss, failed erasure, what is missing (Art. 5-6, 6)', () => {
  it('a lost device is blocked, its next loan moves; found, it is erased before anybody gets it', async () => {
    const [tag] = await laptops('lost');
    const lent = await town.lent('lost and found', pool('lost'));
    const next = await town.file('moved by the loss', { ...pool('lost'), from: day(12), until: day(14) });
    await next.take('3001', 'approve');
    await lent.take('4021', 'reportLoss', { how: 'loss', report: words });
    await next.nudge();
    await next.until(({ status }) => status === 'approved'); // There is no other device.
    expect(await lent.refused('9001', 'takeBack')).toMatchObject({ type: 'StepNotDue', due: ['find', 'writeOff'] });
    await lent.take('9001', 'find', { accessories: ['wire'] });
    await lent.take('9001', 'erase', { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' });
    await lent.take('9003', 'confirmErasure');
    await next.nudge();
    await next.until(({ status }) => status === 'reserved');
    expect((await next.row()).state).toMatchObject({ device: { assetTag: tag } });
    await next.take('4021', 'withdraw');
  });

  it('a device that is written off is never lent again, and its accessories are accounted for', async () => {
    await laptops('gone');
    const lent = await town.lent('written off', pool('gone'));
    await lent.take('3001', 'reportLoss', { how: 'theft', report: words });
    await lent.take('9001', 'writeOff', { reason: words });
    expect((await lent.row()).due).toEqual([{ step: 'accountFor', who: 'it' }]);
    await lent.take('9001', 'accountFor', { accessory: 'wire', how: 'writtenOff' });
    expect(await lent.handle.result()).toMatchObject({ status: 'writtenOff' });
    const next = await town.file('nothing left', pool('gone'));
    expect((await next.take('3001', 'approve')).status).toBe('approved');
    await next.take('4021', 'withdraw');
  });

  it('an erasure that fails leads to destruction, confirmed by a second person; what is missing stays on the case', async () => {
    await laptops('failed');
    const lent = await town.lent('destroyed', pool('failed'));
    await lent.take('9001', 'takeBack', { accessories: [] });
    await lent.take('9001', 'failErasure', { reason: words });
    await lent.take('9001', 'destroy', { certificate: 'C-2027-1' });
    expect(await lent.refused('9001', 'confirmDestruction')).toMatchObject({ message: 'secondPerson' });
    await lent.take('9002', 'confirmDestruction');
    expect((await lent.row()).due).toEqual([{ step: 'accountFor', who: 'it' }]);
    await lent.take('9001', 'accountFor', { accessory: 'wire', how: 'back' });
    expect(await lent.handle.result()).toMatchObject({ status: 'destroyed', missing: [] });
  });

  it('called back before the hand-over it is cancelled; afterwards it is to be returned and no longer extended', async () => {
    await laptops('recall', 2);
    const [before, lent] = [await town.file('recalled before', pool('recall')), await town.lent('recalled after', pool('recall'))];
    await before.take('3001', 'approve');
    expect((await before.take('9001', 'recall', { reason: words })).status).toBe('cancelled');
    expect(await lent.take('3001', 'recall', { reason: words })).toMatchObject({ status: 'handedOver', recalled: true });
    expect(await lent.refused('4021', 'askExtension', { until: day(7), urgent: false })).toMatchObject({ type: 'StepNotDue' });
    await lent.giveBack();
  });
});

describe('bad days', () => {
  it('an inventory that is down for hours closes no counter; one that does not know the device is stuck until an administrator says so', async () => {
    await laptops('outage', 2);
    town.inventory.mood = 'down';
    const down = await town.lent('inventory down', pool('outage'));
    expect((await down.giveBack()).status).toBe('released');
    await expect.poll(() => town.ledger.effects(down.loanId)).toMatchObject([{ name: 'checkOut', how: 'waiting', reason: 'outage' }]);
    town.inventory.mood = 'unknownAsset';
    const stuck = await town.lent('inventory stuck', pool('outage'));
    await expect.poll(() => town.ledger.effects(stuck.loanId)).toMatchObject([{ name: 'checkOut', how: 'stuck', reason: 'UnknownAsset' }]);
    await stuck.giveBack();
    await stuck.nudge(); // Tried again, and stuck again: nothing fails.
    town.inventory.mood = 'well';
    await stuck.nudge();
    expect(await stuck.handle.result()).toMatchObject({ status: 'released' });
    expect(await town.ledger.effects(stuck.loanId)).toMatchObject([{ how: 'done' }, { how: 'done' }]);
    await down.handle.terminate('its effects wait for the back-off'); // Up to a minute; the crash tables see it through.
  });

  it('after a power cut the ledger is ahead: a nudge catches up, and the step that it shows as due is taken', async () => {
    await laptops('cut');
    const loan = await town.file('power cut', pool('cut'));
    const { state, due, readers } = await loan.row();
    // What a worker that died after its write has left: approved in the ledger, requested in the workflow.
    const approved = { ...state, status: 'approved' };
    await town.ledger.append({
      caseId: loan.loanId,
      procedure: 'device-loan',
      seq: 2,
      event: { name: 'approve', input: { by: '3001', as: 'head:tax' }, key: 'lost-in-the-cut' },
      state: approved,
      summary: { status: 'approved', department: 'tax', staff: '4021' },
      due: [{ step: 'reserve', from: 'ledger' }, ...due.filter(({ step }) => step === 'withdraw')],
      readers,
      claim: { kind: 'laptop', pools: ['cut'], from: day(1), until: day(6), turnaroundDays: 1, collectDays: 3 },
    });
    await loan.nudge();
    await loan.until(({ status }) => status === 'reserved');
    expect(await loan.names()).toEqual(['request', 'approve', 'reserve']);
    expect(await loan.handle.query(getLoan)).toMatchObject({ status: 'reserved' });
    await loan.take('4021', 'withdraw');
  });

  it('the Temporal database is gone: the loan is opened again from its ledger and goes on', async () => {
    await laptops('gone-db');
    const lent = await town.lent('before the loss', pool('gone-db'));
    await lent.handle.terminate('the Temporal database is gone');
    const events = (await town.ledger.events(lent.loanId)).map(({ event }) => event as LoanEvent);
    const again = await town.reopen('opened again', lent.loanId, events);
    await expect(town.reopen('twice', lent.loanId, events)).rejects.toThrow(/already/i);
    expect((await again.giveBack()).status).toBe('released');
    expect(await again.handle.result()).toMatchObject({ status: 'released' });
    expect((await again.names()).filter((name) => name === 'request')).toHaveLength(1);
  });

  it('a step that its case took in an earlier run, handed in again under its key, is looked up and not taken again', async () => {
    await laptops('key-twice');
    const lent = await town.lent('key before', pool('key-twice'));
    const input = { by: '4021', as: 'staff:4021', urgent: false, until: day(7) } as const;
    await lent.take('4021', 'askExtension', input, 'asked once');
    await lent.take('3001', 'decideExtension', { granted: false }); // So that it could be asked again.
    await lent.handle.terminate('the server forgets which Updates it had');
    const events = (await town.ledger.events(lent.loanId)).map(({ event }) => event as LoanEvent);
    const again = await town.reopen('key taken', lent.loanId, events);
    const { client, ledger, taskQueue } = town;
    const counter = createWorkflows({ client, ledger, taskQueue }).counter('device-loan');
    const arrival = AbortSignal.timeout(10_000);
    const place = { caseId: lent.loanId, caller: { capacities: [], acting: [] }, key: 'asked once', arrival };
    expect(await counter.take(place, 'askExtension', input)).toBe('written');
    expect((await again.names()).filter((name) => name === 'askExtension')).toHaveLength(1);
    expect((await again.giveBack()).status).toBe('released');
    expect(await again.handle.result()).toMatchObject({ status: 'released' });
  });

  it('a long history goes on in a new run, and the loan stands where it stood', async () => {
    await laptops('long');
    const loan = await town.lent('long', pool('long'));
    const firstRun = (await loan.handle.describe()).runId;
    let asked = 0;
    for (; (await loan.handle.describe()).runId === firstRun && asked < 400; asked++) {
      await loan.take('4021', 'askExtension', { until: day(7), urgent: false });
      await loan.take('3001', 'decideExtension', { granted: false });
    }
    expect((await loan.handle.describe()).runId).not.toBe(firstRun);
    expect((await loan.giveBack()).status).toBe('released');
    expect(await loan.handle.result()).toMatchObject({ status: 'released' });
    expect((await loan.names()).filter((name) => name === 'askExtension')).toHaveLength(asked);
  });

  it('a cancellation from the Web UI changes nothing', async () => {
    await laptops('cancel');
    const loan = await town.file('cancelled from outside', pool('cancel'));
    await loan.handle.cancel();
    expect((await loan.take('3001', 'approve')).status).toBe('reserved');
    await loan.handOver();
    expect((await loan.giveBack()).status).toBe('released');
    expect(await loan.handle.result()).toMatchObject({ status: 'released' });
  });

  it('two answers at once: one is taken, the other is told what stands', async () => {
    for (let round = 0; round < 10; round++) {
      const loan = await town.file(`two answers ${round}`, pool('nowhere'));
      const answers = await Promise.allSettled([loan.take('3001', 'refuse', { reason: words }), loan.take('4021', 'withdraw')]);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await loan.names()).toHaveLength(2);
    }
  });
});

describe("the town's clock (design §4.15)", () => {
  it('never collected, it is cancelled after the days of the pack', async () => {
    await laptops('shelf');
    const loan = await town.file('never collected', pool('shelf'));
    await loan.take('3001', 'approve');
    await town.ledger.moveClock(20 * 86_400_000);
    await loan.nudge();
    expect(await loan.handle.result()).toMatchObject({ status: 'cancelled' });
    expect((await loan.names()).at(-1)).toBe('notCollected');
  });
});
