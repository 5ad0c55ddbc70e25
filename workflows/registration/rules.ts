import type { Capacity } from '../../activities/directory/port.js';
import type { LedgerEntry, MailOrder, Refusal } from '../../activities/ledger/port.js';
import type { Due, Signed, Step, Tell, Urgency } from '../shared/case.js';
import { daysBetween, endOfDay } from '../shared/dates.js';
import type { Line, Succession } from '../shared/posts.js';
import { distinct } from '../shared/sets.js';
import type { Employed, RegistrationForm, RegistrationPolicy, RegistrationRequest, steps, Validity } from './contract.js';

export type RegistrationStep = Step<typeof steps>;
type Opening = { name: 'file'; input: Signed & Urgency & RegistrationRequest; key: string };
type Deadline = { name: 'expire' | 'openRenewal' | 'yearOver' | 'notConfirmed' | 'reasonOver'; input: { by: 'system' } };
/** What the directory says of the person (`transfer`, `leave`) and of who decides (`succeed`), and that the last device is back (`windUp`). */
type News =
  | { name: 'leave' | 'windUp'; input: { by: 'system' }; key: string }
  | { name: 'transfer'; input: { by: 'system' } & Line; key: string }
  | Succession;
export type RegistrationEvent = Opening | RegistrationStep | News | Deadline;

/** Why an active registration ended. `notConfirmed`: nobody signed for the next year; `yearOver`: the person did, the supervisor did not. */
export type Cause = 'transfer' | 'leaving' | 'reasonEnded' | 'yearOver' | 'notConfirmed';

export interface Registration {
  readonly request: RegistrationRequest;
  readonly status: 'entered' | 'filed' | 'sentBack' | 'refused' | 'expired' | 'active' | 'suspended' | 'revoked' | 'withdrawn' | 'ended';
  readonly cause?: Cause;
  /** What holds now, and how often it was approved. */
  readonly form: RegistrationForm;
  readonly version: number;
  /** A change that waits for its decision. */
  readonly change?: RegistrationForm;
  readonly answerBy: string;
  readonly policy: RegistrationPolicy;
  readonly validUntil?: string;
  readonly renewalOpens?: string;
  /** `open`: the person is asked for the next year; `confirmed`: the person has signed, `changed` where something differs. */
  readonly renewal?: 'open' | 'confirmed' | 'changed';
  /** The remote-access group was granted at some time, so it is the case's to take away. */
  readonly remoteAccess?: true;
  /** It has ended, and something that hung on it has not come back yet. */
  readonly windingUp?: true;
}

const person = ({ request }: Registration): Capacity => `staff:${request.staff}`;

/** What the registration waits for. */
export function due(registration: Registration): readonly Due<RegistrationEvent['name']>[] {
  const { status, request, change, answerBy, policy, validUntil, renewalOpens, renewal, form } = registration;
  const { approver } = request;
  const by = <Name extends RegistrationEvent['name']>(who: Capacity | readonly Capacity[], ...names: Name[]) =>
    distinct<Capacity>([who].flat() as Capacity[]).flatMap((one) => names.map((step) => ({ step, who: one })));
  const expire = { step: 'expire', at: answerBy } as const;
  const directory = (['transfer', 'leave', 'succeed'] as const).map((step) => ({ step, from: 'directory' }));
  switch (status) {
    case 'entered':
      return [...by(person(registration), 'confirmEntry', 'withdraw'), ...directory, expire];
    case 'filed':
      return [
        ...(['approve', 'sendBack', 'refuse'] as const).map((step) => ({ step, who: approver, until: answerBy })),
        ...by(person(registration), 'withdraw'),
        ...directory,
        expire,
      ];
    case 'sentBack':
      return [...by(person(registration), 'refile', 'withdraw'), ...directory, expire];
    case 'active':
    case 'suspended': {
      const active = status === 'active';
      return [
        ...by(person(registration), 'withdraw', ...(active && !change ? (['change'] as const) : [])),
        ...(change ? by(approver, 'decideChange') : []),
        ...by([approver, 'hr'], active ? 'suspend' : 'resume'),
        ...by(policy.hrMayRevoke ? [approver, 'hr'] : approver, 'revoke'),
        ...by('hr', 'end', 'movePack'),
        ...(active && renewal === 'open' ? by(person(registration), 'confirmRenewal') : []),
        ...(active && (renewal === 'confirmed' || renewal === 'changed') ? by(approver, 'renew') : []),
        ...directory,
        ...(!renewal && renewalOpens ? [{ step: 'openRenewal', at: renewalOpens } as const] : []),
        ...(validUntil
          ? [{ step: renewal === 'confirmed' || renewal === 'changed' ? 'yearOver' : 'notConfirmed', at: validUntil } as const]
          : []),
        ...(form.reasonEnds ? [{ step: 'reasonOver', at: endOfDay(form.reasonEnds) } as const] : []),
      ];
    }
    case 'revoked':
    case 'withdrawn':
    case 'ended':
      return registration.windingUp ? [{ step: 'windUp', from: 'ledger' }] : [];
    case 'refused':
    case 'expired':
      return [];
  }
}

