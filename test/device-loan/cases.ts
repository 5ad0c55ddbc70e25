import { fc } from '@fast-check/vitest';
import type { LoanPolicy, LoanRequest } from '../../workflows/device-loan/contract.js';
import { apply, due, type Loan, type LoanEvent } from '../../workflows/device-loan/rules.js';

/** An invented pack, as strict as Oyama's where it matters. */
export const policy: LoanPolicy = {
  pack: 'a'.repeat(64),
  answerDays: 10,
  collectDays: 3,
  turnaroundDays: 1,
  longestDays: 30,
  aheadDays: 90,
  kinds: ['laptop', 'wifiRouter'],
  accessories: ['wire', 'mouse', 'charger'],
  departmentPoolKeeper: 'it',
  commonPoolKeeper: 'it',
  confirmers: ['it'],
  erasure: { myNumber: 'destroy', confidential: 'purge', public: 'purge' },
  fingerprintRequired: true,
  overdue: { headAfterDays: 1, itAfterDays: 3 },
  erasureWithinDays: 3,
  terms: { version: '2020-02-01', digest: 'b'.repeat(64) },
};

/** A request for a laptop of the tax department from 1 to 9 April 2027. */
export const request = (over: Partial<LoanRequest> = {}): LoanRequest => ({
  borrower: '4021',
  department: 'tax',
  approver: 'head:tax',
  kind: 'laptop',
  accessories: ['wire', 'mouse'],
  from: '2027-04-01',
  until: '2027-04-09',
  personalData: false,
  pools: ['tax', 'common'],
  answerBy: '2027-04-05T15:00:00.000Z',
  periodEnds: '2027-04-09T15:00:00.000Z',
  policy,
  ...over,
});

/** The event that opens the case of such a request. */
export const opening = (over: Partial<LoanRequest> = {}, key = 'key-request'): LoanEvent => {
  const filed = request(over);
  return { name: 'request', input: { by: filed.borrower, as: `staff:${filed.borrower}`, urgent: false, ...filed }, key };
};

export const words = { row: '00000000-0000-4000-8000-000000000000', digest: 'c'.repeat(64) };
const device = { assetTag: 'PC-001', pool: 'tax', collectBy: '2027-04-06T15:00:00.000Z' };

const by = { by: '9001', as: 'it' } as const;
const head = { by: '3001', as: 'head:tax' } as const;
const me = { by: '4021', as: 'staff:4021' } as const;
const key = 'key';

/** One way from the request to the release; what precedes a status is a prefix of it. */
const usual: readonly LoanEvent[] = [
  opening(),
  { name: 'approve', input: head, key },
  { name: 'reserve', input: { by: 'system', ...device }, key },
  { name: 'prepare', input: { ...by, assetTag: 'PC-001', fingerprintEnrolled: true, accessories: ['wire', 'mouse'] }, key },
  { name: 'handOver', input: by, key },
  { name: 'receive', input: { ...me, terms: '2020-02-01' }, key },
  { name: 'takeBack', input: { ...by, accessories: ['wire', 'mouse'] }, key },
  { name: 'erase', input: { ...by, method: 'purge', tool: 'shred', toolVersion: '9.1', dataClass: 'confidential' }, key },
  { name: 'confirmErasure', input: { ...by, by: '9002' }, key },
];

/** The usual way up to and including the event of this name. */
export const usualWay = (name: LoanEvent['name'], over: Partial<LoanRequest> = {}): readonly LoanEvent[] => [
  opening(over),
  ...usual.slice(1, usual.findIndex((event) => event.name === name) + 1),
];

/** The loan after it. */
export const after = (name: LoanEvent['name'], over: Partial<LoanRequest> = {}): Loan =>
  usualWay(name, over).reduce<Loan | undefined>(apply, undefined) as Loan;

/** Choices for a random walk of forty steps. */
export const choicesOf40 = fc.array(fc.nat(99), { minLength: 40, maxLength: 40 });

/** What is filed with an event of this name so that no rule refuses it in a usual case. */
const filed: Partial<Record<LoanEvent['name'], object>> = {
  reserve: device,
  reassign: { assetTag: 'PC-002', pool: 'common', collectBy: '2027-04-06T15:00:00.000Z' },
  chooseDevice: { assetTag: 'PC-003' },
  askExtension: { until: '2027-04-20', urgent: true },
  decideExtension: { granted: true },
  receive: { terms: '2020-02-01' },
  prepare: { assetTag: 'PC-001', fingerprintEnrolled: true, accessories: ['wire', 'mouse'] },
  takeBack: { accessories: ['wire'] },
  find: { accessories: [] },
  reportLoss: { how: 'loss', report: words },
  erase: { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' },
  accountFor: { how: 'back' },
  transfer: { department: 'welfare', approver: 'head:welfare' },
  succeed: { post: 'head:tax', former: '3001', holder: '3002' },
};

/** A random walk through what is due, from the request on. */
export function walk(choices: readonly number[], over: Partial<LoanRequest> = {}): readonly LoanEvent[] {
  const events = [opening(over)];
  let loan = apply(undefined, opening(over));
  for (const choice of choices) {
    const open = due(loan);
    const one = open[choice % open.length];
    if (!one) break;
    const what = one.step === 'accountFor' ? { accessory: loan.missing[0] } : {};
    const signed = { by: '9001', ...('who' in one && { as: one.who }) };
    const event = { name: one.step, input: { ...signed, ...filed[one.step], ...what }, key: `key-${events.length}` } as LoanEvent;
    events.push(event);
    loan = apply(loan, event);
  }
  return events;
}

/** The loan after each of the events. */
export function statesOf(events: readonly LoanEvent[]): readonly Loan[] {
  let loan: Loan | undefined;
  return events.map((event) => {
    loan = apply(loan, event);
    return loan;
  });
}
