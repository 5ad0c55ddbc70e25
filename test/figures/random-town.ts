import { randomUUID } from 'node:crypto';
import type { CaseRow, LedgerEntry, LedgerEvent, ProcedureName } from '../../activities/ledger/port.js';
import { type Calendar, fiscalYear, lastDateOf, municipalCalendar, nextMonth, today } from '../../config/calendar.js';
import { figurePolicy, loadPack, type PolicyPack } from '../../config/policy/pack.js';
import { employmentKinds } from '../../config/policy/schema.js';
import * as loanRules from '../../workflows/device-loan/rules.js';
import * as registrationRules from '../../workflows/registration/rules.js';
import type { LedgerRules } from '../../workflows/shared/case.js';
import { dayOn, monthsOf } from '../../workflows/shared/dates.js';
import { entryOf } from '../../workflows/shared/entry.js';
import type { Plan, Unit } from '../../workflows/telework-day/contract.js';
import * as dayRules from '../../workflows/telework-day/rules.js';
import * as sectionRules from '../../workflows/trial-section/rules.js';
import * as loanCases from '../device-loan/cases.js';
import { dice } from '../ledger/chance.js';
import { untilThere } from '../ledger/loan.js';
import { freshKey, type Town, town } from '../ledger/town.js';
import { campaign } from '../ledger/trial.js';
import * as registrationCases from '../registration/cases.js';
import * as dayCases from '../telework-day/cases.js';

/** A town in which chance has its way for a year or two. */
export interface RandomTown extends Town {
  pack: PolicyPack;
  calendar: Calendar;
  closures: readonly string[];
  /** 年度 that the town's months lie in. */
  years: readonly number[];
}

/** Somebody's life with the programme, one act after the other: each yields the instant at which it goes on. */
type Life = AsyncGenerator<number, void>;

const departments = ['soumu', 'zeimu', 'fukushi', 'doboku', 'kyouiku'];
/** First days of fiscal years with an era's end, a 29 February, both in two of them, or nothing of the kind. */
const firstYears = [2018, 2019, 2023, 2026, 2027, 2031];

/**
 * Lives through a town. `look` is called when files of the personnel office are about to take the place of others, and at the end: then the ledger holds all that the months taken so far were made of.
 * `frozen`: for each month at the instant at which it was.
 */