/** Its words (reason, address, phone) are for the person, who approves and HR only; while something has not come back, IT sees that it is so. */
export function readers(registration: Registration): LedgerEntry['readers'] {
  const { approver, department } = registration.request;
  const words = distinct<Capacity>([person(registration), approver, 'hr']);
  return { words, all: distinct<Capacity>([...words, `head:${department}`, ...(registration.windingUp ? (['it'] as const) : [])]) };
}

/** What lists filter by. */
export const summary = ({ status, request }: Registration) => ({ status, department: request.department, staff: request.staff });

/** Active or suspended: what an end has to undo. */
const inForce = ({ status }: Registration): boolean => status === 'active' || status === 'suspended';

/** Access to the network from outside is there while the registration is active, where the pack grants any; suspended, it rests. */
export const hasAccess = ({ status, policy }: Registration): boolean => policy.remoteAccess && status === 'active';

/** Once a group may have been granted, it is looked after to the end, whatever pack comes later. */
const granting = ({ policy }: Pick<Registration, 'policy'>): { remoteAccess?: true } => (policy.remoteAccess ? { remoteAccess: true } : {});

/** The end of a registration calls back what hangs on it: the person's loans (Art. 5-3), and the telework days to come, which a rest of it takes as well. */
export function tells(registration: Registration, event: RegistrationEvent): readonly Tell[] {
  const { staff } = registration.request;
  const ends = registration.windingUp && event.name !== 'windUp';
  return [
    ...(ends ? [{ procedure: 'device-loan', staff, name: 'recall' } as const] : []),
    ...(ends || event.name === 'suspend' ? [{ procedure: 'telework-day', staff, name: 'cancel' } as const] : []),
  ];
}

/** One registration at a time: who has one that is open, or not wound up, files no other. */
export const noOtherFor = ({ staff }: RegistrationRequest) =>
  ({ procedure: 'registration', staff, status: 'none', refusal: { code: 'alreadyRegistered', article: '在宅勤務登録申請書' } }) as const;

export const requires = ({ request }: Registration, { name }: RegistrationEvent): LedgerEntry['requires'] =>
  name === 'file' ? noOtherFor(request) : undefined;

/** While it winds up it waits until the person has no loan open any more. */
export const awaits = (registration: Registration): LedgerEntry['awaits'] =>
  registration.windingUp ? { procedure: 'device-loan', staff: registration.request.staff, name: 'windUp' } : undefined;

/** All that forbids a form of such a person under the policy (Art. 4; the articles are those of the pack's sources). */
export function formRefusals(
  { employment, occupation, policy }: Pick<RegistrationRequest, 'employment' | 'occupation' | 'policy'>,
  form: RegistrationForm,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const other = form.forms.find((one) => !policy.forms.includes(one));
  if (!policy.employment.includes(employment))
    refusals.push({ code: 'notEligible', article: 'registration.employment', field: 'employment', limit: policy.employment.join(', ') });
  if (occupation && policy.excludedOccupations.includes(occupation))
    refusals.push({
      code: 'occupationExcluded',
      article: 'registration.excludedOccupations',
      field: 'occupation',
      limit: policy.excludedOccupations.join(', '),
    });
  if (other || !form.forms.length)
    refusals.push({ code: 'formNotOffered', article: 'registration.forms', field: 'forms', limit: policy.forms.join(', ') });
  if (!policy.workplaces.includes(form.workplace))
    refusals.push({
      code: 'workplaceNotAllowed',
      article: 'registration.workplaces',
      field: 'workplace',
      limit: policy.workplaces.join(', '),
    });
  if (policy.reasons.length && (!form.reason || !policy.reasons.includes(form.reason)))
    refusals.push({ code: 'reasonNotRecognised', article: 'registration.reasons', field: 'reason', limit: policy.reasons.join(', ') });
  if (form.reason === 'other' && !form.reasonText)
    refusals.push({ code: 'reasonTextNeeded', article: 'registration.reasons', field: 'reasonText' });
  if (policy.pledge && form.pledge !== policy.pledge.version)
    refusals.push({ code: 'pledgeNeeded', article: 'registration.pledge.required', field: 'pledge', limit: policy.pledge.version });
  if (policy.checklist && !form.checklist)
    refusals.push({ code: 'checklistNeeded', article: 'registration.checklist.required', field: 'checklist' });
  return refusals;
}

