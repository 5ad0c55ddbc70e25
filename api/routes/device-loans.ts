import { z } from 'zod';
import type { CaseRow, Refusal } from '../../activities/ledger/port.js';
import { loanPolicy } from '../../config/policy/pack.js';
import type { PolicyDocument } from '../../config/policy/schema.js';
import type { LoanRequest, steps } from '../../workflows/device-loan/contract.js';
import { type Loan, refuseRequest, registrationFor } from '../../workflows/device-loan/rules.js';
import type { Inputs } from '../../workflows/shared/case.js';
import { answeredWithin, isUrgent, todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { postOf } from '../post.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import { route } from '../route.js';
import { assetTag, caseId, date, department, line, setOf, staffNumber, words } from '../schemas.js';

const kind = z.enum(['laptop', 'wifiRouter', 'smartphone', 'tablet']);
const accessory = z.enum(['wire', 'mouse', 'charger', 'bag', 'privacyFilter', 'cable']);
const accessories = setOf(accessory, accessory.options.length);
const nothing = z.strictObject({});
const reason = z.strictObject({ reason: words });

/** 端末機等借用願: what the borrower fills in (004:746-764). */
const form = z.strictObject({
  kind,
  accessories,
  from: date,
  until: date,
  data: words.exactOptional().meta({ description: '持出データ: what is to be carried out; never personal data.' }),
  personalData: z.boolean(),
  department: department.exactOptional().meta({ description: '兼務: the post for which it is asked; else the main post.' }),
});
type Form = z.output<typeof form>;

/** 端末機等の借用 (004:746-764): what people file for each step. */
export const deviceLoans: Procedure<Inputs<typeof steps>, Form> = {
  name: 'device-loan',
  path: '/device-loans',
  counter: ({ workflows }) => workflows.counter('device-loan'),
  opening: {
    body: form,
    resolve: async (services, { body, caller }) => {
      const request = await resolved(services, caller.staffNumber, body);
      const refusal = refuseRequest(request, todayOf(services)) ?? (await withoutRegistration(services, request));
      if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
      const { data } = body; // Still in words: they are put apart before the event is made.
      return { name: 'request', input: { ...request, ...(data && { data }), urgent: isUrgent(services, request.answerBy) } };
    },
  },
  steps: {
    approve: { body: nothing },
    refuse: { body: reason },
    withdraw: { body: nothing, protecting: true },
    recall: { body: reason },
    chooseDevice: { body: z.strictObject({ assetTag }) },
    prepare: { body: z.strictObject({ assetTag, fingerprintEnrolled: z.boolean(), accessories }) },
    handOver: { body: z.strictObject({ collectedBy: staffNumber.exactOptional() }) },
    receive: { body: z.strictObject({ terms: line(40) }) },
    askExtension: {
      body: z.strictObject({ until: date }),
      resolve: (services, row) => ({ urgent: isUrgent(services, lastDayEnds(services, row)) }),
    },
    decideExtension: { body: z.strictObject({ granted: z.boolean() }) },
    takeBack: {
      body: z.strictObject({ accessories, data: words.exactOptional(), returnedBy: staffNumber.exactOptional() }),
      protecting: true,
    },
    reportLoss: { body: z.strictObject({ how: z.enum(['loss', 'theft']), report: words }), protecting: true },
    find: { body: z.strictObject({ accessories }) },
    writeOff: { body: reason },
    erase: {
      body: z.strictObject({
        method: z.enum(['initialise', 'clear', 'purge', 'destroy']),
        tool: line(80),
        toolVersion: line(40),
        dataClass: z.enum(['myNumber', 'confidential', 'public']),
      }),
    },
    failErasure: { body: reason },
    confirmErasure: { body: nothing },
    rejectErasure: { body: reason },
    destroy: { body: z.strictObject({ certificate: line(80) }) },
    confirmDestruction: { body: nothing },
    accountFor: { body: z.strictObject({ accessory, how: z.enum(['back', 'writtenOff']) }) },
  },
  more: ({ ledger }, readable) => [
    route({
      method: 'get',
      path: '/device-loans/{id}/terms',
      tag: 'device-loan',
      summary: 'The terms that the borrower signs for, as they were when the loan began; the Japanese text counts',
      access: 'staff',
      params: z.strictObject({ id: caseId }),
      replies: { 200: { description: 'Version, SHA-256 of both texts, and the texts.', schema: terms } },
      handle: async (call) => {
        const { version, pack, digest } = termsOf(await readable(call.path.id, call));
        const document = (await ledger.pack(pack)) as PolicyDocument | undefined;
        if (!document) throw new Problem('notFound');
        const { ja, en } = document.deviceLoan.terms;
        return { status: 200, body: { version, digest, text: (call.language === 'ja' ? ja : en).value, ja: ja.value } };
      },
    }),
  ],
};

const terms = z.object({ version: z.string(), digest: z.string(), text: z.string(), ja: z.string() });
const termsOf = ({ state }: CaseRow) => {
  const { policy } = (state as Loan).request;
  return { ...policy.terms, pack: policy.pack };
};

/** What the ledger would refuse (Art. 5-5), said before there is a case. */
async function withoutRegistration({ ledger }: Services, request: LoanRequest): Promise<Refusal | undefined> {
  const needed = registrationFor(request);
  if (!needed) return undefined;
  const found = (await ledger.openCasesOf(needed)).some(({ status }) => status === needed.status);
  return found ? undefined : needed.refusal;
}

/** The request as the case keeps it: what directory, calendar and policy say of it at this moment. The words are put apart by then. */
async function resolved(services: Services, borrower: string, { department: wanted, data: _data, ...form }: Form): Promise<LoanRequest> {
  const { calendar, ledger, pack } = services;
  const { member, department, approver } = await postOf(services, borrower, wanted);
  if (!department || !member?.departments.includes(department))
    throw new Problem('ruleRefuses', { errors: [{ code: 'notYourDepartment', article: '端末機等借用願（所属）', field: 'department' }] });
  const policy = loanPolicy(pack);
  await ledger.keepPack(pack.hash, pack.document); // For ever, before a case names it.
  const periodEnds = calendar.endOfDay(form.until);
  const answerEnds = answeredWithin(services, policy.answerDays);
  return {
    ...form,
    borrower,
    department,
    approver,
    pools: [department, 'common'],
    answerBy: [answerEnds, periodEnds].sort().at(0) ?? periodEnds, // Both in UTC: what is first is less.
    periodEnds,
    policy,
  };
}

const lastDayEnds = ({ calendar }: Services, { state }: CaseRow): string => calendar.endOfDay((state as Loan).until);
