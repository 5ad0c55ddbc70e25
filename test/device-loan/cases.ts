import type { LoanPolicy, LoanRequest } from '../../workflows/device-loan/contract.js';
import { apply, type Loan, type LoanEvent } from '../../workflows/device-loan/rules.js';

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
export const device = { assetTag: 'PC-001', pool: 'tax', collectBy: '2027-04-06T15:00:00.000Z' };

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

/** The loan after the usual way up to and including the event of this name. */
export function after(name: LoanEvent['name'], over: Partial<LoanRequest> = {}): Loan {
  const length = usual.findIndex((event) => event.name === name) + 1;
  return [opening(over), ...usual.slice(1, length)].reduce<Loan | undefined>(apply, undefined) as Loan;
}