/** What forbids an application before a case is opened, and a form that is filed later. */
export const refuseForm = (...filed: Parameters<typeof formRefusals>): Refusal | undefined => formRefusals(...filed)[0];

/** The rules of a pack that go on working in a registration in force, by where the pack has them. */
const lastingRules = {
  hrMayRevoke: 'registration.hrMayRevoke',
  changeNeedsApproval: 'registration.changeNeedsApproval',
  endsOnTransfer: 'registration.endsOnTransfer',
  endsWithFiscalYear: 'registration.endsWithFiscalYear',
  neverActed: 'registration.neverActed',
  remoteAccess: 'ictMethod',
} as const satisfies Partial<Record<keyof RegistrationPolicy, string>>;

/** A rule that would be another one. */
export interface RuleChange {
  rule: keyof typeof lastingRules;
  /** Where the pack has it. */
  article: string;
  from: boolean | readonly string[];
  to: boolean | readonly string[];
}

/** What another pack would mean for a registration in force: what of it would no longer be allowed, and the rules that would be others. */
export function underPolicy(
  { request, form, change, policy: before }: Registration,
  { policy, employed = request }: { policy: RegistrationPolicy; employed?: Employed },
): { refusals: readonly Refusal[]; changes: readonly RuleChange[] } {
  const rules = Object.keys(lastingRules) as RuleChange['rule'][];
  return {
    refusals: formRefusals({ ...employed, policy }, change ?? form),
    changes: rules
      .filter((rule) => `${before[rule]}` !== `${policy[rule]}`)
      .map((rule) => ({ rule, article: lastingRules[rule], from: before[rule], to: policy[rule] })),
  };
}

/** The fields in which a form differs from the one whose place it is to take; `texts`: the words of both by their rows, as the same words filed twice are two rows. */
export function corrected(
  [form, change]: readonly [RegistrationForm, RegistrationForm],
  texts: Readonly<Record<string, string>>,
): readonly (keyof RegistrationForm)[] {
  const fields = distinct([...Object.keys(form), ...Object.keys(change)] as (keyof RegistrationForm)[]);
  const said = (value: RegistrationForm[keyof RegistrationForm]) =>
    typeof value === 'object' && 'row' in value ? texts[value.row] : JSON.stringify(value);
  return fields.filter((field) => said(form[field]) !== said(change[field]));
}

/** What forbids a step that is due and in the right hands. Whoever acts for somebody absent inherits every ban of both. */
export function refusal(registration: Registration, { name, input }: RegistrationStep): Refusal | undefined {
  const { request, policy } = registration;
  if (input.onBehalfOf && policy.neverActed.includes(name)) return { code: 'neverActed', article: 'registration.neverActed', limit: name };
  const own = [input.by, input.onBehalfOf].includes(request.staff);
  switch (name) {
    case 'approve':
    case 'refuse':
    case 'sendBack':
    case 'decideChange':
    case 'resume':
      return own ? { code: 'ownRequest', article: 'registration.ownRequest' } : undefined;
    case 'renew':
      if (own) return { code: 'ownRequest', article: 'registration.ownRequest' };
      return input.policy && underPolicy(registration, { ...input, policy: input.policy }).refusals[0];
    case 'movePack':
      return underPolicy(registration, input).refusals[0];
    case 'refile':
    case 'change':
      return refuseForm({ ...request, policy }, input.form);
    case 'confirmRenewal':
      return input.form && refuseForm({ ...request, policy }, input.form);
    default:
      return undefined;
  }
}

