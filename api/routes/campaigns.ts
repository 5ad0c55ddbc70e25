import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { CaseRow, Refusal } from '../../activities/ledger/port.js';
import { today } from '../../config/calendar.js';
import { trialDraft, trialPolicy } from '../../config/policy/pack.js';
import type { Inputs } from '../../workflows/shared/case.js';
import { dayOn } from '../../workflows/shared/dates.js';
import type { Draft, Drafted, steps } from '../../workflows/trial-campaign/contract.js';
import { refuseDraft, type TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Procedure } from '../procedure.js';
import { route } from '../route.js';
import { caseId, date, department, words } from '../schemas.js';
import { departmentsOf, draft, longestCampaign } from '../trial/draft.js';
import { nextDraft } from '../trial/next-draft.js';
import { campaignAnswers } from './campaign-answers.js';
import { campaignFigures } from './campaign-figures.js';
import { campaignReport } from './campaign-report.js';

const nothing = z.strictObject({});
const reason = z.strictObject({ reason: words });
const drafting = z.strictObject({ draft });
type Drafting = z.output<typeof drafting>;
const longer = z.strictObject({ until: date });
type Longer = z.output<typeof longer>;
const round = z.strictObject({ from: date, until: date });
type Round = z.output<typeof round>;
/** A draft goes out in the shape in which it is filed. */
const proposed = z.object({ draft: z.looseObject({ from: date, until: date }) });

const staffed = z.object({ morning: z.int(), afternoon: z.int() });
const defaults = proposed.extend({ counter: staffed.meta({ description: 'For each department that is put among the counters.' }) });

const article = '試行計画';

/** What calendar and ledger say of a step at its moment. */
type Resolved = 'opensAt' | 'endsAt' | 'until' | 'tally';

/** 試行期間: what HR files for each step. */
export const campaigns: Procedure<Inputs<typeof steps>, Drafting, Resolved> = {
  name: 'trial-campaign',
  path: '/campaigns',
  counter: ({ workflows }) => workflows.counter('trial-campaign'),
  opening: {
    body: drafting,
    access: ['hr'],
    resolve: async (services, { body }) => {
      const { ledger, pack } = services;
      const drafted = await judged(services, body.draft);
      await ledger.keepPack(pack.hash, pack.document);
      return { name: 'draft', input: { ...drafted, policy: trialPolicy(pack) }, as: 'hr' };
    },
  },
  steps: {
    redraft: { body: drafting, resolve: (services, _row, body) => judged(services, body.draft) },
    plan: { body: nothing },
    announce: {
      body: nothing,
      resolve: async (services, row) => {
        refuse(await staleness(services, row));
        return {};
      },
    },
    pause: { body: reason },
    resume: { body: nothing, resolve: resumed },
    extend: { body: longer, resolve: ({ calendar }, _row, body) => ends(calendar, body as Longer) },
    secondRound: {
      body: round,
      resolve: (services, _row, body) => {
        refuse(refusePeriod(services, body as Round));
        return ends(services.calendar, body as Round);
      },
    },
    measure: {
      body: z.strictObject({
        what: z.enum(['overtimeHours', 'paperSheets', 'commutingMinutes']),
        when: z.enum(['before', 'after']),
        value: z.int().min(0).max(100_000_000),
        department: department.exactOptional().meta({ description: 'Absent: of the whole.' }),
      }),
    },
    report: {
      body: z.strictObject({ remarks: words.exactOptional() }),
      resolve: async ({ ledger }, { caseId: id }) => ({ tally: await ledger.campaignTotal(id) }),
    },
    cancel: { body: reason },
  },
  more: (services, readable) => [
    ...campaignFigures(services, readable),
    ...campaignAnswers(services, readable),
    ...campaignReport(services),
    route({
      method: 'get',
      path: '/campaigns/defaults',
      tag: 'trial-campaign',
      summary: 'What the pack proposes for a campaign that begins on the next Monday: to be changed, and filed',
      access: ['hr'],
      replies: { 200: { description: 'A draft.', schema: defaults } },
      handle: async () => ({ status: 200, body: await proposal(services) }),
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/next-draft',
      tag: 'trial-campaign',
      summary:
        'The draft of another campaign, made from this one and from what came of it: for the departments in which somebody has not done it',
      access: ['hr'],
      params: z.strictObject({ id: caseId }),
      replies: { 200: { description: 'A draft.', schema: proposed } },
      handle: async (call) => {
        const { caseId: id, state } = await readable(call.path.id, call);
        const { byDepartment } = await services.ledger.campaignTally(id);
        return { status: 200, body: { draft: nextDraft((state as TrialCampaign).draft, byDepartment, nextMonday(services)) } };
      },
    }),
  ],
};

