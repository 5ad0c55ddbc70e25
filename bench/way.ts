import type { WordsRef } from '../activities/ledger/port.js';
import type { LoanRequest } from '../workflows/device-loan/contract.js';
import type { LoanStep } from '../workflows/device-loan/rules.js';

/** A step as a person hands it in. */
export type HandedIn = LoanStep extends infer Step ? (Step extends LoanStep ? Omit<Step, 'key'> : never) : never;

/** What `digest` looks like when the API has signed a step: a keyed SHA-256. */
export const digest = 'd'.repeat(64);
const words: WordsRef = { row: '00000000-0000-4000-8000-000000000000', digest };

/** Staff numbers of those who decide and lend. */
export interface Deciders {
  head: string;
  it: string;
  secondOfIt: string;
}
const somebody: Deciders = { head: '3001', it: '9001', secondOfIt: '9002' };

/** The step that applies for the device; the ledger then reserves one. */
export const approval = ({ approver }: LoanRequest, { head } = somebody): HandedIn => ({
  name: 'approve',
  input: { by: head, as: approver, digest },
});

/** Everything that people do from the reserved device to the confirmed erasure, an extension included. */
export function wayBack(
  request: LoanRequest,
  assetTag: string,
  { head: headNumber, it: itNumber, secondOfIt } = somebody,
): readonly HandedIn[] {
  const { borrower, approver, accessories, data, policy, until } = request;
  const it = { by: itNumber, as: 'it', digest } as const;
  const head = { by: headNumber, as: approver, digest } as const;
  const me = { by: borrower, as: `staff:${borrower}`, digest } as const;
  const later = new Date(Date.parse(until) + 3 * 86_400_000).toISOString().slice(0, 10);
  return [
    { name: 'prepare', input: { ...it, assetTag, fingerprintEnrolled: true, accessories } },
    { name: 'handOver', input: it },
    { name: 'receive', input: { ...me, terms: policy.terms.version } },
    { name: 'askExtension', input: { ...me, urgent: false, until: later } },
    { name: 'decideExtension', input: { ...head, granted: true } },
    { name: 'takeBack', input: { ...it, accessories, ...(data && { data: words }) } },
    { name: 'erase', input: { ...it, method: 'purge', tool: 'nvme format', toolVersion: '2.11', dataClass: 'confidential' } },
    { name: 'confirmErasure', input: { ...it, by: secondOfIt } },
  ];
}
