import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import pg from 'pg';
import { hostClock } from '../activities/ledger/clock.js';
import { createPostgresLedger, type PostgresLedger } from '../activities/ledger/postgres.js';
import type { ApiClient } from '../cli/client.js';
import { municipalCalendar } from '../config/calendar.js';
import { at, mondayAfter } from '../tours/day.js';
import { ownTown, type Stage } from '../tours/stage.js';
import { caseWorkflowId, type WorkflowProcedure } from '../workflows/shared/procedures.js';
import type { TrialSection } from '../workflows/trial-section/rules.js';
import { countActions } from './counts.js';
import { inLanes } from './lanes.js';
import { opaque } from './loan.js';
import { comparePages } from './pages.js';
import type { Finding } from './report.js';
import { type Servers, startWorker } from './servers.js';
import type { MemberTrial } from './workflows/member.js';

/** Staff of Oyama (004:801), of a prefecture (004:389), and of a large city. */
const sizes = [1_017, 4_000, 40_000] as const;
/** The textbook's design is run where it can be. */
const besides = [1_017, 4_000] as const;
/** Business days of the campaign: a week. */
const days = 5;
/** One of so many is ill on their date, swaps with a colleague, is exempt, forgets to report the first time. */
const oneIn = { ill: 33, swaps: 66, exempt: 50, forgets: 33 } as const;
/** Lines that a file is split at, and people who act at once. */
const [linesAtOnce, atOnce] = [20_000, 12];
const limits = { actions: 0.5, ratio: 1.1, events: 4_096 };
const calendar = municipalCalendar();

interface Section {
  caseId: string;
  state: TrialSection;
}

/** What a campaign cost, and where its rows still lie. */
interface Played {
  members: number;
  sections: number;
  /** Of the campaign and its sections. */
  actions: number;
  /** Of the longest history of one run. */
  events: number;
  /** From the asking for a plan to the report. */
  ms: number;
  done: number;
  ledger: PostgresLedger;
  campaign: string;
  close(): Promise<void>;
}

/**
 * A campaign of a week, from the draft to the report, in towns of three sizes, each on its own clock: planned, announced, opened; each evening the attendance file says who was seen; some are ill, some
 * swap, some are exempt, some forget and are planned anew in the morning. Own desk devices: what loans cost is another section's matter. Mail is ordered and not delivered. Beside it the
 * textbook's design, a workflow for each member, with the same things happening.
 */
export async function measureCampaign(servers: Servers): Promise<readonly Finding[]> {
  const played: Played[] = [];
  const findings: Finding[] = [];
  for (const size of besides) findings.push(await playMembers(servers, size));
  try {
    for (const size of sizes) played.push(await playCampaign(size));
    const [small, , large] = played;
    for (const one of played) {
      const { members, sections, actions, events, ms, done } = one;
      findings.push(
        {
          what: `${members} members in ${sections} sections: Temporal actions`,
          figures: { 'a member': actions / members, actions, 'a section': actions / sections },
          target: { figure: 'a member', atMost: limits.actions },
        },
        { what: 'longest run', figures: { events }, target: { figure: 'events', atMost: limits.events } },
        { what: 'plan to report', figures: { seconds: ms / 1_000, 'ms a member': ms / members, done } },
      );
    }
    if (small && large) {
      const ratio = large.ms / large.members / (small.ms / small.members);
      findings.push({
        what: `time a member, ${large.members} beside ${small.members}`,
        figures: { ratio },
        target: { figure: 'ratio', atMost: limits.ratio },
      });
      const total = (one: Played) => () => one.ledger.campaignTotal(one.campaign);
      findings.push(await comparePages(`tally, total of ${large.members}`, [total(large), total(small)], `${small.members}`));
      const tally = (one: Played) => () => one.ledger.campaignTally(one.campaign);
      findings.push(await comparePages(`tally by department of ${large.members}`, [tally(large), tally(small)], `${small.members}`));
    }
  } finally {
    await Promise.all(played.map((one) => one.close()));
  }
  return findings;
}