const refuse = (refusal: Refusal | undefined): void => {
  if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
};

/** The draft with the instants of its first and last day. @throws Problem when a rule, or the directory, refuses it */
async function judged(services: Services, filed: Draft): Promise<Drafted> {
  const { calendar, directory } = services;
  refuse(refuseDraft(filed, todayOf(services)) ?? refusePeriod(services, filed));
  const known = new Set((await directory.units()).map(({ id }) => id));
  const unknown = departmentsOf(filed).filter(({ department: one }) => !known.has(one));
  const errors = unknown.map(({ field, department: limit }): Refusal => ({ code: 'unknownDepartment', article, field, limit }));
  if (errors.length) throw new Problem('ruleRefuses', { errors });
  return { draft: filed, opensAt: calendar.endOfDay(dayOn(filed.from, -1)), ...ends(calendar, filed) };
}

const ends = ({ endOfDay }: Services['calendar'], { until }: Longer) => ({ until, endsAt: endOfDay(until) });

/** A period must begin within a year, after today, and have a day on which the municipality works. */
function refusePeriod(services: Services, { from, until }: Round): Refusal | undefined {
  const now = todayOf(services);
  if (from <= now) return { code: 'trialInPast', article, field: 'from', limit: dayOn(now, 1) };
  if (until < from) return { code: 'trialPeriodOrder', article, field: 'until', limit: from };
  const last = dayOn(now, longestCampaign);
  if (from > last) return { code: 'trialTooFarAhead', article, field: 'from', limit: last };
  if (until > dayOn(from, longestCampaign - 1)) return { code: 'trialNotLonger', article, field: 'until', limit: `${longestCampaign}` };
  return services.calendar.addBusinessDays(from, 0) > until ? { code: 'noBusinessDay', article, field: 'from' } : undefined;
}

/** What was planned on an earlier day says nothing of devices and people as they are now. */
async function staleness(services: Services, { caseId: id }: CaseRow): Promise<Refusal | undefined> {
  const planned = (await services.ledger.events(id)).findLast(({ event }) => event.name === 'planned');
  const on = planned && today(planned.at);
  return on !== undefined && on < todayOf(services) ? { code: 'planStale', article, limit: on } : undefined;
}

/** The business days of the pause are added to the period. */
async function resumed(services: Services, { caseId: id, state }: CaseRow) {
  const { ledger, calendar } = services;
  const { until } = (state as TrialCampaign).draft;
  const paused = (await ledger.events(id)).findLast(({ event }) => event.name === 'pause');
  const now = todayOf(services);
  let days = 0;
  for (let day = calendar.addBusinessDays(paused ? today(paused.at) : now, 0); day < now; day = calendar.addBusinessDays(day, 1)) days += 1;
  return ends(calendar, { until: days ? calendar.addBusinessDays(until, days) : until });
}

/** The Monday after today, or the first business day after that. */
function nextMonday(services: Services): string {
  const now = Temporal.PlainDate.from(todayOf(services));
  return services.calendar.addBusinessDays(`${now.add({ days: 8 - now.dayOfWeek })}`, 0);
}

/** The pack's draft, and how many it would have at each counter that HR names. A satellite office is the first that has seats. */
async function proposal(services: Services): Promise<z.output<typeof defaults>> {
  const { pack, calendar, ledger } = services;
  const { draft: begun, days, place, counter } = trialDraft(pack);
  const from = nextMonday(services);
  const office = place === 'satellite' ? (await ledger.seatsOn(from, from))[0]?.office : undefined;
  const where = office !== undefined && { place: { form: 'satellite', office } };
  return { draft: { ...begun, from, until: calendar.addBusinessDays(from, days - 1), counters: [], ...where }, counter };
}
