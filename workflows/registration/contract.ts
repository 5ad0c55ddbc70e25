import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Capacity } from '../../activities/directory/port.js';
import type { WordsRef } from '../../activities/ledger/port.js';
import type { Signed, Taken, Urgency } from '../shared/case.js';
import type { Registration } from './rules.js';

/** Employment kinds (任用形態, 004:636-638, 004:1316). */
export type Employment =
  | 'regular'
  | 'conditional'
  | 'temporary'
  | 'partTime'
  | 'fiscalYearAppointee'
  | 'reEmployed'
  | 'fixedTerm'
  | 'seconded'
  | 'specialPost';

/** The one main reason (Art. 4-1): a child up to the last elementary year, family care, pregnancy, or another that the supervisor recognises. */
export type Reason = 'child' | 'care' | 'pregnancy' | 'other';

/** The three forms of telework (domain.md §1). */
export type TeleworkForm = 'home' | 'mobile' | 'satellite';

/** Where somebody works at home: the own home, or one that counts as such (Ehime, 004:230; Suntory, 004:558). */
export type Workplace = 'ownHome' | 'carersHome' | 'spousesHome' | 'approvedPlace';

/** The registration's section of a municipality's policy pack, resolved; a running case keeps the one it began with until it is renewed or moved (design §4.8). */
export interface RegistrationPolicy {
  /** Hash of the pack it was resolved from. */
  pack: string;
  /** Business days in which an application must be answered, and in which one that was sent back must be filed again. */
  answerDays: number;
  /** Who may register (Art. 4-2). */
  employment: readonly Employment[];
  /** Occupations that may not (Noboribetsu, 003:561). */
  excludedOccupations: readonly string[];
  /** The reasons that are asked for; empty: none is. */
  reasons: readonly Reason[];
  forms: readonly TeleworkForm[];
  workplaces: readonly Workplace[];
  /** Whether HR, beside the supervisor, may revoke (Art. 5-3 names the supervisor). */
  hrMayRevoke: boolean;
  /** A change of address or reason is approved again. */
  changeNeedsApproval: boolean;
  /** The registration ends when the person moves to another department. */
  endsOnTransfer: boolean;
  /** It ends on 31 March unless it is renewed. */
  endsWithFiscalYear: boolean;
  /** Approval grants the group of remote access in the directory (`ictMethod`). */
  remoteAccess: boolean;
  /** Steps that are never taken on behalf of somebody absent (代決できない事項). */
  neverActed: readonly string[];
  /** The pledge (誓約書) that is signed with the form; absent where there is none. */
  pledge?: { version: string; digest: string };
  /** The checklist of the room's working conditions (004:1140-1192) goes with the form. */
  checklist: boolean;
}

/** 在宅勤務登録申請書 (form 1, 004:708-722): what is filed; what the directory knows stands there and is shown. Sex, address, phone and texts are words of the person. */
export interface RegistrationForm {
  forms: readonly TeleworkForm[];
  workplace: Workplace;
  address: WordsRef;
  phone: WordsRef;
  sex?: WordsRef;
  reason?: Reason;
  /** The reason as the supervisor recognised it: needed with `other`. */
  reasonText?: WordsRef;
  /** Known end of the reason, such as the last elementary year's; the last day it holds. */
  reasonEnds?: string;
  /** Planned days a week, or a month. */
  frequency: { days: number; per: 'week' | 'month' };
  /** その他特記事項: the main tasks. */
  remarks?: WordsRef;
  /** Version of the pledge that was signed. */
  pledge?: string;
  /** Items of the checklist that are fulfilled. */
  checklist?: readonly string[];
}

/** Instants that the calendar gives a registration when it is approved or renewed: calendars are resolved before they enter a workflow (design §4.8). */
export interface Validity {
  /** The instant at which it ends unless it is renewed; absent where it has no end. */
  validUntil?: string;
  /** The instant from which it can be confirmed for the next fiscal year. */
  renewalOpens?: string;
}

/** How somebody is employed and as what, as the personnel files say it. */
export interface Employed {
  employment: Employment;
  occupation?: string;
}

/** An application with all that directory, calendar and pack say of it when it is filed. */
export interface RegistrationRequest extends Validity, Employed {
  staff: string;
  department: string;
  /** Who approves: the department's head, or the head of the unit above for a head's own. */
  approver: Capacity;
  form: RegistrationForm;
  /** 代理入力: entered by somebody else from a paper form, in this capacity; the person confirms it. */
  enteredAs?: Capacity;
  answerBy: string;
  policy: RegistrationPolicy;
}

/** A registration comes under another pack: its section, and how the person is employed by then. */
interface Move {
  policy: RegistrationPolicy;
  employed?: Employed;
}

export const getRegistration = defineQuery<Registration>('getRegistration');

/** One Update per human decision; see `device-loan/contract.ts`. */
export const steps = {
  /** The person confirms what was entered from paper. */
  confirmEntry: defineUpdate<Taken, [Signed]>('confirmEntry'),
  approve: defineUpdate<Taken, [Signed]>('approve'),
  refuse: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('refuse'),
  /** 差戻し: what is to be put right. */
  sendBack: defineUpdate<Taken, [Signed & { remarks: WordsRef; answerBy: string }]>('sendBack'),
  refile: defineUpdate<Taken, [Signed & Urgency & Validity & { form: RegistrationForm; answerBy: string }]>('refile'),
  withdraw: defineUpdate<Taken, [Signed]>('withdraw'),
  /** Another address, reason or form of telework. */
  change: defineUpdate<Taken, [Signed & Urgency & { form: RegistrationForm }]>('change'),
  decideChange: defineUpdate<Taken, [Signed & { granted: boolean }]>('decideChange'),
  suspend: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('suspend'),
  resume: defineUpdate<Taken, [Signed]>('resume'),
  /** 承認取消し (Art. 5-3, 5-4). */
  revoke: defineUpdate<Taken, [Signed & { reason: WordsRef }]>('revoke'),
  /** HR ends it for a cause that the person need not sign. */
  end: defineUpdate<Taken, [Signed & { cause: 'transfer' | 'leaving' | 'reasonEnded' }]>('end'),
  /** For the next fiscal year the person confirms that all of it still holds, or hands in what is to be corrected. */
  confirmRenewal: defineUpdate<Taken, [Signed & { form?: RegistrationForm }]>('confirmRenewal'),
  /** For another year, under the pack as it is now; those of the first version kept theirs, and brought none. */
  renew: defineUpdate<Taken, [Signed & Validity & Partial<Move>]>('renew'),
  /** HR moves a running registration to the pack as it is now. `validity`: where that gives it an end or takes it away; moves of the first version left it as it was. */
  movePack: defineUpdate<Taken, [Signed & Move & { validity?: Validity }]>('movePack'),
};