/** Plays the campaign in a town of its own. */
async function playCampaign(size: number): Promise<Played> {
  const stage = await ownTown('tours/trial-alone.yaml', size);
  await stage.town.down('mailbox');
  const databaseUrl = stage.settings.DATABASE_URL ?? '';
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const ledger = createPostgresLedger({ databaseUrl, clock: hostClock, calendar });
  const hr = () => stage.place.clientOf(stage.sample.accounts.hr); // Logins end with the day.

  const monday = mondayAfter(stage.today);
  const dates: string[] = [monday];
  while (dates.length < days) dates.push(calendar.addBusinessDays(dates.at(-1) ?? monday, 1));
  const { draft } = await (await hr()).ask<{ draft: object }>('/campaigns/defaults');
  const period = { from: monday, until: dates.at(-1) };
  const { id: campaign } = await take<{ id: string }>(await hr(), '/campaigns', { draft: { ...draft, ...period, excluded: {} } });
  const step = (name: string, body: object = {}) => hr().then((client) => take(client, `/campaigns/${campaign}/steps/${name}`, body));
  const stands = (status: string) =>
    until(
      async () => (await (await hr()).ask<{ status: string }>(`/campaigns/${campaign}`)).status === status,
      `the campaign is ${status}`,
    );
  const sectionsNow = async (): Promise<readonly Section[]> =>
    (await sql.query(`select case_id as "caseId", state from cases where within = $1 and procedure = 'trial-section'`, [campaign])).rows;

  const began = performance.now();
  await step('plan');
  await stands('planned');
  await step('announce');
  await until(async () => (await sql.query('select from openings limit 1')).rowCount === 0, 'all sections are open');
  await until(
    async () => (await (await hr()).ask<{ state: { opening?: true } }>(`/campaigns/${campaign}`)).state.opening === undefined,
    'opened',
  );

  await stage.passUntil(at(monday, '08:31'));
  await changes(stage, await sectionsNow(), monday);
  const forgetful = new Set<string>();
  for (const date of dates) {
    if (date !== monday) await stage.passUntil(at(date, '08:31'));
    const sections = await sectionsNow();
    const today = sections.flatMap(({ caseId, state }) =>
      state.members.filter(({ slots }) => slots.some((slot) => slot.date === date)).map(({ staff }) => ({ caseId, staff })),
    );
    const ill = today.filter(({ staff }) => Number(staff) % oneIn.ill === 1 && !forgetful.has(staff));
    for (const { staff } of ill) forgetful.add(staff);
    await inLanes(
      ill,
      async ({ caseId, staff }) =>
        take(await stage.place.clientOf(staff), `/campaign-sections/${caseId}/steps/cannot`, {
          people: [staff],
          dates: [date],
          atWork: false,
        }),
      atOnce,
    );
    const seen = today.filter(({ staff }) => {
      const first = !forgetful.has(staff);
      forgetful.add(staff);
      return !ill.some((one) => one.staff === staff) && !(first && Number(staff) % oneIn.forgets === 3);
    });
    for (let from = 0; from < seen.length; from += linesAtOnce) {
      const content = ['staff_number,date', ...seen.slice(from, from + linesAtOnce).map(({ staff }) => `${staff},${date}`), ''].join('\n');
      await (await hr()).ask('/imports/observed', { method: 'POST', file: { type: 'text/csv', content } });
    }
  }
  await stage.passUntil(at(calendar.addBusinessDays(dates.at(-1) ?? monday, 1), '08:31'));
  await stands('closing');
  await step('report');
  await until(async () => (await sectionsNow()).every(({ state }) => state.status === 'closed'), 'all sections are closed');
  const ms = performance.now() - began;

  const total = await ledger.campaignTotal(campaign);
  const cases = await sql.query<{ caseId: string; procedure: WorkflowProcedure }>(
    `select case_id as "caseId", procedure from cases where case_id = $1 or within = $1`,
    [campaign],
  );
  const costs: { actions: number; events: number }[] = [];
  await inLanes(
    cases.rows,
    async (place) => void costs.push(await costOf(stage.sources.temporal.workflow.getHandle(caseWorkflowId(place)))),
    4,
  );
  await Promise.all([stage.town.down('worker'), stage.town.down('api')]);
  return {
    members: Object.values(total).reduce((sum, count) => sum + count, 0),
    sections: cases.rows.length - 1,
    actions: costs.reduce((sum, { actions }) => sum + actions, 0),
    events: Math.max(...costs.map(({ events }) => events)),
    ms,
    done: total.done,
    ledger,
    campaign,
    close: async () => {
      await Promise.all([ledger.close(), sql.end()]);
      await stage.close();
    },
  };
}

