import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { stringify } from 'csv-stringify/sync';
import { Attribute, Change, Client } from 'ldapts';
import { onTestFinished } from 'vitest';
import { createActing } from '../../activities/directory/acting.js';
import { createLdapDirectory } from '../../activities/directory/ldap.js';
import { createDigests } from '../../activities/ledger/digests.js';
import type { CaseRow, LedgerEvent, QueuedMail } from '../../activities/ledger/port.js';
import { createPlannerChild } from '../../activities/planner/child.js';
import { createTrialActivities } from '../../activities/trials/activities.js';
import { followTrials } from '../../activities/trials/follow.js';
import { createTrialReminders } from '../../activities/trials/reminders.js';
import { trialRules } from '../../activities/trials/targets.js';
import { watchTrials } from '../../activities/trials/watch.js';
import { municipalCalendar } from '../../config/calendar.js';
import { loadPack, type PolicyPack } from '../../config/policy/pack.js';
import { startDirectory } from '../../embedded/directory.js';
import { writeSampleTown } from '../../embedded/sample-town.js';
import * as loans from '../../workflows/device-loan/rules.js';
import * as registrations from '../../workflows/registration/rules.js';
import type { LedgerRules } from '../../workflows/shared/case.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { CasePlace } from '../../workflows/shared/procedures.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import * as campaigns from '../../workflows/trial-campaign/rules.js';
import * as sections from '../../workflows/trial-section/rules.js';
import { town } from '../ledger/town.js';
import * as registrationCases from '../registration/cases.js';

/** Two weeks from the Monday after the clock's first day: ten business days. */
export const period = { from: '2027-04-12', until: '2027-04-23' };
export const at = (date: string): string => `${date}T00:00:00.000Z`;

/** Everybody once, with nothing lent, wherever it may be. */
const everybodyOnce: Draft = {
  ...period,
  groups: [{ id: 'everybody', who: {}, times: 1, per: 'period' }],
  excluded: { departments: [], occupations: [], employment: [] },
  unit: 'day',
  devices: { source: 'ownDesk' },
  counters: [],
  daysOff: [],
};
export const lent: Pick<Draft, 'devices'> = { devices: { source: 'pool', kind: 'laptop' } };

const by = { by: 'system' } as const;
/** Fixtures that are wrong are found at once. */
async function imported(file: Promise<{ problems: readonly unknown[] }>): Promise<void> {
  const { problems } = await file;
  if (problems.length) throw new Error(`the file is wrong: ${JSON.stringify(problems)}`);
}

/** The default rules; without a registration to telework and to borrow, unless it is wanted. */
function packOf({ registration }: { registration: boolean | 'forLoans' }): PolicyPack {
  const pack = loadPack('default');
  const { teleworkDay, deviceLoan } = pack.values;
  const needs = { ...teleworkDay.needs, registration: registration === true };
  const values = {
    ...pack.values,
    teleworkDay: { ...teleworkDay, needs },
    deviceLoan: { ...deviceLoan, requiresRegistration: registration !== false },
  };
  return { ...pack, values };
}

interface CityOptions {
  size?: number;
  registration?: boolean | 'forLoans';
  /** How many laptops are in which pool; those of the sample town if absent. */
  laptops?: Readonly<Record<string, number>>;
}

/** The rules by which the cases go on here, one after the other, as their workflows have them do. */
const rulesOf = {
  'trial-campaign': campaigns,
  'trial-section': sections,
  'device-loan': loans,
  registration: registrations,
} as unknown as Readonly<Record<string, LedgerRules<object, LedgerEvent>>>;

