import { fc } from '@fast-check/vitest';
import type { RegistrationForm, RegistrationPolicy, RegistrationRequest } from '../../workflows/registration/contract.js';
import { apply, due, type Registration, type RegistrationEvent } from '../../workflows/registration/rules.js';

export const words = (row: string) => ({ row, digest: 'c'.repeat(64) });

/** An invented pack: Oyama's people and reasons, everything else switched on. */
export const policy: RegistrationPolicy = {
  pack: 'a'.repeat(64),
  answerDays: 5,
  employment: ['regular', 'reEmployed', 'fixedTerm', 'seconded'],
  excludedOccupations: ['fireFighter'],
  reasons: ['child', 'care', 'pregnancy', 'other'],
  forms: ['home'],
  workplaces: ['ownHome'],
  hrMayRevoke: false,
  changeNeedsApproval: true,
  endsOnTransfer: true,
  endsWithFiscalYear: true,
  remoteAccess: true,
  neverActed: ['revoke'],
  checklist: false,
};

export const form: RegistrationForm = {
  forms: ['home'],
  workplace: 'ownHome',
  address: words('address'),
  phone: words('phone'),
  reason: 'care',
  frequency: { days: 2, per: 'week' },
};

/** A regular member of the tax department, to the end of fiscal 2027. */
export const request = (over: Partial<RegistrationRequest> = {}): RegistrationRequest => ({
  staff: '4021',
  department: 'tax',
  employment: 'regular',
  approver: 'head:tax',
  form,
  answerBy: '2027-04-08T15:00:00.000Z',
  validUntil: '2028-03-31T15:00:00.000Z',
  renewalOpens: '2028-01-31T15:00:00.000Z',
  policy,
  ...over,
});

/** The event that opens the case of such a form. */
export const opening = (over: Partial<RegistrationRequest> = {}, key = 'key-file'): RegistrationEvent => ({
  name: 'file',
  input: { by: '4021', as: 'staff:4021', urgent: false, ...request(over) },
  key,
});

const head = { by: '3001', as: 'head:tax' } as const;

/** What is filed with an event of this name so that no rule refuses it in a usual case. */
const filed: Partial<Record<RegistrationEvent['name'], object>> = {
  sendBack: { remarks: words('remarks'), answerBy: '2027-04-20T15:00:00.000Z' },
  refile: { form, answerBy: '2027-04-20T15:00:00.000Z', urgent: false },
  refuse: { reason: words('reason') },
  change: { form: { ...form, frequency: { days: 1, per: 'week' } }, urgent: false },
  decideChange: { granted: true },
  suspend: { reason: words('reason') },
  revoke: { reason: words('reason') },
  end: { cause: 'leaving' },
  renew: { validUntil: '2029-03-31T15:00:00.000Z', renewalOpens: '2029-01-31T15:00:00.000Z' },
  movePack: { policy: { ...policy, pack: 'b'.repeat(64), remoteAccess: false }, validity: {} },
  transfer: { department: 'welfare', approver: 'head:welfare' },
  succeed: { post: 'head:tax', former: '3001', holder: '3002' },
};

/** An event of this name as it would be filed by the first who may. */
export function event(registration: Registration, name: RegistrationEvent['name'], over: object = {}): RegistrationEvent {
  const one = due(registration).find(({ step }) => step === name);
  if (!one) throw new Error(`${name} is not due`);
  const signed = 'who' in one ? { ...head, as: one.who } : { by: 'system' };
  return { name, input: { ...signed, ...filed[name], ...over }, key: `key-${name}` } as RegistrationEvent;
}

/** The registration after these events. */
export const after = (...names: readonly RegistrationEvent['name'][]): Registration => afterOf({}, ...names);

/** The registration of such a request after these events. */
export function afterOf(over: Partial<RegistrationRequest>, ...names: readonly RegistrationEvent['name'][]): Registration {
  return names.reduce((registration, name) => apply(registration, event(registration, name)), apply(undefined, opening(over)));
}

/** Choices for a random walk of forty steps. */
export const choicesOf40 = fc.array(fc.nat(99), { minLength: 40, maxLength: 40 });

/** A random walk through what is due, from the form on. */
export function walk(choices: readonly number[], over: Partial<RegistrationRequest> = {}): readonly RegistrationEvent[] {
  const events = [opening(over)];
  let registration = apply(undefined, opening(over));
  for (const choice of choices) {
    const open = due(registration);
    const one = open[choice % open.length];
    if (!one) break;
    const next = { ...event(registration, one.step), key: `key-${events.length}` };
    events.push(next);
    registration = apply(registration, next);
  }
  return events;
}

/** The registration after each of the events. */
export function statesOf(events: readonly RegistrationEvent[]): readonly Registration[] {
  let registration: Registration | undefined;
  return events.map((one) => {
    registration = apply(registration, one);
    return registration;
  });
}
