import type { Capacity } from '../../activities/directory/port.js';
import type { DeviceClaim, DeviceNews, LedgerEntry, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { Due, Signed, Step, Urgency } from '../shared/case.js';
import { daysBetween } from '../shared/dates.js';
import { withEntry } from '../shared/mails.js';
import type { Line, Succession } from '../shared/posts.js';
import { distinct, without } from '../shared/sets.js';
import type { AccessoryKind, ErasureMethod, LoanRequest, steps } from './contract.js';

export type LoanStep = Step<typeof steps>;
/** By the borrower; for a trial by its section. */
type Opening = { name: 'request'; input: Pick<Signed, 'by'> & Partial<Signed> & Urgency & LoanRequest; key: string };
/** A registration that has ended calls the device back (Art. 5-3), or a trial's section of which a slot is gone. */
type Recall = { name: 'recall'; input: { by: 'system' }; key: string };
type Deadline = { name: 'expire' | 'notCollected'; input: { by: 'system' } };
/** The borrower has moved to another department, and the loan goes along; the device stays of its pool. */
type Transfer = { name: 'transfer'; input: { by: 'system' } & Line; key: string };
export type LoanEvent = Opening | LoanStep | DeviceNews | Recall | Transfer | Succession | Deadline;

export interface Loan {
  readonly request: LoanRequest;
  readonly status:
    | 'requested'
    | 'refused'
    | 'withdrawn'
    | 'expired'
    | 'cancelled'
    | 'approved'
    | 'reserved'
    | 'prepared'
    | 'handedOver'
    | 'lost'
    | 'writtenOff'
    | 'returned'
    | 'erased'
    | 'erasureFailed'
    | 'destructionRecorded'
    | 'destroyed'
    | 'released';
  /** Last day as it stands, extensions included. */
  readonly until: string;
  readonly device?: { readonly assetTag: string; readonly pool: string; readonly collectBy: string };
  /** The device that IT wants instead, until the ledger has moved the reservation. */
  readonly wanted?: string;
  /** What went out with the device. */
  readonly accessories: readonly AccessoryKind[];
  /** What did not come back with it and is not accounted for yet. */
  readonly missing: readonly AccessoryKind[];
  /** Version of the terms that the borrower signed for. */
  readonly received?: string;
  /** The later last day that is asked for, until it is decided. */
  readonly extension?: string;
  readonly recalled?: true;
  readonly erasedBy?: string;
  readonly destroyedBy?: string;
}

/** Weakest first; what counts is the place. */
const methods: readonly ErasureMethod[] = ['initialise', 'clear', 'purge', 'destroy'];

/** Who keeps the device's pool. */
function keeper({ request: { policy }, device }: Loan): Capacity {
  if (!device || device.pool === 'common') return policy.commonPoolKeeper;
  return policy.departmentPoolKeeper === 'keeper' ? `keeper:${device.pool}` : 'it';
}

const borrower = ({ request }: Loan): Capacity => `staff:${request.borrower}`;

/** What the loan waits for. Whoever heads a department on the day is its head: a capacity is never a resolved person. */
export function due(loan: Loan): readonly Due<LoanEvent['name']>[] {
  const { status, request, device, extension, recalled, received, missing } = loan;
  const { approver } = request;
  const by = <Name extends LoanEvent['name']>(who: Capacity, ...names: Name[]) => names.map((step) => ({ step, who }));
  const news = <Name extends LoanEvent['name']>(...names: Name[]) => names.map((step) => ({ step, from: 'ledger' }));
  const called: Due<'recall'>[] = recalled ? [] : [{ step: 'recall', from: 'registration' }];
  const directory = (['transfer', 'succeed'] as const).map((step) => ({ step, from: 'directory' }));
  const recall = recalled ? [] : [...called, ...distinct<Capacity>([approver, 'it']).flatMap((who) => by(who, 'recall'))];
  switch (status) {
    case 'requested':
      return [
        { step: 'approve', who: approver, until: request.answerBy },
        { step: 'refuse', who: approver, until: request.answerBy },
        ...by(borrower(loan), 'withdraw'),
        ...called,
        ...directory,
        { step: 'expire', at: request.answerBy },
      ];
    case 'approved':
      return [...news('reserve'), ...by(borrower(loan), 'withdraw'), ...recall, ...directory, { step: 'expire', at: request.periodEnds }];
    case 'reserved':
    case 'prepared':
      if (loan.wanted) return news('reassign', 'requeue');
      return [
        ...by(keeper(loan), ...(status === 'reserved' ? (['prepare'] as const) : (['handOver'] as const)), 'chooseDevice'),
        ...by(borrower(loan), 'withdraw'),
        ...recall,
        ...news('reassign', 'requeue'),
        ...directory,
        { step: 'notCollected', at: device?.collectBy ?? request.periodEnds },
      ];
    case 'handedOver':
      return [
        { step: 'takeBack', who: keeper(loan), until: loan.until },
        ...(received ? [] : by(borrower(loan), 'receive')),
        ...distinct<Capacity>([borrower(loan), approver, keeper(loan), 'it']).flatMap((who) => by(who, 'reportLoss')),
        ...(extension || recalled ? [] : by(borrower(loan), 'askExtension')),
        ...(extension ? by(approver, 'decideExtension') : []),
        ...recall,
        ...directory,
      ];
    case 'lost':
      return [...distinct<Capacity>([keeper(loan), 'it']).flatMap((who) => by(who, 'find')), ...by('it', 'writeOff')];
    case 'returned':
      return by(keeper(loan), 'erase', 'failErasure', 'destroy');
    case 'erasureFailed':
      return by(keeper(loan), 'erase', 'destroy');
    case 'erased':
      return request.policy.confirmers.flatMap((who) => by(who, 'confirmErasure', 'rejectErasure'));
    case 'destructionRecorded':
      return request.policy.confirmers.flatMap((who) => by(who, 'confirmDestruction'));
    case 'released':
    case 'destroyed':
    case 'writtenOff':
      return missing.length ? by(keeper(loan), 'accountFor') : [];
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'cancelled':
      return [];
  }
}

/** What the loan wants of the ledger's devices: nothing before the approval, nothing after the release. What is out stays in custody until it is confirmed (Art. 6). */
export function claim(loan: Loan): DeviceClaim | undefined {
  const { status, request, until, extension, wanted } = loan;
  const { kind, pools, from, policy, prefers } = request;
  const { turnaroundDays, collectDays } = policy;
  const wants = { kind, pools, from, until, turnaroundDays, collectDays, ...(prefers && { prefers }) };
  switch (status) {
    case 'requested':
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'cancelled':
    case 'released':
      return undefined;
    case 'approved':
      return wants;
    case 'reserved':
    case 'prepared':
      return { ...wants, ...(wanted && { assetTag: wanted }) };
    case 'handedOver':
      return { ...wants, custody: true, ...(extension && { asked: extension }) };
    case 'returned':
    case 'erased':
    case 'erasureFailed':
    case 'destructionRecorded':
      return { ...wants, custody: true };
    case 'lost':
    case 'writtenOff':
    case 'destroyed':
      return { ...wants, custody: true, condition: status };
  }
}

/** Who may see the loan: the borrower, who approves, the head who keeps the device register (procedure ④), the pool's keeper, IT and HR; its words only who deals with them. */
export function readers(loan: Loan): LedgerEntry['readers'] {
  const { approver, department, policy } = loan.request;
  const words = distinct<Capacity>([borrower(loan), approver, `head:${department}`, keeper(loan), 'it']);
  return { words, all: distinct<Capacity>([...words, 'hr', ...policy.confirmers]) };
}

/** Where the pack wants it, a device is asked for after the registration was approved, and only while it is active (Art. 5-5). */
export const registrationFor = ({ borrower: staff, policy }: LoanRequest): LedgerEntry['requires'] =>
  policy.requiresRegistration
    ? {
        procedure: 'registration',
        staff,
        status: 'active',
        refusal: { code: 'noRegistration', article: 'deviceLoan.requiresRegistration' },
      }
    : undefined;

export const requires = ({ request }: Loan, { name }: LoanEvent): LedgerEntry['requires'] =>
  name === 'request' ? registrationFor(request) : undefined;

/** What lists filter by. */
export const summary = ({ status, request: { department, borrower: staff, within } }: Loan) => ({
  status,
  department,
  staff,
  ...(within && { within }),
});

/** What forbids a request before a case is opened. `today`: the municipality's date. */
export function refuseRequest(request: LoanRequest, today: string): Refusal | undefined {
  const { from, until, policy } = request;
  if (request.personalData) return { code: 'personalData', article: '要綱第3条・利用手順⑤', field: 'personalData' };
  if (until < from) return { code: 'periodOrder', article: '端末機等借用願', field: 'until', limit: from };
  if (from < today) return { code: 'periodInPast', article: '利用手順③', field: 'from', limit: today };
  if (daysBetween(today, from) > policy.aheadDays)
    return { code: 'tooFarAhead', article: 'deviceLoan.aheadDays', field: 'from', limit: `${policy.aheadDays}` };
  const tooLong = longerThanAllowed(request, until);
  if (tooLong) return tooLong;
  if (!policy.kinds.includes(request.kind))
    return { code: 'kindNotOffered', article: 'deviceLoan.kinds', field: 'kind', limit: policy.kinds.join(', ') };
  return unknownAccessory(request, request.accessories);
}

/** What forbids a step that is due and in the right hands. Four eyes (Kanagawa 2019): nobody decides on their own request, nobody vouches for their own erasure. */
export function refusal(loan: Loan, { name, input }: LoanStep): Refusal | undefined {
  const { request, device } = loan;
  const own = [input.by, input.onBehalfOf].includes(request.borrower); // Whoever acts for somebody absent inherits every ban of both.
  switch (name) {
    case 'approve':
    case 'refuse':
    case 'decideExtension':
      return own ? { code: 'ownRequest', article: '要綱第4条・第5条第1項' } : undefined;
    case 'chooseDevice':
      return input.assetTag === device?.assetTag
        ? { code: 'sameDevice', article: 'deviceLoan', field: 'assetTag', limit: device.assetTag }
        : undefined;
    case 'prepare':
      if (input.assetTag !== device?.assetTag)
        return { code: 'wrongDevice', article: '端末機等借用願（PC管理番号）', field: 'assetTag', limit: device?.assetTag ?? '' };
      if (request.policy.fingerprintRequired && request.kind === 'laptop' && !input.fingerprintEnrolled)
        return { code: 'fingerprintNeeded', article: '端末機等借用願（指紋認証設定）', field: 'fingerprintEnrolled' };
      return unknownAccessory(request, input.accessories);
    case 'receive':
      if (input.terms === request.policy.terms.version) return undefined;
      return { code: 'otherTerms', article: '要綱第6条', field: 'terms', limit: request.policy.terms.version };
    case 'askExtension':
      if (input.until <= loan.until)
        return { code: 'extensionNotLater', article: '端末機等借用願（使用期間）', field: 'until', limit: loan.until };
      return longerThanAllowed(request, input.until);
    case 'takeBack':
      if (request.data && !input.data) return { code: 'dataNotListed', article: '利用手順⑤・⑩', field: 'data' };
      return notHandedOut(loan, input.accessories);
    case 'find':
      return notHandedOut(loan, input.accessories);
    case 'erase': {
      const least = request.policy.erasure[input.dataClass];
      if (methods.indexOf(input.method) >= methods.indexOf(least) && input.method !== 'destroy') return undefined;
      if (least === 'destroy' || input.method === 'destroy')
        return { code: 'mustBeDestroyed', article: `deviceLoan.erasure.${input.dataClass}`, field: 'method', limit: 'destroy' };
      return { code: 'methodTooWeak', article: `deviceLoan.erasure.${input.dataClass}`, field: 'method', limit: least };
    }
    case 'confirmErasure':
    case 'rejectErasure':
    case 'confirmDestruction':
      return own || [input.by, input.onBehalfOf].some((one) => one !== undefined && [loan.erasedBy, loan.destroyedBy].includes(one))
        ? { code: 'secondPerson', article: 'データ消去確認（第二者）' }
        : undefined;
    case 'accountFor':
      if (loan.missing.includes(input.accessory)) return undefined;
      return { code: 'notMissing', article: '端末機等借用願（貸出機器）', field: 'accessory', limit: loan.missing.join(', ') };
    default:
      return undefined;
  }
}

function longerThanAllowed({ from, policy }: LoanRequest, until: string): Refusal | undefined {
  if (daysBetween(from, until) + 1 <= policy.longestDays) return undefined;
  return { code: 'periodTooLong', article: 'deviceLoan.longestDays', field: 'until', limit: `${policy.longestDays}` };
}

function unknownAccessory({ policy }: LoanRequest, accessories: readonly AccessoryKind[]): Refusal | undefined {
  if (accessories.every((one) => policy.accessories.includes(one))) return undefined;
  return { code: 'accessoryUnknown', article: 'deviceLoan.accessories', field: 'accessories', limit: policy.accessories.join(', ') };
}

function notHandedOut({ accessories: out }: Loan, accessories: readonly AccessoryKind[]): Refusal | undefined {
  if (accessories.every((one) => out.includes(one))) return undefined;
  return { code: 'notHandedOut', article: '端末機等借用願（貸出機器）', field: 'accessories', limit: out.join(', ') };
}

/** The loan after the event; the opening event makes it, so that it never differs from what is recorded. */
export function apply(before: Loan | undefined, event: LoanEvent): Loan {
  if (event.name === 'request') {
    const { by: _by, as: _as, digest: _digest, onBehalfOf: _for, urgent: _urgent, ...request } = event.input;
    return { request, status: request.within ? 'approved' : 'requested', until: request.until, accessories: [], missing: [] };
  }
  if (!before) throw new Error(`a loan begins with its request, not with ${event.name}`);
  const { extension, wanted: _wanted, ...loan } = before;
  switch (event.name) {
    case 'approve':
      return { ...loan, status: 'approved' };
    case 'refuse':
      return { ...loan, status: 'refused' };
    case 'withdraw':
      return { ...loan, status: 'withdrawn' };
    case 'expire':
      return { ...loan, status: 'expired' };
    case 'notCollected':
      return { ...loan, status: 'cancelled' };
    case 'recall':
      return { ...loan, recalled: true, ...(loan.status === 'handedOver' ? {} : { status: 'cancelled' }) };
    case 'reserve':
    case 'reassign': {
      const { assetTag, pool, collectBy } = event.input;
      return { ...loan, status: 'reserved', device: { assetTag, pool, collectBy } };
    }
    case 'requeue': {
      const { device: _device, ...waiting } = loan;
      return { ...waiting, status: 'approved' };
    }
    case 'chooseDevice':
      return { ...loan, wanted: event.input.assetTag };
    case 'prepare':
      return { ...loan, status: 'prepared', accessories: event.input.accessories };
    case 'handOver':
      return { ...loan, status: 'handedOver' };
    case 'receive':
      return { ...before, received: event.input.terms };
    case 'askExtension':
      return { ...loan, extension: event.input.until };
    case 'decideExtension':
      return event.input.granted && extension ? { ...loan, until: extension } : loan;
    case 'reportLoss':
      return { ...loan, status: 'lost' };
    case 'takeBack':
    case 'find':
      return { ...loan, status: 'returned', missing: without(loan.accessories, event.input.accessories) };
    case 'writeOff':
      return { ...loan, status: 'writtenOff', missing: loan.accessories };
    case 'erase':
      return { ...loan, status: 'erased', erasedBy: event.input.by };
    case 'failErasure':
      return { ...loan, status: 'erasureFailed' };
    case 'rejectErasure':
      return { ...loan, status: 'returned' };
    case 'confirmErasure':
      return { ...loan, status: 'released' };
    case 'destroy':
      return { ...loan, status: 'destructionRecorded', destroyedBy: event.input.by };
    case 'confirmDestruction':
      return { ...loan, status: 'destroyed' };
    case 'accountFor':
      return { ...loan, missing: without(loan.missing, [event.input.accessory]) };
    case 'transfer': {
      const { department, approver } = event.input;
      return { ...before, request: { ...before.request, department, approver } };
    }
    case 'succeed':
      return before; // Whoever holds the post decides: the case says so, and is as it was.
  }
}

/** What goes out at once; the rest is the morning round's (design §4.1). */
export function mails(loan: Loan, event: LoanEvent, before?: Loan): readonly MailOrder[] {
  const { request, device } = loan;
  const to = (who: Capacity | readonly Capacity[], template: string, params?: MailOrder['params']): MailOrder[] =>
    distinct([who].flat() as Capacity[]).map((one) => ({ to: one, template, ...(params && { params }) }));
  const me = borrower(loan);
  const lent = { assetTag: device?.assetTag ?? '', until: loan.until };
  const toReturn = { what: 'return', day: loan.until } as const;
  switch (event.name) {
    case 'request':
      return event.input.urgent
        ? to(request.approver, 'loanRequested', { staff: request.borrower, from: request.from, until: request.until })
        : [];
    case 'approve':
      return to(me, 'loanApproved', { from: request.from, until: request.until });
    case 'refuse':
      return to(me, 'loanRefused');
    case 'reserve':
      return event.input.waited ? to(me, 'loanReserved', lent) : []; // Otherwise the approval has said so a moment ago.
    case 'reassign':
      return withEntry(to(me, 'loanReassigned', lent), 'none'); // It is to be prepared first.
    case 'requeue':
      return withEntry(to(me, 'loanRequeued'), 'none');
    case 'prepare': {
      const collectBy = device?.collectBy ?? request.periodEnds;
      return withEntry(to(me, 'loanReadyForPickup', { ...lent, collectBy }), { what: 'pickUp', day: collectBy });
    }
    case 'receive':
      return withEntry(to(me, 'loanHandedOver', { ...lent, terms: event.input.terms }), toReturn);
    case 'askExtension':
      return event.input.urgent ? to(request.approver, 'extensionAsked', { staff: request.borrower, until: event.input.until }) : [];
    case 'decideExtension':
      return withEntry(to(me, event.input.granted ? 'extensionGranted' : 'extensionDeclined', { until: loan.until }), toReturn);
    case 'expire':
      return to(me, 'loanExpired');
    case 'notCollected':
      return withEntry(to(me, 'loanNotCollected', lent), 'none');
    case 'recall':
      if (request.within && before?.status !== 'prepared' && before?.status !== 'handedOver') return []; // Its section says why the date is gone.
      return withEntry(to(me, 'loanRecalled', lent), 'none'); // At once is no day of the calendar.
    case 'reportLoss':
      return to([request.approver, 'it'], 'lossReported', { ...lent, staff: request.borrower, how: event.input.how });
    case 'find':
      return withEntry(to([me, request.approver], 'deviceFound', lent), 'none');
    case 'writeOff':
      return withEntry(to([me, request.approver], 'deviceWrittenOff', lent), 'none');
    case 'takeBack':
      return withEntry(
        to(me, loan.missing.length ? 'accessoryMissing' : 'loanReturned', { ...lent, missing: loan.missing.join(',') }),
        'none',
      );
    case 'rejectErasure':
      return loan.erasedBy ? to(`staff:${loan.erasedBy}`, 'erasureRejected', lent) : [];
    case 'withdraw':
      return device ? to(keeper(loan), 'loanWithdrawn', lent) : [];
    case 'chooseDevice':
    case 'handOver':
    case 'erase':
    case 'failErasure':
    case 'confirmErasure':
    case 'destroy':
    case 'confirmDestruction':
    case 'accountFor':
    case 'transfer':
    case 'succeed':
      return [];
  }
}

/** Steps of which one is due for as long as the case follows its person through the directory. */
export const followed = ['withdraw', 'takeBack'] as const;

/** Steps of which the morning round may have to remind somebody. */
export const reminding = [
  'approve',
  'decideExtension',
  'prepare',
  'handOver',
  'receive',
  'takeBack',
  'find',
  'erase',
  'confirmErasure',
  'confirmDestruction',
  'accountFor',
] as const;

/**
 * Whom the morning round of `today` reminds of a step that is due (design §4.1); nobody while it is in time. `since`: the municipality's date on which it
 * became due. What is asked for waits one night; a device that is not back reaches the supervisor after the pack's days, IT after more.
 */
export function reminds(
  loan: Loan,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  const { request, until, recalled } = loan;
  const { overdue, erasureWithinDays } = request.policy;
  const overNight = since < today;
  switch (step) {
    case 'approve':
    case 'decideExtension':
    case 'receive':
    case 'find':
      return overNight ? [who] : [];
    case 'accountFor':
      return overNight ? distinct([borrower(loan), who]) : [];
    case 'prepare':
      return request.from <= today ? [who] : [];
    case 'handOver':
      return request.from <= today ? [borrower(loan)] : [];
    case 'takeBack': {
      const days = daysBetween(until, today);
      if (days <= 0) return recalled && overNight ? [borrower(loan)] : [];
      return [
        borrower(loan),
        ...(days >= overdue.headAfterDays ? [request.approver] : []),
        ...(days >= overdue.itAfterDays ? (['it'] as const) : []),
      ];
    }
    case 'erase':
    case 'confirmErasure':
    case 'confirmDestruction':
      return daysBetween(since, today) >= erasureWithinDays ? [who] : [];
  }
}
