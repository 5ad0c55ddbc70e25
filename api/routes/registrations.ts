import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { CaseRow, Refusal } from '../../activities/ledger/port.js';
import { fiscalYearValidity } from '../../config/calendar.js';
import { registrationPolicy } from '../../config/policy/pack.js';
import type { RegistrationForm, RegistrationRequest, steps, Validity } from '../../workflows/registration/contract.js';
import { noOtherFor, type Registration, refuseForm } from '../../workflows/registration/rules.js';
import type { Inputs } from '../../workflows/shared/case.js';
import { employedOf } from '../employed.js';
import { answeredWithin, isUrgent, todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { postOf } from '../post.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import type { Call } from '../route.js';
import { route } from '../route.js';
import { caseId, date, department, line, setOf, staffNumber, words } from '../schemas.js';
import { registrationLists } from './registration-lists.js';

const nothing = z.strictObject({});
const reason = z.strictObject({ reason: words });
const teleworkForm = z.enum(['home', 'mobile', 'satellite']);

/** 在宅勤務登録申請書 (form 1, 004:708-722); what the directory knows is taken from there. */
const form = z.strictObject({
  forms: setOf(teleworkForm, teleworkForm.options.length).min(1),
  workplace: z.enum(['ownHome', 'carersHome', 'spousesHome', 'approvedPlace']),
  address: words,
  phone: words,
  sex: words.exactOptional(),
  reason: z.enum(['child', 'care', 'pregnancy', 'other']).exactOptional(),
  reasonText: words.exactOptional().meta({ description: '所属長が特に認める事由: needed with `other`.' }),
  reasonEnds: date.exactOptional().meta({ description: 'The last day on which the reason holds, where it is known.' }),
  frequency: z.strictObject({ days: z.int().min(1).max(31), per: z.enum(['week', 'month']) }),
  remarks: words.exactOptional(),
  pledge: line(40).exactOptional().meta({ description: 'The version of the pledge that is signed with it.' }),
  checklist: setOf(line(40), 40).exactOptional(),
});

/** What is filed, by the person or from a paper form (代理入力). */
const application = z.strictObject({
  form,
  department: department.exactOptional().meta({ description: '兼務: the post for which it is asked; else the main post.' }),
  for: staffNumber.exactOptional().meta({ description: '代理入力: whose paper form it is; by HR or the head. The person confirms it.' }),
});
type Application = z.output<typeof application>;

/** What calendar, directory and pack say of a step at its moment. */
type Resolved = 'answerBy' | 'validUntil' | 'renewalOpens' | 'policy' | 'employed' | 'validity';

/** 在宅勤務の登録 (guideline Art. 4, 5): what people file for each step. */
export const registrations: Procedure<Inputs<typeof steps>, Application, Resolved> = {
  name: 'registration',
  path: '/registrations',
  counter: ({ workflows }) => workflows.counter('registration'),
  opening: {
    body: application,
    resolve: async (services, call) => {
      const request = await resolved(services, call);
      const refusal = refuseForm(request, request.form) ?? (await alreadyRegistered(services, request));
      if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
      const { enteredAs, answerBy: by } = request;
      return { name: 'file', input: { ...request, urgent: isUrgent(services, by) }, ...(enteredAs && { as: enteredAs }) };
    },
  },
  steps: {
    confirmEntry: { body: nothing },
    approve: { body: nothing },
    refuse: { body: reason },
    sendBack: { body: z.strictObject({ remarks: words }), resolve: (services) => ({ answerBy: answerBy(services) }) },
    refile: {
      body: z.strictObject({ form }),
      resolve: (services) => ({ answerBy: answerBy(services), urgent: isUrgent(services, answerBy(services)), ...validity(services) }),
    },
    withdraw: { body: nothing, protecting: true },
    change: { body: z.strictObject({ form }), resolve: () => ({ urgent: false }) },
    decideChange: { body: z.strictObject({ granted: z.boolean() }) },
    suspend: { body: reason },
    resume: { body: nothing },
    revoke: { body: reason },
    end: { body: z.strictObject({ cause: z.enum(['transfer', 'leaving', 'reasonEnded']) }) },
    confirmRenewal: { body: z.strictObject({ form: form.exactOptional() }) },
    renew: {
      body: nothing,
      resolve: async (services, { staff }) => ({ ...(await moved(services, staff)), ...validity(services) }),
    },
    movePack: {
      body: nothing,
      resolve: async (services, { staff }) => ({ ...(await moved(services, staff)), validity: validity(services) }),
    },
  },
  more: (services, readable) => [
    ...registrationLists(services),
    route({
      method: 'get',
      path: '/registrations/{id}/cascade',
      tag: 'registration',
      summary: 'What hung on a registration that has ended, each line done, waiting or stuck, with its reason',
      access: 'staff',
      params: z.strictObject({ id: caseId }),
      replies: { 200: { description: 'Access, the loans called back, the days cancelled, the mails.', schema: cascade } },
      handle: async (call: Call<{ id: string }>) => ({
        status: 200,
        body: { items: await cascadeOf(services, await readable(call.path.id, call)) },
      }),
    }),
  ],
};

const cascadeLine = z.object({
  what: z.enum(['access', 'loan', 'day', 'mail']),
  how: z.enum(['done', 'waiting', 'stuck']),
  reason: z
    .string()
    .optional()
    .meta({ description: 'Of access: the fault; of a loan or a telework day: its status; of a mail: what became of it.' }),
  since: z.iso.datetime(),
  receiptNumber: z.string().optional(),
  to: z.string().optional(),
  template: z.string().optional(),
});
const cascade = z.object({ items: z.array(cascadeLine) });
export type CascadeLine = z.output<typeof cascadeLine>;

/** What the ledger would refuse, said before there is a case. */
async function alreadyRegistered({ ledger }: Services, request: RegistrationRequest): Promise<Refusal | undefined> {
  const needed = noOtherFor(request);
  return (await ledger.openCasesOf(needed)).length ? needed.refusal : undefined;
}

/** One page for what a revocation ends (Art. 5-3, 5-4): access first, then the loans and the days to come, then who was told. */
async function cascadeOf({ ledger }: Services, { caseId: id, state, closed }: CaseRow): Promise<readonly CascadeLine[]> {
  const [effects, told, mails, events] = await Promise.all([ledger.effects(id), ledger.toldBy(id), ledger.mailsOf(id), ledger.events(id)]);
  const over = closed || (state as Registration).windingUp;
  const endedAt = (over && events.findLast(({ event }) => event.name !== 'windUp')?.at) || '';
  return [
    ...effects.map(({ how, reason: why, since }): CascadeLine => {
      if (how === 'done' && since < endedAt) return { what: 'access', how: 'waiting', since: endedAt }; // Done was what came before.
      return { what: 'access', how, since, ...(why && { reason: why }) };
    }),
    ...told.map(
      ({ procedure, closed, status, receiptNumber, toldAt }): CascadeLine => ({
        what: procedure === 'telework-day' ? 'day' : 'loan',
        how: closed ? 'done' : 'waiting',
        reason: status,
        receiptNumber,
        since: toldAt,
      }),
    ),
    ...mails.map(({ to, template, state, copies, queuedAt }): CascadeLine => {
      const failed = copies.find(({ how }) => how !== 'sent');
      const how = state === 'settled' && !failed ? 'done' : failed || state === 'nobody' ? 'stuck' : 'waiting';
      return { what: 'mail', how, to, template, since: queuedAt, reason: failed?.how ?? state };
    }),
  ];
}

/** In which capacity somebody may enter another's paper form. @throws Problem forbidden */
function enteringAs(capacities: readonly Capacity[], unit: string | undefined): Capacity {
  const as = (['hr', `head:${unit}`] as const).find((one) => capacities.includes(one));
  if (!as) throw new Problem('forbidden');
  return as;
}

/** The application as the case keeps it: what directory, calendar and policy say of it at this moment. */
async function resolved(services: Services, { caller, body }: Call<unknown, unknown, Application>) {
  const { form: filed, department: wanted, for: other } = body;
  const staff = other ?? caller.staffNumber;
  const [{ member, department: unit, approver }, moving] = await Promise.all([postOf(services, staff, wanted), moved(services, staff)]);
  const enteredAs = other === undefined ? undefined : enteringAs(caller.capacities, unit); // Before anything is said of the person.
  if (!member) throw new Problem('ruleRefuses', { errors: [{ code: 'unknownPerson', article: '在宅勤務登録申請書', field: 'for' }] });
  if (!unit || !member.departments.includes(unit))
    throw new Problem('ruleRefuses', {
      errors: [{ code: 'notYourDepartment', article: '在宅勤務登録申請書（所属名）', field: 'department' }],
    });
  return {
    staff,
    department: unit,
    ...moving.employed,
    approver,
    ...(enteredAs && { enteredAs }),
    form: filed as unknown as RegistrationForm, // Still in words: they are put apart before the event is made.
    answerBy: answerBy(services),
    policy: moving.policy,
    ...validity(services),
  } satisfies RegistrationRequest;
}

/** What a registration comes under now: the pack, kept for ever before a case names it, and how the person is employed. */
async function moved(services: Services, staff: string) {
  const { ledger, pack } = services;
  const [employed] = await Promise.all([employedOf(services, staff), ledger.keepPack(pack.hash, pack.document)]);
  return { policy: registrationPolicy(pack), employed };
}

/** Until when what is filed now would hold. */
function validity(services: Services): Validity {
  const { endsWithFiscalYear, renewalOpens } = services.pack.values.registration;
  return endsWithFiscalYear ? fiscalYearValidity(todayOf(services), renewalOpens) : {};
}

/** The instant by which what is handed in now must be answered. */
const answerBy = (services: Services): string => answeredWithin(services, services.pack.values.registration.answerDays);