/** The registration as it goes on under a policy. */
function under(
  { validUntil: _until, renewalOpens: _opens, ...before }: Registration,
  { policy, employed, validity }: { policy: RegistrationPolicy; employed: Employed | undefined; validity: Validity },
): Registration {
  const { validUntil, renewalOpens } = validity;
  return {
    ...before,
    ...granting({ policy }),
    policy,
    request: { ...before.request, ...employed },
    ...(validUntil && { validUntil }),
    ...(renewalOpens && { renewalOpens }),
  };
}

/** The registration after the event; the opening event makes it. */
export function apply(before: Registration | undefined, event: RegistrationEvent): Registration {
  if (event.name === 'file') {
    const { by: _by, as: _as, digest: _digest, onBehalfOf: _for, urgent: _urgent, ...request } = event.input;
    const { form, answerBy, policy, validUntil, renewalOpens } = request;
    const validity = { ...(validUntil && { validUntil }), ...(renewalOpens && { renewalOpens }) };
    return { request, status: request.enteredAs ? 'entered' : 'filed', form, version: 0, answerBy, policy, ...validity };
  }
  if (!before) throw new Error(`a registration begins with its form, not with ${event.name}`);
  const { change, ...registration } = before;
  const ended = (status: 'revoked' | 'withdrawn' | 'ended', cause?: Cause): Registration => ({
    ...registration,
    status,
    ...(cause && { cause }),
    ...(inForce(before) && { windingUp: true }),
  });
  switch (event.name) {
    case 'confirmEntry':
      return { ...registration, status: 'filed' };
    case 'approve':
      return { ...registration, status: 'active', version: 1, ...granting(before) };
    case 'refuse':
      return { ...registration, status: 'refused' };
    case 'sendBack':
      return { ...registration, status: 'sentBack', answerBy: event.input.answerBy };
    case 'refile': {
      const { form, answerBy, validUntil, renewalOpens } = event.input;
      return { ...registration, status: 'filed', form, answerBy, ...(validUntil && { validUntil }), ...(renewalOpens && { renewalOpens }) };
    }
    case 'expire':
      return { ...registration, status: 'expired' };
    case 'change':
      return registration.policy.changeNeedsApproval
        ? { ...registration, change: event.input.form }
        : { ...registration, form: event.input.form, version: registration.version + 1 };
    case 'decideChange':
      return event.input.granted && change ? { ...registration, form: change, version: registration.version + 1 } : registration;
    case 'suspend':
      return { ...before, status: 'suspended' };
    case 'resume':
      return { ...before, status: 'active' };
    case 'openRenewal':
      return { ...before, renewal: 'open' };
    case 'confirmRenewal':
      return { ...before, renewal: event.input.form ? 'changed' : 'confirmed', ...(event.input.form && { change: event.input.form }) };
    case 'renew': {
      const { policy = before.policy, employed } = event.input;
      const { renewal: _renewal, ...renewed } = under(registration, { policy, employed, validity: event.input });
      return { ...renewed, version: registration.version + 1, ...(change && { form: change }) };
    }
    case 'movePack': {
      const { policy, employed, validity } = event.input;
      if (!validity) return { ...before, ...granting({ policy }), policy };
      const holds = before.validUntil !== undefined && policy.endsWithFiscalYear; // What was approved until a day is, until that day.
      return under(before, { policy, employed, validity: holds ? before : validity });
    }
    case 'withdraw':
      return ended('withdrawn');
    case 'revoke':
      return ended('revoked');
    case 'end':
      return ended('ended', event.input.cause);
    case 'transfer': {
      const { department, approver } = event.input;
      const moved = department !== before.request.department;
      if (moved && inForce(before) && before.policy.endsOnTransfer) return ended('ended', 'transfer');
      return { ...before, request: { ...before.request, department, approver } };
    }
    case 'succeed':
      return before; // Whoever holds the post decides: the case says so, and is as it was.
    case 'leave':
      return ended('ended', 'leaving');
    case 'reasonOver':
      return ended('ended', 'reasonEnded');
    case 'yearOver':
      return ended('ended', 'yearOver');
    case 'notConfirmed':
      return ended('ended', 'notConfirmed');
    case 'windUp': {
      const { windingUp: _windingUp, ...wound } = before;
      return wound;
    }
  }
}

