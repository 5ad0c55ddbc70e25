import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Capacity } from '../../activities/directory/port.js';
import type { DeviceKind, WordsRef } from '../../activities/ledger/port.js';
import type { Signed, Taken, Urgency } from '../shared/case.js';
import type { Loan } from './rules.js';

/** What is handed out with a device (loan form, 004:750; 004:1235-1239) and counted when it comes back. */
export type AccessoryKind = 'wire' | 'mouse' | 'charger' | 'bag' | 'privacyFilter' | 'cable';

/** How data was removed, weakest first (NIST SP 800-88: Clear, Purge, Destroy). Initialising the operating system alone is none of these. */
export type ErasureMethod = 'initialise' | 'clear' | 'purge' | 'destroy';

/** What lay on the device (domain.md §4): residents' data of the My Number system, confidentiality 2 and above, confidentiality 1. */
export type DataClass = 'myNumber' | 'confidential' | 'public';

/** The loan's section of a municipality's policy pack, resolved; a running case keeps the one it began with (design §4.8). */
export interface LoanPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  /** Business days in which a request must be answered. */
  answerDays: number;
  /** Business days after the first day until a device must have been collected. */
  collectDays: number;
  /** Calendar days after the last day in which a device is promised to nobody. */
  turnaroundDays: number;
  /** Longest loan in calendar days, extensions included. */
  longestDays: number;
  /** How far ahead a loan may start, in calendar days. */
  aheadDays: number;
  kinds: readonly DeviceKind[];
  accessories: readonly AccessoryKind[];
  /** Who keeps a pool, and so hands over, takes back and erases: IT, or the department's terminal manager (端末管理者). */
  departmentPoolKeeper: 'it' | 'keeper';
  commonPoolKeeper: 'it';
  /** Of whom one confirms an erasure; never who erased, never the borrower. */
  confirmers: readonly Capacity[];
  /** The weakest method that suffices before the device is lent again, by the data that lay on it. */
  erasure: Readonly<Record<DataClass, ErasureMethod>>;
  fingerprintRequired: boolean;
  /** Only whoever is registered may borrow (Art. 5-5). Absent in loans that began before there were registrations. */
  requiresRegistration?: boolean;
  /** Calendar days after the last day when the round names it to the supervisor, then to IT. */
  overdue: { headAfterDays: number; itAfterDays: number };
  /** Calendar days after the return when a device that is not erased and confirmed is named. */
  erasureWithinDays: number;
  /** The terms that the borrower signs for: their version and the SHA-256 of their text, which stands in the pack. */
  terms: { version: string; digest: string };
}

/** 端末機等借用願 (004:746-764): what the user files; the department's head applies by approving it. All that the directory or the pack says is resolved by then. */
export interface LoanRequest {
  /** 使用者: staff number. */
  borrower: string;
  department: string;
  /** Who approves: the department's head, or the head of the unit above for a head's own request. */
  approver: Capacity;
  kind: DeviceKind;
  accessories: readonly AccessoryKind[];
  /** 使用期間: first and last day, ISO dates. */
  from: string;
  until: string;
  /** 持出データ: the list of what is to be carried out; approved with the request, never personal data (Art. 3, procedure ⑤). */
  data?: WordsRef;
  /** Whether the list is said to hold personal data: always refused. */
  personalData: boolean;
  /** Pools to look in, best first. */
  pools: readonly string[];
  /** Ends of the answer's time and of the period, as instants: calendars are resolved before they enter a workflow (design §4.8). */
  answerBy: string;
  periodEnds: string;
  policy: LoanPolicy;
  /** The section of an announced trial that has opened it for one of its slots: the plan is the approval. */
  within?: string;
  /** The device that the plan has counted on. */
  prefers?: string;
}

/** What `takeBack` and `find` bring back: accessories that are here again; the rest stays on the case until it is accounted for. */
interface BroughtBack {
  accessories: readonly AccessoryKind[];
}

export const getLoan = defineQuery<Loan>('getLoan');

/**
 * One Update per human decision, so that the Web UI shows which step was taken. Words are references to rows of the ledger, never the words themselves.
 * The answer is the place of the event; the case as it then stands is read from the ledger.
 */
export const steps = {
  approve: defineUpdate<Taken, [Signed]>('approve'),
  refuse: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('refuse'),
  withdraw: defineUpdate<Taken, [Signed]>('withdraw'),
  /** Called back (Art. 5-3): before the hand-over it cancels, afterwards the device is to be returned at once. */
  recall: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('recall'),
  /** IT's choice of another device. */
  chooseDevice: defineUpdate<Taken, [Signed & { assetTag: string }]>('chooseDevice'),
  /** The device is ready: tag read from the device, fingerprint enrolled (指紋認証設定), what goes with it. */
  prepare: defineUpdate<Taken, [Signed & { assetTag: string; fingerprintEnrolled: boolean; accessories: readonly AccessoryKind[] }]>(
    'prepare',
  ),
  /** `collectedBy`: the colleague who fetched it, where it was not the borrower. */
  handOver: defineUpdate<Taken, [Signed & { collectedBy?: string }]>('handOver'),
  /** The borrower signs for it, against the terms shown. */
  receive: defineUpdate<Taken, [Signed & { terms: string }]>('receive'),
  askExtension: defineUpdate<Taken, [Signed & Urgency & { until: string }]>('askExtension'),
  decideExtension: defineUpdate<Taken, [Signed & { granted: boolean }]>('decideExtension'),
  /** Procedure ⑩ (004:779). `data`: the carried-out data listed again; `returnedBy`: the colleague who brought it. */
  takeBack: defineUpdate<Taken, [Signed & BroughtBack & { data?: WordsRef; returnedBy?: string }]>('takeBack'),
  /** 紛失・盗難届 (Art. 5-6). */
  reportLoss: defineUpdate<Taken, [Signed & { how: 'loss' | 'theft'; report: WordsRef }]>('reportLoss'),
  find: defineUpdate<Taken, [Signed & BroughtBack]>('find'),
  writeOff: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('writeOff'),
  /** データ消去確認, first half: what was done, with what, and what lay on the device. */
  erase: defineUpdate<Taken, [Signed & { method: ErasureMethod; tool: string; toolVersion: string; dataClass: DataClass }]>('erase'),
  failErasure: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('failErasure'),
  /** データ消去確認, second half, by a second person. */
  confirmErasure: defineUpdate<Taken, [Signed]>('confirmErasure'),
  rejectErasure: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('rejectErasure'),
  /** Physical destruction in place of an erasure that failed or would not suffice; `certificate`: number of the completion certificate. */
  destroy: defineUpdate<Taken, [Signed & { certificate: string }]>('destroy'),
  confirmDestruction: defineUpdate<Taken, [Signed]>('confirmDestruction'),
  /** Settles one accessory that did not come back with the device. */
  accountFor: defineUpdate<Taken, [Signed & { accessory: AccessoryKind; how: 'back' | 'writtenOff' }]>('accountFor'),
};
