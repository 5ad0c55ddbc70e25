import { z } from 'zod';
import type { Capacity } from '../../activities/directory/port.js';
import type { Refusal } from '../../activities/ledger/port.js';
import { dayPolicy } from '../../config/policy/pack.js';
import type { DayRequest, DaySteps, Plan, TeleworkDay } from '../../workflows/telework-day/contract.js';
import { createDayCounter } from '../day-counter.js';
import type { Services } from '../parts.js';
import { postOf } from '../post.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import { type Call, route } from '../route.js';
import { caseId, date, department, line, staffNumber, words } from '../schemas.js';

const nothing = z.strictObject({});
const reason = z.strictObject({ reason: words });

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .meta({ examples: ['08:30'] });
const ends = { check: ({ from, until }: { from: string; until: string }) => from < until, problem: { path: ['until'] } };
const span = z.strictObject({ from: time, until: time }).refine(ends.check, ends.problem);
const leave = z
  .strictObject({ from: time, until: time, kind: z.enum(['annual', 'childcare', 'care', 'illness']) })
  .refine(ends.check, ends.problem);
const level = z.literal([1, 2, 3]).meta({ description: '1 public, 2 internal, 3 secret.' });
/** 職: who approved it, never by name. */
const post = z
  .string()
  .regex(/^(head|superior):[\p{L}\p{N}._-]{1,64}$/u)
  .transform((text) => text as Capacity);
/** A line of the table by the hour. */
const entry = z.strictObject({ from: time, until: time, task: line(40), level }).refine(ends.check, ends.problem);
const table = z.array(entry).min(1).max(40);

/** 在宅勤務計画書 (form 2, 004:723-746). */
const plan = z.strictObject({
  date,
  form: z.enum(['home', 'mobile', 'satellite']),
  workplace: z.enum(['ownHome', 'carersHome', 'spousesHome', 'approvedPlace']).exactOptional(),
  place: words.exactOptional(),
  office: line(64).exactOptional().meta({ description: 'A seat in it is booked with the plan.' }),
  unit: z.enum(['day', 'morning', 'afternoon', 'hours']),
  shift: span.meta({ description: 'The working hours of the date, the rest included.' }),
  table,
  leave: z.array(leave).max(10),
  remarks: words.exactOptional(),
  device: z.enum(['lent', 'ownDesk', 'private', 'office']),
  carryOut: z.strictObject({ list: words, personalData: z.boolean(), paper: z.boolean() }).exactOptional(),
  travelOrder: z.strictObject({ number: line(40), approver: post, approvedOn: date }).exactOptional(),
  ordered: caseId
    .exactOptional()
    .meta({ description: 'The declared emergency in which the day is ordered; it is counted apart (004:783).' }),
});

const channel = z.enum(['phone', 'mail', 'chat']);
/** To the millisecond, as all instants of a case. */
const instant = z.iso.datetime().transform((text) => new Date(text).toISOString());
const reported = {
  channel: channel.exactOptional().meta({ description: 'How it came, where the supervisor records it (Art. 8-5).' }),
  reportedAt: instant.exactOptional().meta({ description: 'When it came.' }),
};
const starting = z.strictObject(reported);
const result = { done: table, result: words, broughtBack: words.exactOptional() };

/** What is filed, by the person or by the supervisor from paper; `unplanned`: it has begun without a plan. */
const filing = z.strictObject({
  plan,
  unplanned: starting.exactOptional().meta({ description: 'It begins now, without a plan, in an emergency.' }),
  department: department.exactOptional().meta({ description: '兼務: the post in which it is; else the main post.' }),
  for: staffNumber.exactOptional().meta({ description: '代理入力: whose plan it is; by the head.' }),
});
type Filing = z.output<typeof filing>;

const at = (services: Services) => ({ at: services.clock.now().toISOString() });