/** On the first day: who swaps with a colleague of another date, and who is exempt for three days. */
async function changes(stage: Stage, sections: readonly Section[], on: string): Promise<void> {
  const hr = await stage.place.clientOf(stage.sample.accounts.hr);
  const later = calendar.addBusinessDays(on, 2);
  await inLanes(
    sections,
    async ({ caseId, state: { members } }) => {
      const path = `/campaign-sections/${caseId}/steps`;
      const exempt = members.flatMap(({ staff }) => (Number(staff) % oneIn.exempt === 7 ? [staff] : []));
      if (exempt.length) await take(hr, `${path}/exempt`, { people: exempt, exemption: { reason: 'leave', until: later } });
      const free = members.filter(({ staff, slots }) => !exempt.includes(staff) && slots.some(({ date }) => date > later));
      for (const one of free.filter(({ staff }) => Number(staff) % oneIn.swaps === 2)) {
        const mine = one.slots.find(({ date }) => date > later)?.date;
        const other = free.find(
          ({ slots, staff }) =>
            staff !== one.staff && Number(staff) % oneIn.swaps !== 2 && slots.some(({ date }) => date > later && date !== mine),
        );
        const theirs = other?.slots.find(({ date }) => date > later)?.date;
        if (!mine || !other || !theirs) continue;
        const asker = await stage.place.clientOf(one.staff);
        await take(asker, `${path}/askSwap`, { mine, with: other.staff, theirs });
        const { state } = await asker.ask<{ state: { swaps: readonly { id: string; by: unknown }[] } }>(`/campaign-sections/${caseId}`);
        const swap = state.swaps.at(-1)?.id;
        await take(await stage.place.clientOf(other.staff), `${path}/answerSwap`, { swap, agreed: true });
      }
    },
    atOnce,
  );
}

async function costOf(handle: WorkflowHandle): Promise<{ actions: number; events: number }> {
  const history = await handle.fetchHistory();
  return { actions: countActions(history), events: history.events?.length ?? 0 };
}

/** The textbook's design, with as many members and the same things happening to them; a day is long enough to start them in. */
async function playMembers(servers: Servers, members: number): Promise<Finding> {
  const { databaseUrl } = await servers.freshLedger();
  const taskQueue = 'bench-members';
  const worker = await startWorker(servers, databaseUrl, taskQueue);
  const dayMs = 5 * members;
  const all = Array.from({ length: members }, (_, nth) => ({ nth, id: `member/${members}/${opaque()}`, day: 1 + (nth % days) }));
  const hear = (some: typeof all, name: string, ...args: unknown[]) =>
    inLanes(some, ({ id }) => servers.client.workflow.getHandle(id).signal(name, ...args), 20);
  try {
    await inLanes(
      all,
      ({ id, day }) => {
        const trial: MemberTrial = { inDays: day + 1, dayMs };
        return servers.client.workflow.start('trialMember', { workflowId: id, taskQueue, args: [id, trial] });
      },
      20,
    );
    await hear(
      all.filter(({ nth }) => nth % oneIn.exempt === 7),
      'excused',
    );
    const others = all.filter(({ nth }) => nth % oneIn.exempt !== 7);
    await hear(
      others.filter(({ nth }) => nth % oneIn.swaps === 2),
      'moved',
      2,
    ); // Both sides of a swap hear of it.
    await hear(
      others.filter(({ nth }) => nth % oneIn.swaps === 35),
      'moved',
      3,
    );
    const late = ({ nth }: { nth: number }) => nth % oneIn.ill === 1 || nth % oneIn.forgets === 3;
    for (let day = 1; day <= days + 1; day += 1) {
      await pause(dayMs);
      await hear(
        others.filter((one) => one.day === day && late(one)),
        'moved',
        2,
      );
      await hear(
        others.filter((one) => one.day === (late(one) ? day - 1 : day)),
        'observed',
      );
    }
    const costs: { actions: number }[] = [];
    await inLanes(
      all,
      async ({ id }) => {
        const handle = servers.client.workflow.getHandle(id);
        await handle.result();
        costs.push(await costOf(handle));
      },
      20,
    );
    const actions = costs.reduce((sum, one) => sum + one.actions, 0);
    return { what: `${members} members, a workflow for each: Temporal actions`, figures: { 'a member': actions / members, actions } };
  } finally {
    await worker.stop();
  }
}

async function take<Body>(client: ApiClient, path: string, body: object): Promise<Body> {
  const key = opaque();
  for (let tries = 0; ; tries += 1) {
    const { status, body: answer } = await client.send<Body>(path, { method: 'POST', body, key });
    if (status < 300 && status !== 202) return answer;
    if (![202, 429, 503].includes(status) || tries > 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    await pause(200);
  }
}

/** An hour is more than anything here takes. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 3_600_000; !(await holds()); await pause(500))
    if (Date.now() > end) throw new Error(`not within an hour: ${what}`);
}
