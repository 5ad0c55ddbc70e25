import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import type { DeviceLine } from '../activities/ledger/port.js';
import type { ProblemDocument } from '../api/errors.js';
import type { ShownCase } from '../api/views.js';
import type { ApiClient } from '../cli/client.js';
import { sentences } from '../cli/print.js';
import { townTables } from '../embedded/sample-town.js';
import { stateFiles } from '../embedded/state.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { Draft } from '../workflows/trial-campaign/contract.js';
import type { TrialCampaign } from '../workflows/trial-campaign/rules.js';
import type { TrialSection } from '../workflows/trial-section/rules.js';
import type { Order, Report } from './campaign-check-main.js';
import { eachOf, reportOf } from './crowd.js';
import { homeDay } from './day.js';
import { Differs, patiently } from './player.js';
import { Teleworkers } from './teleworkers.js';

const [campaigns, sections, loans, days] = [
  casePaths['trial-campaign'],
  casePaths['trial-section'],
  casePaths['device-loan'],
  casePaths['telework-day'],
];
/** What goes out with a laptop, and comes back. */
const accessories = ['charger'];
const wiped = { method: 'purge', tool: 'WipeDrive', toolVersion: '9.2', dataClass: 'confidential' };
/** What somebody had begun outside who was killed is begun again a minute later; that may happen more than once. */
const begunAgainMs = 240_000;

/** Somebody with a slot. */
export interface Slotted {
  staff: string;
  /** The section's case. */
  section: string;
  department: string;
}

/** A trial campaign as the people of a town carry it out: HR draws it up, members plan and telework, heads approve, IT lends. */
export class Trial extends Teleworkers {
  /** Its case, once it is filed. */
  campaign = '';