/** テレワークの日 (guideline Art. 3, 5, 7, 8): what people file for each step. */
export const teleworkDays: Procedure<DaySteps, Filing, 'at' | 'seat' | 'under' | 'answerBy' | 'reportBy'> = {
  name: 'telework-day',
  path: '/telework-days',
  counter: createDayCounter,
  dated: true,
  mostInBulk: 200,
  opening: {
    body: filing,
    mostAtOnce: 31,
    resolve: async (services, call) => {
      const request = await resolved(services, call);
      const { enteredAs } = request;
      const { unplanned } = call.body;
      if (!unplanned) return { name: 'plan', input: request, ...(enteredAs && { as: enteredAs }) };
      const refusal = refuseStart(unplanned, enteredAs);
      if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
      return { name: 'startUnplanned', input: { ...request, ...unplanned, ...at(services) }, ...(enteredAs && { as: enteredAs }) };
    },
  },
  steps: {
    approve: { body: nothing },
    refuse: { body: reason },
    sendBack: { body: z.strictObject({ remarks: words }) },
    replan: { body: z.strictObject({ plan }) },
    withdraw: { body: nothing, protecting: true },
    start: { body: starting, resolve: at },
    confirm: { body: z.strictObject({ granted: z.boolean() }) },
    reportMidday: { body: starting, resolve: at },
    checkPresence: { body: z.strictObject({ channel, reached: z.boolean() }), resolve: at },
    takeLeave: { body: z.strictObject({ leave }) },
    end: { body: starting, resolve: at },
    report: { body: z.strictObject({ ...reported, ...result }), resolve: at },
    correct: { body: z.strictObject(result), resolve: at },
    acceptReport: { body: z.strictObject({ note: words.exactOptional() }) },
  },
  more: ({ ledger, views }) => [
    route({
      method: 'get',
      path: '/telework-days/templates',
      tag: 'telework-day',
      summary: 'What the caller planned of late, without the date, each once: to begin the next plan with',
      access: 'staff',
      replies: { 200: { description: 'The latest first.', schema: z.object({ items: z.array(z.looseObject({})) }) } },
      handle: async ({ caller }) => {
        const days = await ledger.latestDays(caller.staffNumber, 40);
        const templates = new Map<string, object>();
        for (const { state } of days) {
          const { date: _date, place: _place, remarks: _remarks, carryOut: _carryOut, travelOrder: _order, ...template } = planOf(state);
          templates.set(JSON.stringify(template), template);
        }
        return { status: 200, body: { items: await views.shown([...templates.values()].slice(0, 10)) } };
      },
    }),
  ],
};

/** One's own start is now; one that came otherwise says how and when (Art. 8-5). */
function refuseStart({ channel: how, reportedAt }: z.output<typeof starting>, enteredAs: Capacity | undefined): Refusal | undefined {
  const article = 'teleworkDay.reports.channels';
  if (!enteredAs) return how || reportedAt ? { code: 'ownReport', article, field: 'reportedAt' } : undefined;
  return how && reportedAt ? undefined : { code: 'channelNeeded', article, field: 'channel', limit: channel.options.join(', ') };
}

const planOf = (state: object): Plan => (state as TeleworkDay).request.plan;

/** The plan as the case keeps it: what directory and pack say of it at this moment. What hangs on the calendar and on other days is said in the ledger's transaction. */
async function resolved({ directory, ledger, pack }: Services, { caller, body }: Call<unknown, unknown, Filing>) {
  const { plan: planned, department: wanted, for: other } = body;
  const staff = other ?? caller.staffNumber;
  const [{ member, department: unit, approver }] = await Promise.all([
    postOf({ directory }, staff, wanted),
    ledger.keepPack(pack.hash, pack.document), // For ever, before a case names it.
  ]);
  if (other !== undefined && !caller.capacities.includes(approver)) throw new Problem('forbidden'); // Before anything is said of the person.
  if (!member) throw new Problem('ruleRefuses', { errors: [{ code: 'unknownPerson', article: '在宅勤務計画書', field: 'for' }] });
  if (!unit || !member.departments.includes(unit))
    throw new Problem('ruleRefuses', { errors: [{ code: 'notYourDepartment', article: '在宅勤務計画書', field: 'department' }] });
  return {
    staff,
    department: unit,
    approver,
    ...(other !== undefined && { enteredAs: approver }),
    plan: planned as unknown as Plan, // Still in words: they are put apart before the event is made.
    policy: dayPolicy(pack),
  } satisfies Omit<DayRequest, 'answerBy' | 'reportBy'>;
}
