import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import type { ShownCase } from '../api/views.js';
import { table } from '../cli/print.js';
import { loadPack } from '../config/policy/pack.js';
import { stateFiles } from '../embedded/state.js';
import { Crowd, eachOf, numberIn, type Resident as Person, reportOf } from './crowd.js';
import { at } from './day.js';
import type { Order, Report } from './registration-year-check-main.js';
import type { Stage } from './stage.js';

/** Somebody of the town. */
interface Resident extends Person {
  /** Their registration, once it is filed. */
  id?: string;
}

const procedure = 'registration';
const transfers = 300;
/** Of 130 that are filed some are withdrawn at once. */
const filedBefore = 130;

/**
 * A fiscal year of registrations for a whole town, on the town's clock: everybody files, heads decide in bulk, some are sent back, revoked, suspended, change; in February the renewals, on 31 March what
 * nobody renewed ends, on 1 April 300 people move, lead another department or leave, while 120 applications are open. Three times in the year a program that shares no code with the product looks for
 * what should not be (`registration-year-check-main.ts`).
 */
export async function playRegistrationYear(stage: Stage): Promise<boolean> {
  const town = new Year(stage);
  const steps: [string, () => Promise<string>][] = [
    ['2027-04-05', () => town.file(({ nth }) => nth % 8 < 3)],
    ['2027-04-07', () => town.decide()],
    ['2027-04-09', () => town.decide()], // What was sent back has been filed again.
    ['2027-07-01', () => town.file(({ nth }) => nth % 8 >= 3 && nth % 8 < 6)],
    ['2027-07-05', () => town.decide()],
    ['2027-07-07', () => town.decide()],
    ['2027-10-01', () => town.middle()],
    ['2027-11-01', () => town.check()],
    ['2028-02-07', () => town.confirm()],
    ['2028-02-29', () => town.renew()], // The day that a year has once in four.
    ['2028-03-30', () => town.file(({ nth }) => nth % 8 >= 6, filedBefore)],
    ['2028-04-01', () => town.transfer()],
    ['2028-04-04', () => town.check()],
    ['2028-04-05', () => town.decide()],
    ['2028-04-20', () => town.check()],
  ];
  const began = performance.now();
  for (const [date, step] of steps) {
    await town.until(date);
    console.log(`${date}  ${await step()}  (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
  console.log(table(await town.counts()));
  console.log(town.findings.length ? '違います / differs' : '誤りは見つかりません / nothing is found that should not be');
  return town.findings.length === 0;
}

class Year {
  readonly findings: string[] = [];
  readonly #stage: Stage;
  #residents: readonly Resident[];
  readonly #left: Order['left'][number][] = [];
  readonly #crowd: Crowd;
  #heads: ReadonlySet<string>;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#crowd = new Crowd(stage);
    this.#residents = this.#crowd.residents();
    this.#heads = new Set(this.#crowd.heads().values());
  }

  /** The morning of the date, by the town's clock, with every round on the way. */
  until(date: string): Promise<void> {
    return this.#stage.passUntil(at(date, '09:00'));
  }

  /** Form 1 of everybody whose turn it is, at most so many. */
  async file(turn: (resident: Resident) => boolean, most = Number.POSITIVE_INFINITY): Promise<string> {
    const refused = new Map<string, number>();
    let filed = 0;
    await eachOf(
      this.#residents.filter((one) => !one.id && turn(one)).slice(0, Number.isFinite(most) ? 2 * most : undefined),
      async (resident) => {
        if (filed >= most) return;
        filed += 1;
        const { status, body } = await this.#crowd.post<ShownCase & { errors?: readonly { code: string }[] }>(
          resident.staffNumber,
          '/registrations',
          { form: formOf(resident) },
        );
        if (status < 300) {
          resident.id = body.id;
          if (resident.nth % 29 === 0) await this.#take(resident.staffNumber, resident.id, 'withdraw', {});
          return;
        }
        filed -= 1;
        const code = body.errors?.[0]?.code ?? `${status}`;
        refused.set(code, (refused.get(code) ?? 0) + 1);
      },
    );
    const because = [...refused].map(([code, times]) => `${times} ${code}`).join(', ');
    return `${filed} 件の申請 / filed, 断られた / refused: ${because || 0}`;
  }

  /** What waits for the heads: most is approved in bulk, some is sent back, some refused; what was sent back is filed again. */
  async decide(): Promise<string> {
    const residents = new Map(this.#residents.map((one) => [one.id, one]));
    const done = { approve: 0, sendBack: 0, refuse: 0, refile: 0 };
    await eachOf([...this.#heads], async (head) => {
      const approvals: string[] = [];
      for (const id of await this.#tasks(head, 'approve')) {
        const { nth = 1 } = residents.get(id) ?? {};
        const how = nth % 41 === 0 ? 'refuse' : nth % 23 === 0 && !this.#sentBack.has(id) ? 'sendBack' : 'approve';
        if (how === 'approve') approvals.push(id);
        else
          await this.#take(
            head,
            id,
            how,
            how === 'refuse' ? { reason: '業務に支障がある。' } : { remarks: '電話番号を確認してください。' },
          );
        if (how === 'sendBack') this.#sentBack.add(id);
        if (how !== 'approve') done[how] += 1;
      }
      const approved = await this.#inBulk(head, 'approve', approvals);
      done.approve += approved;
    });
    await eachOf(
      this.#residents.filter(({ id = '' }) => this.#sentBack.has(id)),
      async (resident) => {
        const { id = '', staffNumber } = resident;
        const { body } = await (await this.#stage.place.clientOf(staffNumber)).send<ShownCase>(`/registrations/${id}`);
        if (body.status !== 'sentBack') return;
        await this.#take(staffNumber, id, 'refile', { form: formOf(resident) });
        done.refile += 1;
      },
    );
    return Object.entries(done)
      .map(([step, times]) => `${times} ${step}`)
      .join(', ');
  }

  readonly #sentBack = new Set<string>();

  /** What happens in the middle of a year: some rest and come back, some are revoked, some withdraw, some move house. */
  async middle(): Promise<string> {
    const done: Record<string, number> = {};
    const headOf = new Map<string, string>();
    await eachOf([...this.#heads], async (head) => {
      for (const id of await this.#tasks(head, 'revoke')) headOf.set(id, head);
    });
    await eachOf(
      this.#residents.filter(({ id }) => id && headOf.has(id)),
      async (resident) => {
        const { id = '', nth, staffNumber } = resident;
        const head = headOf.get(id) ?? '';
        const step = [31, 37, 43, 47].map((every) => nth % every === 0).indexOf(true);
        if (step === 0) {
          await this.#take(head, id, 'suspend', { reason: '長期の研修のため。' });
          if (nth % 2) await this.#take(head, id, 'resume', {});
        } else if (step === 1) await this.#take(head, id, 'revoke', { reason: '業務執行が滞ったため。' });
        else if (step === 2) await this.#take(staffNumber, id, 'withdraw', {});
        else if (step === 3) {
          await this.#take(staffNumber, id, 'change', { form: { ...formOf(resident), address: '凪沢市新町2-2' } });
          await this.#take(head, id, 'decideChange', { granted: nth % 2 === 0 });
        } else return;
        const name = ['suspend', 'revoke', 'withdraw', 'change'][step] ?? '';
        done[name] = (done[name] ?? 0) + 1;
      },
    );
    return Object.entries(done)
      .map(([step, times]) => `${times} ${step}`)
      .join(', ');
  }

  /** February: eight of ten sign for the next year, some with a correction. */
  async confirm(): Promise<string> {
    let signed = 0;
    await eachOf(
      this.#residents.filter(({ id, nth }) => id && nth % 10 < 8),
      async (resident) => {
        const { id = '', staffNumber, nth } = resident;
        const { body } = await (await this.#stage.place.clientOf(staffNumber)).send<ShownCase>(`/registrations/${id}`);
        if (!body.due?.some((one) => one.step === 'confirmRenewal' && 'mine' in one)) return;
        await this.#take(staffNumber, id, 'confirmRenewal', nth % 20 === 2 ? { form: formOf(resident) } : {});
        signed += 1;
      },
    );
    return `${signed} 件の更新の確認 / confirmed for the next year`;
  }

  /** The heads renew in bulk what was signed; one in fifty is left lying. */
  async renew(): Promise<string> {
    const left = new Set(this.#residents.flatMap(({ id, nth }) => (id && nth % 50 === 3 ? [id] : [])));
    let renewed = 0;
    await eachOf([...this.#heads], async (head) => {
      const ids = (await this.#tasks(head, 'renew')).filter((id) => !left.has(id));
      const done = await this.#inBulk(head, 'renew', ids);
      renewed += done;
    });
    return `${renewed} 件を一括更新 / renewed in bulk`;
  }

  /** 1 April: pairs of heads change places, some people leave, heads among them, and are followed; everybody else moves one department on. */
  async transfer(): Promise<string> {
    const { sample, settings, stateDir } = this.#stage;
    const { password: _password, service, it, ...others } = sample.accounts;
    const known = new Set([...Object.values(others), ...it]);
    const units = sample.entries.flatMap(({ dn, attributes }) => {
      const { ou: [id] = [], seeAlso: [head] = [] } = attributes;
      return id && head && id !== 'units' ? [{ id, dn, head: numberIn(head) }] : [];
    });
    const ledOnce = new Map(units.map((unit) => [unit.head, unit]));
    const single = (one: Resident) => one.departments.length === 1 && !known.has(one.staffNumber);
    const unitsOfTheirs = units.filter(
      ({ head }) =>
        units.filter((one) => one.head === head).length === 1 && this.#residents.some((one) => one.staffNumber === head && single(one)),
    );
    const swapping = unitsOfTheirs.slice(0, 24);
    const staff = this.#residents.filter((one) => single(one) && !ledOnce.has(one.staffNumber));
    const inDepartment = (id: string) => staff.find(({ departments: [main] }) => main === id);
    const leavingHeads = unitsOfTheirs
      .slice(24)
      .map((unit) => ({ ...unit, follower: inDepartment(unit.id) }))
      .filter(hasFollower)
      .slice(0, 6);
    const followers = leavingHeads.map(({ follower }) => follower);
    const rest = staff.filter((one) => !followers.includes(one));
    const leaving = [...leavingHeads.map(({ head }) => this.#resident(head)), ...rest.filter(({ nth }) => nth % 9 === 4).slice(0, 34)];
    const moving = rest.filter((one) => !leaving.includes(one)).slice(0, transfers - swapping.length - leaving.length);
    const departments = [...new Set(staff.map(({ departments: [one = ''] }) => one))];

    const client = new Client({ url: settings.DIRECTORY_URL ?? '' });
    await client.bind(service.dn, service.password);
    const replace = (dn: string, type: string, values: string[]) =>
      client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }));
    for (let one = 0; one + 1 < swapping.length; one += 2) {
      const pair = [swapping[one], swapping[one + 1]] as const;
      for (const [from, to] of [pair, [pair[1], pair[0]]] as const) {
        if (!from || !to) continue;
        await replace(this.#resident(from.head).dn, 'departmentNumber', [to.id]);
        await replace(to.dn, 'seeAlso', [this.#resident(from.head).dn]);
      }
    }
    for (const { dn, follower } of leavingHeads) await replace(dn, 'seeAlso', [follower.dn]);
    for (const {
      dn,
      departments: [from = ''],
    } of moving)
      await replace(dn, 'departmentNumber', [departments[(departments.indexOf(from) + 1) % departments.length] ?? '']);
    await this.#crowd.settled();
    const lastMail = Math.max(
      0,
      ...(await readdir(join(stateFiles(stateDir).city, 'mails'))).map((name) => Number.parseInt(name, 10) || 0),
    );
    for (const { dn, staffNumber, mail } of leaving) {
      await replace(dn, 'pwdAccountLockedTime', ['000001010000Z']);
      this.#left.push({ staffNumber, address: mail, lastMail });
    }
    await client.unbind();
    const gone = new Set(leaving.map(({ staffNumber }) => staffNumber));
    this.#residents = this.#residents.filter(({ staffNumber }) => !gone.has(staffNumber));
    this.#heads = new Set([...this.#heads, ...followers.map(({ staffNumber }) => staffNumber)].filter((head) => !gone.has(head)));
    const open = await this.#count("status = 'filed'");
    return `${swapping.length + leaving.length + moving.length} 人の異動 / transfers: ${moving.length} 人が転出入 / move, ${swapping.length} 人の所属長が交替 / heads change places, ${leaving.length} 人が退職 / leave (${leavingHeads.length} heads); ${open} 件の申請中 / applications open`;
  }

  /** Has the other program look. */
  async check(): Promise<string> {
    await this.#crowd.settled();
    const { settings, sample, stateDir } = this.#stage;
    const { values } = loadPack(settings.POLICY_PACK ?? 'oyama');
    const city = stateFiles(stateDir).city;
    const order: Order = {
      databaseUrl: settings.DATABASE_URL ?? '',
      directory: { url: settings.DIRECTORY_URL ?? '', base: sample.baseDn, ...sample.accounts.service },
      mails: join(city, 'mails'),
      directoryChanges: join(city, 'directory-changes.ndjson'),
      remoteAccess: values.ictMethod !== 'none',
      deputies: values.acting.order,
      today: await this.#today(),
      left: this.#left,
    };
    const { findings, looked } = await reportOf<Report>('registration-year-check-main.ts', order);
    this.findings.push(...findings);
    for (const finding of findings) console.log(`違います / differs: ${finding}`);
    const seen = Object.entries(looked)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
    return `${findings.length} 件の誤り / findings; ${seen}`;
  }

  /** How many registrations stand how. */
  async counts(): Promise<string[][]> {
    const { rows } = await this.#stage.sources.pool.query<{ status: string; cause: string | null; count: string }>(
      "select status, state->>'cause' as cause, count(*) from cases where procedure = 'registration' group by 1, 2 order by 1, 2",
    );
    return rows.map(({ status, cause, count }) => [status, cause ?? '', `${count}`]);
  }

  #resident(staffNumber: string): Resident {
    const found = this.#residents.find((one) => one.staffNumber === staffNumber);
    if (!found) throw new Error('a head who is nobody of the town');
    return found;
  }

  async #today(): Promise<string> {
    const { rows } = await this.#stage.sources.pool.query<{ today: string }>(
      "select to_char((now() + offset_ms * interval '1 millisecond') at time zone 'Asia/Tokyo', 'YYYY-MM-DD') as today from town_clock",
    );
    return rows[0]?.today ?? '';
  }

  async #count(where: string): Promise<number> {
    const { rows } = await this.#stage.sources.pool.query<{ count: string }>(
      `select count(*) from cases where procedure = 'registration' and ${where}`,
    );
    return Number(rows[0]?.count);
  }

  /** The registrations of which the step waits for the person. */
  #tasks(staffNumber: string, step: string): Promise<readonly string[]> {
    return this.#crowd.tasks(staffNumber, { procedure, step });
  }

  #inBulk(staffNumber: string, step: string, ids: readonly string[]): Promise<number> {
    return this.#crowd.inBulk(staffNumber, { procedure, step }, ids);
  }

  #take(staffNumber: string, id: string, step: string, body: object): Promise<void> {
    return this.#crowd.take(staffNumber, { procedure, step, id }, body);
  }
}

const hasFollower = <Unit extends { follower: Resident | undefined }>(unit: Unit): unit is Unit & { follower: Resident } =>
  unit.follower !== undefined;

/** Form 1, with a reason that ends in the year for one in seventeen. */
const formOf = ({ nth }: Resident) => ({
  forms: ['home'],
  workplace: 'ownHome',
  address: `凪沢市本町${nth}-1`,
  phone: '000-0000-0000',
  reason: 'child',
  ...(nth % 17 === 0 && { reasonEnds: '2027-12-31' }),
  frequency: { days: 1, per: 'week' },
});