  /** So many laptops in the common pool, and none in any other: what departments had is moved there, the rest registered. */
  async gatherLaptops(count: number): Promise<void> {
    const own = (await this.#laptops()).filter(({ networkZone }) => networkZone !== 'myNumber');
    for (const device of own) if (device.pool !== 'common') await this.#inMaster(device, 'move', { pool: 'common' });
    await this.registerLaptops(count - own.length, 'N');
  }

  /** IT brings a list of new ones. */
  async registerLaptops(count: number, series: string): Promise<void> {
    const tags = Array.from({ length: count }, (_, nth) => `PC-${series}${`${nth + 1}`.padStart(3, '0')}`);
    const rows = tags.map((tag) => `${tag},laptop,common,北斗電子,Hokuto LiteBook 14,${tag},internet,`);
    const content = `${[townTables['devices.csv'].join(), ...rows].join('\n')}\n`;
    await (await this.#it()).ask('/imports/devices', { method: 'POST', file: { type: 'text/csv', content } });
  }

  /** What the pack proposes. */
  async defaults(): Promise<Draft> {
    return (await this.look<{ draft: Draft }>(this.hr, `${campaigns}/defaults`)).draft;
  }

  async file(draft: Draft): Promise<void> {
    const { id } = await this.act<ShownCase>(this.hr, campaigns, { draft });
    this.campaign = id;
  }

  /** A step of HR's. */
  async direct(step: string, body: object = {}): Promise<void> {
    await this.act(this.hr, `${campaigns}/${this.campaign}/steps/${step}`, body);
  }

  /** 試算, until there is an answer. */
  async plan(): Promise<void> {
    await this.direct('plan');
    await patiently('the plan', async () => (await this.state()).status === 'planned', begunAgainMs);
  }

  /** 周知, until all sections are open and have what is lent to them. */
  async announce(): Promise<void> {
    await this.direct('announce');
    await patiently('the sections', async () => !(await this.state()).opening, begunAgainMs);
    await this.crowd.settled();
  }

  async state(): Promise<TrialCampaign> {
    return (await this.look<ShownCase>(this.hr, `${campaigns}/${this.campaign}`)).state as TrialCampaign;
  }

  async section(id: string, reader = this.hr): Promise<TrialSection> {
    return (await this.look<ShownCase>(reader, `${sections}/${id}`)).state as TrialSection;
  }

  /** A step in a section. */
  async inSection(staff: string, { section }: Pick<Slotted, 'section'>, step: string, body: object): Promise<void> {
    await this.act(staff, `${sections}/${section}/steps/${step}`, body);
  }

  /** Who is to telework on the date. */
  slotted(date: string): Promise<readonly Slotted[]> {
    return this.crowd.rows<Slotted>(
      `select staff, case_id as section, department from trial_members
       where campaign = $1 and exists (select from json_to_recordset(slots) as slot (date date) where slot.date = $2) order by staff`,
      [this.campaign, date],
    );
  }

  /** Form 2 of everybody who is to telework on the date. Who has no device yet cannot: the next morning looks for another day. */
  async planDays(date: string): Promise<void> {
    const { source } = (await this.state()).draft.devices;
    const plan = { ...homeDay, device: source === 'pool' ? 'lent' : source, date };
    await eachOf(await this.slotted(date), async ({ staff }) => {
      if (!this.isThere(staff)) return;
      const { status, body } = await this.crowd.post<ShownCase & ProblemDocument>(staff, days, { plan }, `plan-${date}`);
      if (status < 300) {
        this.planned.set(body.id, { staff, date, form: plan.form });
        this.taken += 1;
      } else if (body.errors?.[0]?.code !== 'deviceNotReserved')
        throw new Differs(`a plan for ${date}: ${sentences(body, 'telework-day')}`);
    });
  }

  /** IT makes the devices of the date ready and hands them over, in bulk. */
  async lend(date: string): Promise<void> {
    const tagOf = new Map(
      (await this.#laptops()).flatMap(({ assetTag, custody, reservations }) =>
        reservations.flatMap(({ from, caseId }) => (from === date && caseId !== custody?.caseId ? [[caseId, assetTag] as const] : [])),
      ),
    );
    const ids = [...tagOf.keys()];
    const prepared = (id: string) => ({ assetTag: tagOf.get(id) ?? '', fingerprintEnrolled: false, accessories });
    await this.#lending(0, 'prepare', await this.#loans('reserved', ids), prepared);
    await this.#lending(0, 'handOver', await this.#loans('prepared', ids));
  }

  /** What was out until before the date comes back, is wiped by one of IT, and confirmed by another, who has not borrowed it themselves. */
  async bringBack(before: string): Promise<void> {
    const out = await this.crowd.rows<{ id: string; staff: string }>(
      "select case_id as id, staff from cases where procedure = 'device-loan' and status = 'handedOver' and state->>'until' < $1 order by filing",
      [before],
    );
    const ids = out.map(({ id }) => id);
    const own = new Set(out.flatMap(({ id, staff }) => (staff === this.stage.sample.accounts.it[1] ? [id] : [])));
    await this.#lending(0, 'takeBack', ids, () => ({ accessories }));
    await this.#lending(0, 'erase', await this.#loans('returned', ids), () => wiped);
    const erased = await this.#loans('erased', ids);
    const others = erased.filter((id) => !own.has(id));
    await this.#lending(1, 'confirmErasure', others);
    await this.#lending(2, 'confirmErasure', [...own]);
  }

  /** Members sign for their devices and begin the day; who does not, does neither. */
  override async begin(date: string, does: (staff: string) => boolean = () => true): Promise<void> {
    const out = await this.crowd.rows<{ id: string; staff: string }>(
      `select case_id as id, staff from cases where procedure = 'device-loan' and status = 'handedOver' and state->'request'->>'from' = $1
       and state->>'received' is null and state->>'recalled' is null`,
      [date],
    );
    await eachOf(out, async ({ id, staff }) => {
      if (does(staff) && this.isThere(staff)) await this.take(staff, `${loans}/${id}`, 'receive', { terms: this.stage.place.terms });
    });
    await super.begin(date, does);
  }

  /** Somebody is no member of any section any more, or of another one: the directory says so. */
  async inDirectory(staff: string, change: { department: string } | 'leaves'): Promise<void> {
    const { settings, sample } = this.stage;
    const { dn = '' } = this.residents.get(staff) ?? {};
    const [type, values] = change === 'leaves' ? ['pwdAccountLockedTime', ['000001010000Z']] : ['departmentNumber', [change.department]];
    const client = new Client({ url: settings.DIRECTORY_URL ?? '' });
    await client.bind(sample.accounts.service.dn, sample.accounts.service.password);
    await client.modify(
      dn,
      new Change({ operation: 'replace', modification: new Attribute({ type: type as string, values: values as string[] }) }),
    );
    await client.unbind();
    if (change === 'leaves') this.gone.add(staff);
  }

  /** So many devices that are promised to somebody, and here, are broken. */
  async sendToRepair(count: number): Promise<void> {
    const promised = (await this.#laptops()).filter(
      ({ status, custody, reservations }) => status === 'available' && !custody && reservations.length,
    );
    for (const device of promised.slice(0, count)) await this.#inMaster(device, 'repair');
  }

  async backFromRepair(): Promise<void> {
    for (const device of (await this.#laptops()).filter(({ status }) => status === 'inRepair')) await this.#inMaster(device, 'repaired');
  }

  /** HR brings what the attendance system has seen. */
  async bringAttendance(staff: string, date: string): Promise<void> {
    const content = `staff_number,date\n${staff},${date}\n`;
    const hr = await this.stage.place.clientOf(this.hr);
    await hr.ask('/imports/observed', { method: 'POST', file: { type: 'text/csv', content } });
  }

  /** Has the other program look. */
  async check(): Promise<Report> {
    const { settings, sample, stateDir } = this.stage;
    const [{ today = '' } = {}] = await this.crowd.rows<{ today: string }>(
      "select to_char((now() + offset_ms * interval '1 millisecond') at time zone 'Asia/Tokyo', 'YYYY-MM-DD') as today from town_clock",
    );
    const order: Order = {
      databaseUrl: settings.DATABASE_URL ?? '',
      directory: { url: settings.DIRECTORY_URL ?? '', base: sample.baseDn, ...sample.accounts.service },
      mails: join(stateFiles(stateDir).city, 'mails'),
      campaign: this.campaign,
      today,
    };
    return reportOf<Report>('campaign-check-main.ts', order);
  }

  async #lending(who: 0 | 1 | 2, step: string, ids: readonly string[], bodyOf?: (id: string) => object): Promise<void> {
    const it = this.stage.sample.accounts.it[who];
    this.taken += await this.crowd.inBulk(it, { procedure: 'device-loan', step }, ids, bodyOf);
  }

  async #loans(status: string, ids: readonly string[]): Promise<readonly string[]> {
    const rows = await this.crowd.rows<{ id: string }>(
      'select case_id as id from cases where case_id = any($1) and status = $2 order by filing',
      [ids, status],
    );
    return rows.map(({ id }) => id);
  }

  async #inMaster({ assetTag, version }: DeviceLine, act: string, body: object = {}): Promise<void> {
    await (await this.#it()).ask(`/devices/${assetTag}/steps/${act}`, { method: 'POST', body, version: `"${version}"` });
  }

  async #laptops(): Promise<readonly DeviceLine[]> {
    const { items, cursor } = await this.look<{ items: readonly DeviceLine[]; cursor?: string }>(
      this.stage.sample.accounts.it[0],
      '/devices?limit=200&kind=laptop',
    );
    if (cursor) throw new Differs('a town with more laptops than one page shows is too large for a tour');
    return items;
  }

  #it(): Promise<ApiClient> {
    return this.stage.place.clientOf(this.stage.sample.accounts.it[0]);
  }
}