export async function liveThrough(
  seed: number,
  { look, frozen }: { look?: (town: RandomTown) => Promise<void>; frozen?: (town: RandomTown, month: string) => Promise<void> },
): Promise<RandomTown> {
  const roll = dice(seed);
  const chance = (percent: number): boolean => roll(100) < percent;
  const one = <Item>(items: readonly Item[]): Item => items[roll(items.length)] as Item;
  const between = (least: number, most: number): number => least + roll(most - least + 1);

  const firstYear = one(firstYears);
  const begin = chance(50) ? `${firstYear}-04-01` : dayOn(`${firstYear}-04-01`, roll(200));
  const months: string[] = [];
  const length = one([5, 8, 12, 14, 20]);
  for (let month = begin.slice(0, 7); months.length < length; month = nextMonth(month)) months.push(month);
  const end = lastDateOf(months.at(-1) as string);
  const pack = packOf();
  const policy = figurePolicy(pack);
  const years = [...new Set(months.map((month) => fiscalYear(`${month}-01`)))];
  const closures = months.filter(() => chance(15)).map((month) => `${month}-0${between(1, 5)}`);
  const calendar = municipalCalendar(new Set(closures));
  const t = await town({ connections: 4, calendar });
  const self: RandomTown = { ...t, pack, calendar, closures, years };

  /** Of a date in Tokyo; never on a whole second, as rounds are. The edges of the days of Tokyo and of Greenwich are as likely as all hours between. */
  const instant = (date: string, time?: string): number => {
    const at = time ?? one(['00:00', '08:59', '09:00', '23:59', '12:00', `${between(10, 22)}:${between(10, 59)}`]);
    return Date.parse(`${date}T${at}:00+09:00`) + (at.endsWith('59') ? 59_000 : 0) + between(1, 999);
  };
  /** In the town's time, and as likely as not at the edge of a month. */
  const someDate = (): string => {
    const month = one(months);
    const date = one([`${month}-01`, lastDateOf(month), dayOn(`${month}-01`, roll(28)), dayOn(`${month}-01`, roll(28))]);
    return [begin, date].sort()[1] as string;
  };
  const now = (): number => t.clock.now().getTime();
  const later = (days: number): number => instant(dayOn(today(new Date(now()).toISOString()), days));

  const people = Array.from({ length: one([10, 20, between(5, 12), between(5, 25), between(5, 60)]) }, (_, index) => `${4001 + index}`);
  /** Whoever moves does so once, on the first of a month or in its midst. */
  const moves = new Map(people.filter(() => chance(20)).map((staff) => [staff, { on: someDate(), to: one(departments) }]));
  const homes = new Map(people.map((staff) => [staff, one(departments)]));
  const departmentOn = (staff: string, date: string): string => {
    const move = moves.get(staff);
    return (move && move.on <= date ? move.to : homes.get(staff)) ?? '';
  };
  const emergencies: { id: string; from: string; until: string }[] = [];
  const lives: { at: number; life: Life }[] = [];
  const begins = (at: number, life: Life) => lives.push({ at, life });

  /** Takes a step in the ledger if it is due there, and writes down what the ledger says then. */
  async function take<State extends object, Event extends LedgerEvent>(
    procedure: ProcedureName,
    rules: LedgerRules<State, Event>,
    caseId: string,
    event: Event,
  ): Promise<boolean> {
    const row = await untilThere(() => t.ledger.caseById(caseId));
    const news = row && !row.closed && procedure === 'device-loan' ? await t.ledger.look({ ...row, seq: row.seq + 1 }) : undefined;
    if (row && news?.next) {
      await write(rules, { caseId, procedure, seq: row.seq + 1 }, { event: news.next as Event, before: row.state as State });
      return take(procedure, rules, caseId, event);
    }
    if (row && !rules.due(row.state as State).some(({ step }) => step === event.name)) return false;
    return write(rules, { caseId, procedure, seq: (row?.seq ?? 0) + 1 }, { event, ...(row && { before: row.state as State }) });
  }

  async function write<State extends object, Event extends LedgerEvent>(
    rules: LedgerRules<State, Event>,
    place: Pick<LedgerEntry, 'caseId' | 'procedure' | 'seq'>,
    { event, before }: { event: Event; before?: State },
  ): Promise<boolean> {
    const after = rules.apply(before, event);
    const { mails: _mails, ...entry } = entryOf(rules, place, { event, after, before });
    const { refuses, next } = await untilThere(() => t.ledger.append(entry));
    if (refuses) return false;
    if (next) await write(rules, { ...place, seq: place.seq + 1 }, { event: next as Event, before: after });
    return true;
  }

  const stateOf = async (caseId: string): Promise<CaseRow['state'] | undefined> => (await t.ledger.caseById(caseId))?.state;
  /** The head decides, or somebody in the head's place. */
  const headOf = (department: string) => ({
    by: '3001',
    as: `head:${department}` as const,
    ...(chance(25) && { by: '3002', onBehalfOf: '3001' }),
  });
  const me = (staff: string) => ({ by: staff, as: `staff:${staff}` as const });

  /** A telework day that comes as far as chance lets it, or is begun without a plan. */
  async function* day(staff: string, date: string, unit: Unit): Life {
    const caseId = `day-${staff}-${date}-${unit}`;
    const department = departmentOn(staff, date);
    const plan = planOf(date, unit);
    const request = { staff, department, approver: `head:${department}` as const, plan, ...endsOf(date) };
    const does = (event: { name: string; input: object }) =>
      take('telework-day', dayRules, caseId, { ...event, key: freshKey() } as Parameters<typeof dayRules.apply>[1]);
    const self = me(staff);
    if (chance(25)) {
      yield instant(date);
      await does({ name: 'startUnplanned', input: { ...self, ...dayCases.request(request), at: iso() } });
    } else {
      yield instant(dayOn(date, -between(1, 9)));
      await does({ name: 'plan', input: { ...self, urgent: false, ...dayCases.request(request) } });
      if (chance(15)) {
        await does({ name: 'sendBack', input: { ...headOf(department), remarks: dayCases.words('remarks') } });
        if (chance(80)) await does({ name: 'replan', input: { ...self, urgent: false, plan: planOf(date, unit), ...endsOf(date) } });
      }
      if (chance(5)) await does({ name: 'withdraw', input: self });
      yield Math.min(later(1), instant(date, '00:00'));
      const decision = chance(92) ? 'approve' : 'refuse';
      await does({ name: decision, input: { ...headOf(department), ...(decision === 'refuse' && { reason: dayCases.words('reason') }) } });
      if (chance(10)) return;
      yield instant(date);
      if (chance(15)) yield later(one([5, 40, 80])); // Recorded when its month is long frozen.
      await does({ name: 'start', input: { ...self, at: iso() } });
    }
    const settles = async () => {
      if (chance(70)) await does({ name: 'confirm', input: { ...headOf(department), granted: chance(60) } });
    };
    if (chance(40)) await settles();
    if (chance(10)) await does({ name: 'takeLeave', input: { ...self, leave: { from: '15:00', until: '16:00', kind: 'care' } } });
    if (chance(10)) return;
    await does({ name: 'end', input: { ...self, at: iso() } });
    if (chance(30)) return;
    yield later(one([0, 1, 3, 40]));
    await does({ name: 'report', input: { ...self, at: iso(), ...dayCases.result } });
    yield later(one([0, 2, 100]));
    await settles();
    if (chance(50)) await does({ name: 'acceptReport', input: headOf(department) });
  }

  const iso = () => new Date(now()).toISOString();
  const endsOf = (date: string) => ({ answerBy: calendar.endOfDay(dayOn(date, -1)), reportBy: calendar.endOfDay(dayOn(date, 3)) });

  function planOf(date: string, unit: Unit): Plan {
    const tables = {
      day: dayCases.wholeTable,
      morning: dayCases.morningTable,
      afternoon: dayCases.afternoonTable,
      hours: [dayCases.line(one(['08:30-09:15', '10:00-11:45', '10:00-10:15']))],
    };
    const declared = emergencies.find(({ from, until }) => from <= date && date <= until);
    const form = one(['home', 'home', 'home', 'mobile', 'satellite'] as const);
    const { workplace: _workplace, ...plan } = dayCases.plan({ date, form, unit, table: tables[unit] });
    return { ...plan, ...(declared && chance(60) && { ordered: declared.id }) };
  }

  /** A loan from its request on, with all that can happen to a device; half of them are brought in order in time. */
  async function* loan(nth: number, section?: string): Life {
    const caseId = `loan-${nth}`;
    const staff = one(people);
    const from = today(iso());
    const department = departmentOn(staff, from);
    const request = loanCases.request({
      ...{ borrower: staff, department, approver: `head:${department}`, pools: ['common'] },
      ...{ from, until: dayOn(from, between(3, 40)), periodEnds: calendar.endOfDay(dayOn(from, 60)) },
      policy: { ...loanCases.policy, fingerprintRequired: false, longestDays: 90 },
      ...(section !== undefined && { within: section }),
    });
    const does = (name: string, input: object) =>
      take('device-loan', loanRules, caseId, { name, input, key: freshKey() } as Parameters<typeof loanRules.apply>[1]);
    const it = { by: '9001', as: 'it' as const };
    const { words } = loanCases;
    await does('request', { ...(section === undefined ? me(staff) : { by: 'system' }), urgent: false, ...request });
    yield later(one([0, 0, 1, 3]));
    if (section === undefined)
      await does(chance(90) ? 'approve' : 'refuse', { ...headOf(department), ...(chance(50) && { reason: words }) });
    for (let tries = 0; tries < 8; tries += 1) {
      yield later(one([0, 1, 2, 4, 9]));
      const { device } = ((await stateOf(caseId)) ?? {}) as loanRules.Loan;
      if (!(await does('prepare', { ...it, assetTag: device?.assetTag ?? '', fingerprintEnrolled: true, accessories: ['wire'] }))) continue;
      if (chance(30)) yield later(one([0, 1]));
      if (await does('handOver', it)) break;
    }
    yield later(one([0, 1, 5, 20, 35]));
    if (chance(20)) {
      await does('reportLoss', { ...me(staff), how: one(['loss', 'theft']), report: words });
      yield later(one([0, 3, 30]));
      if (chance(40)) return void (await does('writeOff', { ...it, reason: words }));
      await does('find', { ...it, accessories: [] });
    } else await does('takeBack', { ...it, accessories: ['wire'] });
    for (let tries = 0; tries < 3; tries += 1) {
      yield later(one([0, 0, 1, policy.erasureWithinDays, policy.erasureWithinDays + 1]));
      if (chance(10)) {
        await does('failErasure', { ...it, reason: words });
        await does('destroy', { ...it, certificate: 'C-1' });
        yield later(one([0, 1, policy.erasureWithinDays]));
        if (await does('confirmDestruction', { ...it, by: '9002' })) return;
      }
      await does('erase', { ...it, method: 'purge', tool: 'shred', toolVersion: '9.1', dataClass: 'confidential' });
      yield later(one([0, 0, 1, policy.erasureWithinDays, policy.erasureWithinDays + 1]));
      if (chance(15)) await does('rejectErasure', { ...it, by: '9002', reason: words });
      else if (await does('confirmErasure', { ...it, by: '9002' })) return;
    }
  }

  /** A registration, and what becomes of it. */
  async function* registration(staff: string): Life {
    const caseId = `registration-${staff}`;
    const department = departmentOn(staff, today(iso()));
    const does = (name: string, input: object) =>
      take('registration', registrationRules, caseId, { name, input, key: freshKey() } as Parameters<typeof registrationRules.apply>[1]);
    const request = {
      ...registrationCases.request({ staff, department, approver: `head:${department}` }),
      policy: { ...registrationCases.policy, endsOnTransfer: chance(50), remoteAccess: false },
    };
    const { words } = registrationCases;
    await does('file', { ...me(staff), urgent: false, ...request });
    yield later(one([0, 1, 5]));
    await does(chance(90) ? 'approve' : 'refuse', { ...headOf(department), reason: words('reason') });
    const move = moves.get(staff);
    if (move && instant(move.on) > now()) {
      yield instant(move.on);
      await does('transfer', { by: 'system', department: move.to, approver: `head:${move.to}` });
    }
    for (let turns = roll(4); turns > 0; turns -= 1) {
      yield later(one([3, 30, 70, 200]));
      const step = one(['suspend', 'resume', 'resume', 'change', 'revoke', 'withdraw', 'leave', 'openRenewal', 'notConfirmed'] as const);
      const byHead = { ...headOf(department), reason: words('reason') };
      const inputs = { suspend: byHead, resume: byHead, revoke: byHead, withdraw: me(staff) };
      if (step in inputs) await does(step, inputs[step as keyof typeof inputs]);
      else if (step === 'change') await does(step, { ...me(staff), urgent: false, form: registrationCases.form });
      else await does(step, { by: 'system' });
    }
  }

  /** A trial campaign's section, in which people have questions and troubles, and for which devices are lent. */
  async function* section(department: string): Life {
    const caseId = `section-${department}`;
    const does = (name: string, input: object) =>
      take('trial-section', sectionRules, caseId, { name, input, key: freshKey() } as Parameters<typeof sectionRules.apply>[1]);
    const part = { campaign: 'C', department, plan: 'P', from: begin, until: end, members: [], unit: 'day', others: [], closed: [] };
    await does('openSection', { by: '9', as: 'hr', ...part });
    for (let turns = between(1, 5); turns > 0; turns -= 1) {
      yield later(one([0, 10, 31]));
      await does('raise', {
        by: one(people),
        as: `member:${department}`,
        kind: one(['question', 'trouble', 'trouble']),
        text: dayCases.words('raised'),
      });
      if (chance(30)) begins(later(1), loan(100 + lives.length + roll(1_000_000), caseId));
    }
  }

  /** Rounds come on some business days, and for weeks on none; the last one when everything is due. */
  async function* morningRounds(): Life {
    const last = calendar.addBusinessDays(end, 3 + roll(4));
    for (let date = begin; ; ) {
      date = calendar.addBusinessDays(date, one([1, 2, 5, 9, 14, 20, 45]));
      if (date >= last) date = last;
      yield Date.parse(`${date}T08:30:00+09:00`);
      for (const { month } of await t.ledger.takeMonths(date, policy)) await frozen?.(self, month);
      await t.ledger.roundMade('morning', date);
      if (date === last) return;
      if (chance(15)) await correct();
    }
  }

  /** Any frozen months, however long ago. */
  async function correct(): Promise<void> {
    const versions = (await t.ledger.monthVersions(monthsOf(firstYear)[0] ?? '', end.slice(0, 7))).filter(({ version }) => version > 0);
    if (!versions.length) return;
    for (let turns = between(1, 5); turns > 0; turns -= 1) {
      t.clock.set(new Date(now() + between(1, 999)).toISOString());
      await t.ledger.correctMonth(one(versions).month, policy, { by: '9', reason: randomUUID(), key: freshKey() });
    }
  }

  /** Other files come, which say other things of the past too; HR has months corrected. */
  async function* personnelOffice(): Life {
    await bringFiles();
    for (let turns = roll(3); turns > 0; turns -= 1) {
      yield instant(someDate());
      await look?.(self);
      await bringFiles();
      if (chance(70)) await correct();
    }
  }

  async function bringFiles(): Promise<void> {
    const by = { by: '9' };
    const plain = chance(30);
    const employed = people.filter(() => plain || chance(95)).flatMap((staff) => employmentsOf(staff, plain ? 5 : roll(6)));
    const situations = people
      .filter(() => chance(80))
      .map((staff) => [staff, one(['female', 'female', 'male', 'other']), one(['yes', 'no']), one(['yes', 'no'])].join());
    const said = [
      await t.ledger.importEmployment(['staff_number,kind,from,until,occupation', ...employed].join('\n'), by),
      await t.ledger.importSituations(['staff_number,sex,child,care', ...situations].join('\n'), by),
    ];
    for (const { problems } of said) if (problems.length) throw new Error(JSON.stringify(problems));
  }

  /** One row that holds for good, or several that meet, overlap, or leave a gap between them. */
  function employmentsOf(staff: string, how: number): readonly string[] {
    const [kind, other] = [one(['regular', 'regular', 'regular', ...employmentKinds]), one(employmentKinds)];
    const occupation = one(['clerk', 'clerk', 'fireFighter', 'nurseryTeacher']);
    const row = (is: string, from: string, until: string) => [staff, is, from, until, occupation].join();
    const turn = someDate();
    switch (how) {
      case 0:
        return [row(kind, '2010-04-01', turn), row(other, dayOn(turn, 1), '')];
      case 1:
        return [row(kind, '2010-04-01', turn), row(other, dayOn(turn, between(2, 60)), '')];
      case 2:
        return [row(kind, '2010-04-01', ''), row(other, turn, chance(50) ? dayOn(turn, roll(60)) : '')];
      case 3:
        return [row(kind, turn, '')];
      default:
        return [row(kind, '2010-04-01', '')];
    }
  }

  /** Departments that were renamed, merged or split, mostly at the beginning of a year. */
  async function reorganise(): Promise<void> {
    const lines = Array.from({ length: roll(4) }, () => {
      const on = chance(60) ? `${one(years)}-04-01` : someDate();
      const [some, others] = [
        [one(departments), one(departments)],
        [one([...departments, 'shinsetsu']), one(departments)],
      ];
      const [before, after] = [some.slice(roll(2)), others.slice(roll(2))];
      return before.flatMap((gone) => after.flatMap((come) => (gone === come ? [] : [[on, gone, come].join()])));
    }).flat();
    const { problems } = await t.ledger.importSuccessions(['on,before,after', ...new Set(lines)].join('\n'), { by: '9' });
    if (problems.length) throw new Error(JSON.stringify(problems));
  }

  async function* devices(): Life {
    const register = (assetTag: string, kind: string, networkZone = 'internet') =>
      t.ledger.registerDevice(
        { ...{ assetTag, kind, networkZone, pool: 'common' }, ...{ manufacturer: 'Acme', model: 'A1', serial: assetTag, note: '' } },
        '9',
      );
    const laptops = Array.from({ length: between(1, 5) }, (_, nth) => `PC-${nth + 1}`);
    for (const assetTag of laptops) await register(assetTag, 'laptop');
    if (chance(60)) await register('PC-90', 'laptop', 'myNumber');
    if (chance(60)) await register('W-1', 'wire');
    for (let turns = roll(5); turns > 0; turns -= 1) {
      yield instant(someDate());
      if (chance(40)) {
        laptops.push(`PC-${10 + turns}`);
        await register(`PC-${10 + turns}`, one(['laptop', 'laptop', 'tablet']));
        continue;
      }
      const device = await t.ledger.device(one(laptops));
      const acts = ['retire', 'retire', 'returnLease', 'repair', 'repaired', 'miss', 'find'] as const;
      if (device) await t.ledger.changeDevice(device, { act: one(acts) }, '9');
    }
  }

  function packOf(): PolicyPack {
    const loaded = loadPack('default');
    const { registration, deviceLoan, yearlyReview } = loaded.values;
    const forms = ['home', 'mobile', 'satellite'] as const;
    const planYears = [firstYear - roll(2), firstYear + between(1, 2)] as const;
    const targets = Array.from({ length: planYears[1] - planYears[0] + 1 }, (_, nth) =>
      (['all', ...forms] as const)
        .filter(() => chance(70))
        .map((form) => ({ fiscalYear: planYears[0] + nth, form, value: chance(80) ? roll(80) : null })),
    ).flat();
    const judged = { countedBy: one(['uses', 'people'] as const), countedOver: one(['fiscalYear', 'plan', 'plan'] as const) };
    return {
      ...loaded,
      values: {
        ...loaded.values,
        registration: {
          ...registration,
          forms: forms.filter((form) => form !== 'mobile' || chance(80)),
          employment: employmentKinds.filter((kind) => kind === 'regular' || chance(40)),
          excludedOccupations: chance(50) ? ['fireFighter'] : [],
        },
        deviceLoan: { ...deviceLoan, erasureWithinDays: between(1, 5) },
        yearlyReview: { ...yearlyReview, ...judged, planYears, targets },
      },
    };
  }

  t.clock.set(new Date(instant(begin, '00:00')).toISOString());
  await reorganise();
  for (let nth = roll(3); nth > 0; nth -= 1) {
    const from = someDate();
    const emergency = { id: `emergency-${nth}`, from, until: dayOn(from, roll(40)) };
    emergencies.push(emergency);
    await t.ledger.declareEmergency({ ...emergency, lifts: ['planBy'], reason: randomUUID() }, '1');
  }
  begins(now(), personnelOffice());
  begins(now(), devices());
  begins(now(), morningRounds());
  for (const staff of people) if (chance(70)) begins(instant(someDate()), registration(staff));
  for (let nth = between(2, 14); nth > 0; nth -= 1) begins(instant(someDate()), loan(nth));
  for (const department of departments) if (chance(25)) begins(instant(someDate()), section(department));
  for (const [staff, date, unit] of days()) begins(instant(dayOn(date, -9)), day(staff, date, unit));
  await campaign(t);
  await pass();
  await look?.(self);
  return self;

  /** No two of one person overlap; a morning and an afternoon of one date are two. */
  function days(): readonly (readonly [string, string, Unit])[] {
    const found = new Map<string, readonly [string, string, Unit]>();
    for (let count = between(10, one([40, 120])); count > 0; count -= 1) {
      const [staff, date] = [one(people), someDate()];
      if (found.has(`${staff} ${date}`) || found.has(`${staff} ${date} pm`)) continue;
      const unit = one(['day', 'day', 'morning', 'hours'] as const);
      found.set(`${staff} ${date}`, [staff, date, unit]);
      if (unit === 'morning' && chance(50)) found.set(`${staff} ${date} pm`, [staff, date, 'afternoon']);
    }
    return [...found.values()];
  }

  /** Who is next goes on; whoever would go on after the last round does no more. */
  async function pass(): Promise<void> {
    const over = Date.parse(calendar.endOfDay(calendar.addBusinessDays(end, 7)));
    for (;;) {
      lives.sort((first, second) => first.at - second.at);
      const next = lives.shift();
      if (!next || next.at > over) return;
      t.clock.set(new Date(Math.max(next.at, now() + 1)).toISOString()); // No two acts fall on one instant, so that one can say what was known when figures were taken.
      const { value, done } = await next.life.next();
      if (!done) lives.push({ life: next.life, at: value });
    }
  }
}