/** A sample town: its people in an embedded directory, its files in a ledger on PostgreSQL, the planner, and cases that go on by their rules. */
export async function city({ size = 100, registration = false, laptops }: CityOptions = {}) {
  const t = await town();
  const { ledger } = t;
  const folder = mkdtempSync(join(tmpdir(), 'city-'));
  const sample = await writeSampleTown({ seed: 7, size, folder, fiscalYear: 2027 });
  const served = await startDirectory({ folder, port: 0 });
  const url = `ldap://127.0.0.1:${served.port}`;
  const directory = createLdapDirectory({
    url,
    baseDn: sample.baseDn,
    preset: 'openldap',
    account: sample.accounts.service,
    clock: ledger.townClock,
  });
  onTestFinished(async () => {
    directory.close();
    await served.close();
    await rm(folder, { recursive: true });
  });
  const csv = (file: keyof typeof sample.tables): string => stringify(sample.tables[file] as string[][]);
  await ledger.importEmployment(csv('employment.csv'), { by: 'system' });
  if (!laptops) await ledger.importDevices(csv('devices.csv'), { by: 'system' });
  const device = async (pool: string, nth: number): Promise<void> => {
    const assetTag = `${pool}-${nth}`;
    const make = { kind: 'laptop', manufacturer: 'Acme', model: 'A1', networkZone: 'internet', note: '' };
    await ledger.registerDevice({ assetTag, pool, serial: assetTag, ...make }, 'system');
  };
  for (const [pool, count] of Object.entries(laptops ?? {})) for (let nth = 1; nth <= count; nth += 1) await device(pool, nth);

  const pack = packOf({ registration });
  const calendar = municipalCalendar();
  /** Questions to the directory, and what the activities have shown of themselves. */
  const asked: string[] = [];
  const heartbeats: unknown[] = [];
  const counted = new Proxy(directory, {
    get: (target, name: keyof typeof directory) => {
      asked.push(name);
      return target[name];
    },
  });
  const inActivity = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
    return environment.run(work);
  };
  const planner = createPlannerChild();
  const parts = { ledger, directory: counted, planner, calendar, pack };
  const activities = (over: Partial<typeof parts> = {}) => createTrialActivities({ ...parts, ...over });

  const rowOf = async (caseId: string): Promise<CaseRow> => {
    const row = await ledger.caseById(caseId);
    if (!row) throw new Error('there is no such case');
    return row;
  };
  /** Writes an event of the case down at its next place. */
  async function enter({ procedure, caseId }: CasePlace, event: LedgerEvent): Promise<void> {
    const rules = rulesOf[procedure];
    const row = await ledger.caseById(caseId);
    if (!rules) throw new Error(`nothing is known of ${procedure}`);
    const place = { caseId, procedure, seq: (row?.seq ?? 0) + 1 };
    const after = rules.apply(row?.state, event);
    const { refuses } = await ledger.append(entryOf(rules, place, { event, after, before: row?.state }));
    if (refuses) throw new Error(`the ledger refuses ${event.name}: ${refuses.code}`);
  }
  /** Starts what was opened and has every case write its news down, until there is none. */
  async function settle(): Promise<void> {
    for (;;) {
      const openings = await ledger.takeOpenings(200, '1970-01-01T00:00:00.000Z');
      for (const { opening, ...place } of openings) await enter(place, opening);
      const told = await ledger.withNews();
      for (const place of told) {
        const { seq, due } = await rowOf(place.caseId);
        const { next } = await ledger.look({ caseId: place.caseId, seq: seq + 1, due });
        if (next) await enter(place, next);
      }
      if (!openings.length && !told.length) return;
    }
  }

  let keys = 0;
  const step = (place: CasePlace, name: string, input: object, by = '20001') =>
    enter(place, { name, input: { by, as: 'hr', ...input }, key: `step-${++keys}` });
  let drafted = 0;
  /** A campaign as HR has drafted it; `plan` asks for a plan and has it made. */
  async function campaign(over: Partial<Draft> = {}) {
    const draft = { ...everybodyOnce, ...over };
    const place = { procedure: 'trial-campaign', caseId: `campaign-${++drafted}` } as const;
    const ends = (date: string) => calendar.endOfDay(date);
    const policy = { pack: pack.hash, extendDays: 31, questionnaireDays: 14, smallGroup: 5 };
    await step(place, 'draft', { draft, opensAt: `${draft.from}T15:00:00.000Z`, endsAt: ends(draft.until), policy });
    const state = async () => (await rowOf(place.caseId)).state as campaigns.TrialCampaign;
    const { caseId } = place;
    const self = {
      caseId,
      state,
      step: (name: string, input: object = {}) => step(place, name, input),
      ask: () => step(place, 'plan', {}),
      async plan(over: Partial<typeof parts> = {}) {
        await self.ask();
        await inActivity(() => activities(over).planCampaign(caseId));
        await settle();
        const { planned } = await state();
        if (!planned) throw new Error('the campaign has no plan');
        const kept = await ledger.trialPlan(planned.plan);
        return { planned, reasons: kept?.reasons ?? [], requests: await requestsOf(planned.plan) };
      },
      async run() {
        const plan = await self.plan();
        await self.open();
        return plan;
      },
      /** Announced, opened, and begun on its first day. */
      async open() {
        await self.step('announce');
        await inActivity(() => activities().openSections(caseId));
        await settle();
        t.clock.set(at(draft.from));
        await enter(place, { name: 'begin', input: { by: 'system' } });
      },
      sections: async () => {
        const rows = await ledger.casesWithin({ procedure: 'trial-section', within: [caseId], limit: 200 });
        return rows.items.map((row) => ({ caseId: row.caseId, section: row.state as sections.TrialSection }));
      },
      async section(department: string) {
        const found = (await self.sections()).find((one) => one.section.department === department);
        if (!found) throw new Error(`the campaign has no section ${department}`);
        return found;
      },
      members: async () => (await ledger.trialMembers({ campaign: caseId, limit: 200 })).items,
      sectionStep: (section: { caseId: string }, name: string, input: object, by?: string) =>
        step({ procedure: 'trial-section', caseId: section.caseId }, name, input, by),
    };
    return self;
  }

  async function requestsOf(plan: string) {
    const all = [];
    for (let cursor: string | undefined; ; ) {
      const page = await ledger.trialPlanSections({ plan, limit: 200, ...(cursor && { cursor }) });
      all.push(...page.items);
      cursor = page.cursor;
      if (!cursor) return all;
    }
  }

  const bound = async <Result>(work: (client: Client) => Promise<Result>): Promise<Result> => {
    await using client = new Client({ url });
    await client.bind(sample.accounts.service.dn, sample.accounts.service.password);
    return await work(client);
  };
  const personDn = (staff: string) => `uid=${staff},ou=people,${sample.baseDn}`;
  const change = (staff: string, type: string, values: string[]) =>
    bound((client) => client.modify(personDn(staff), new Change({ operation: 'replace', modification: new Attribute({ type, values }) })));

  const acting = createActing({ directory, ledger, rules: pack.values.acting, clock: ledger.townClock });
  const digests = createDigests({ ledger, acting, notices: [createTrialReminders({ ledger, calendar })] });

  const self = {
    ...t,
    sample,
    directory,
    calendar,
    pack,
    asked,
    heartbeats,
    activities,
    inActivity,
    campaign,
    settle,
    enter,
    rowOf,
    device,
    follow: (date: string) => inActivity(() => followTrials({ ledger, directory: counted, calendar, rules: trialRules(pack) }, date)),
    watch: (date: string) => inActivity(() => watchTrials({ ledger, planner, calendar }, date)),
    judge: (mail: QueuedMail) => inActivity(() => digests.judge(mail)),
    /** The digests of the date's morning: by recipient, the lines on campaigns. */
    async digestsOf(date: string): Promise<ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>> {
      t.clock.set(at(date));
      await t.sql('delete from outbox');
      await inActivity(() => digests.write('morning', date));
      const mails = await self.queued();
      return new Map(mails.map(({ to, params }) => [to, params.items as readonly Readonly<Record<string, unknown>>[]]));
    },
    async queued() {
      await ledger.begin();
      return (await ledger.take(500)).filter(({ template }) => template === 'morningDigest');
    },
    /** The date's morning: everything follows the directory, then the watch, and what was found is written down. */
    async morning(date: string) {
      t.clock.set(at(date));
      const followed = await self.follow(date);
      await settle();
      const watched = await self.watch(date);
      await settle();
      return { followed, watched };
    },
    /** Somebody is seen teleworking, by another system. */
    observe: (...rows: readonly (readonly [staff: string, date: string])[]) =>
      imported(ledger.importObserved(['staff_number,date', ...rows.map((row) => row.join())].join('\n'), by)),
    async registered(staff: string): Promise<void> {
      const place = { procedure: 'registration', caseId: `registration-${staff}` } as const;
      await enter(place, { ...registrationCases.opening({ staff }), key: `file-${staff}` });
      await enter(place, {
        ...registrationCases.event((await rowOf(place.caseId)).state as registrations.Registration, 'approve'),
        key: `approve-${staff}`,
      });
    },
    async unregistered(staff: string): Promise<void> {
      const place = { procedure: 'registration', caseId: `registration-${staff}` } as const;
      await enter(place, {
        ...registrationCases.event((await rowOf(place.caseId)).state as registrations.Registration, 'end'),
        key: `end-${staff}`,
      });
    },
    seats: (office: string, count: number) =>
      imported(
        ledger.importSeats(
          ['office,seat,network_zone,equipment', ...Array.from({ length: count }, (_, nth) => `${office},${nth + 1},lgwan,`)].join('\n'),
          by,
        ),
      ),
    absences: (...rows: readonly (readonly [staff: string, from: string, until: string])[]) =>
      imported(ledger.importAbsences(['staff_number,from,until,reason', ...rows.map((row) => `${row.join()},sick`)].join('\n'), by)),
    directoryHas: {
      moved: (staff: string, department: string) => change(staff, 'departmentNumber', [department]),
      disabled: (staff: string) => change(staff, 'pwdAccountLockedTime', ['000001010000Z']),
      enabled: (staff: string) => change(staff, 'pwdAccountLockedTime', []),
    },
  };
  return self;
}