/** What goes out at once (design §4.1): the answer to one's own application, the copy to HR (Art. 5-4), a revocation to HR, the person and IT. */
export function mails(registration: Registration, event: RegistrationEvent): readonly MailOrder[] {
  const { request, cause, validUntil } = registration;
  const me = person(registration);
  const about = { staff: request.staff, department: request.department };
  const to = (who: Capacity | readonly Capacity[], template: string, params: MailOrder['params'] = about): MailOrder[] =>
    distinct<Capacity>([who].flat() as Capacity[]).map((one) => ({ to: one, template, params }));
  switch (event.name) {
    case 'file':
      if (request.enteredAs) return to(me, 'registrationEntered');
      return event.input.urgent ? to(request.approver, 'registrationFiled') : [];
    case 'refile':
      return event.input.urgent ? to(request.approver, 'registrationFiled') : [];
    case 'approve':
      return [...to(me, 'registrationApproved', { ...about, ...(validUntil && { validUntil }) }), ...to('hr', 'registrationCopy')];
    case 'renew':
      return to(me, 'registrationRenewed', { ...about, ...(validUntil && { validUntil }) });
    case 'movePack':
      return event.input.validity ? to(me, 'registrationMoved', { ...about, ...(validUntil && { validUntil }) }) : [];
    case 'refuse':
      return to(me, 'registrationRefused');
    case 'sendBack':
      return to(me, 'registrationSentBack', { ...about, answerBy: event.input.answerBy });
    case 'decideChange':
      return to(me, event.input.granted ? 'registrationChanged' : 'registrationChangeRefused');
    case 'suspend':
      return to(me, 'registrationSuspended');
    case 'resume':
      return to(me, 'registrationResumed');
    case 'revoke':
      return to([me, 'hr', 'it'], 'registrationRevoked');
    case 'end':
    case 'transfer':
    case 'reasonOver':
    case 'yearOver':
    case 'notConfirmed':
      return cause ? to([me, 'hr'], 'registrationEnded', { ...about, cause }) : [];
    case 'leave':
      return registration.windingUp ? to(['hr', 'it'], 'registrationEnded', { ...about, cause: 'leaving' }) : []; // Never to whoever has left.
    case 'withdraw':
      return registration.windingUp ? to(['hr', request.approver], 'registrationWithdrawn') : [];
    case 'expire':
      return to(me, 'registrationExpired');
    case 'confirmEntry':
    case 'change':
    case 'openRenewal':
    case 'confirmRenewal':
    case 'succeed':
    case 'windUp':
      return [];
  }
}

/** Steps of which one is due for as long as the case follows its person through the directory. */
export const followed = ['confirmEntry', 'approve', 'refile', 'end'] as const;

/** Steps of which the morning round may have to remind somebody. `end` is HR's: it is told of a reason that is about to end. */
export const reminding = ['confirmEntry', 'approve', 'refile', 'decideChange', 'confirmRenewal', 'renew', 'end'] as const;

/** HR is told of a reason's end so many days before (issue: a month). */
const reasonEndsWithinDays = 30;

/**
 * Whom the morning round of `today` reminds of a step that is due (design §4.1). What waits for an answer is named after one night; the renewal, which is open for two
 * months, once a week, and daily in its last week.
 */
export function reminds(
  registration: Registration,
  { step, who, since }: { step: (typeof reminding)[number]; who: Capacity; since: string },
  today: string,
): readonly Capacity[] {
  const overNight = since < today;
  switch (step) {
    case 'confirmEntry':
    case 'approve':
    case 'refile':
    case 'decideChange':
      return overNight ? [who] : [];
    case 'confirmRenewal':
    case 'renew': {
      const days = registration.validUntil ? daysBetween(today, registration.validUntil.slice(0, 10)) : 0;
      return days <= 7 || daysBetween(since, today) % 7 === 0 ? [who] : [];
    }
    case 'end': {
      const ends = registration.form.reasonEnds;
      const days = ends ? daysBetween(today, ends) : Number.POSITIVE_INFINITY;
      return days >= 0 && days <= reasonEndsWithinDays && (days % 7 === 0 || days === reasonEndsWithinDays) ? [who] : [];
    }
  }
}
