import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostClock } from '../../activities/ledger/clock.js';
import { type ProblemType, problemStatus } from '../../api/problems.js';
import { fiscalYear, lastDateOf, municipalCalendar, today } from '../../config/calendar.js';
import { dayOn } from '../../workflows/shared/dates.js';
import {
  acting,
  type CaseRules,
  campaign,
  campaignSection,
  deviceLoan,
  headsOwn,
  plain,
  type Role,
  type Row,
  registration,
  renewal,
  roles,
  type Stage,
  staffSurvey,
  teleworkDay,
  unplanned,
  yearlyReport,
  yearlyReview,
} from './access-rules.js';
import { brief } from './survey-desk.js';
import { type Answered, ApiTown, day, type Sent } from './town.js';

/** One request by one role, and what came of it. */
interface Cell {
  /** As the OpenAPI document names it. */
  route: string;
  /** How the case stood, or whose it was. */
  at: string;
  role: Role;
  expected: string;
  got: string;
}

/** A case, and whose it is. */
interface Subject {
  id: string;
  person: string;
}

/** Stands in the place of every free text, so that it is found wherever it comes out; and a code of a form that tells as much. */
const words = '当人と所属長だけの事情';
const secrets = [words, '"reason":"pregnancy"', '"reason":"hospital"'];
const form = {
  ...{ forms: ['home'], workplace: 'ownHome', address: words, phone: '000-0000-0000', reason: 'pregnancy' },
  frequency: { days: 2, per: 'week' },
};
const now = today(hostClock.now().toISOString());
const yesterday = new Date(Date.parse(now) - 86_400_000).toISOString().slice(0, 10);
/** Days that are to come, whatever clock is moved here. */
const later = { from: `${Number(now.slice(0, 4)) + 3}-04-01`, until: `${Number(now.slice(0, 4)) + 3}-04-30` };
const atOnce = 10;

/** For what comes as news or by the clock. */
const patience = { timeout: 60_000 };

let town: ApiTown;
let termsVersion: string;
let [naming, acted, emergency] = ['', '', ''];
let routes: ReadonlySet<string>;
let people: Readonly<Record<Exclude<Role, 'person' | 'nobody'>, string>>;
/** Who may register, and has no part in anything else; those who have not yet, and all of them, who may plan a day. */
let [applicants, planners]: [string[], string[]] = [[], []];
/** The day that is planned, once it is known. */
let theDay = now;
const cells: Cell[] = [];
/** A campaign that was reported, and that of the section that is looked at. */
let [reported, ofSection] = ['', ''];
/** A registration in force at the end, and the loan of somebody whose registration is revoked. */
let [inForce, loanOfApplicant]: [string, Subject] = ['', { id: '', person: '' }];
/** The fiscal year that is reviewed, and a survey that it uses. */
let [reviewed, survey] = [0, ''];
/** What was really taken, by whom; and where the rules say that it can be. */
const taken = new Set<string>();
const taking: Pick<Cell, 'route' | 'at' | 'role'>[] = [];

beforeAll(async () => {
  town = await ApiTown.open({ pack: 'test/api/access-matrix.yaml' });
  const { accounts } = town;
  const [, , , , stranger = '', , deputy = '', formerDeputy = '', comingDeputy = ''] = staffOf('shimin');
  const [superior] = await town.directory.holdersOf('superior:zeimu');
  planners = staffOf('zeimu').slice(6);
  applicants = [...planners];
  people = {
    ...{ colleague: accounts.secondBorrower, stranger, head: accounts.head, otherHead: accounts.secondHead, byPost: accounts.deputyHead },
    ...{ superior: superior?.staffNumber ?? '', deputy, formerDeputy, comingDeputy, keeper: accounts.keeper, promoter: accounts.promoter },
    ...{ hr: accounts.hr, it: accounts.it[0], personnel: accounts.personnel, admin: accounts.admin, committee: accounts.deputyMayor },
    ...{ mayor: accounts.mayor, emergencyAuthority: accounts.emergencyAuthority },
  };
  const { body: policy } = await send(people.head, 'GET', '/policy');
  termsVersion = policy.document.deviceLoan.terms.version.value;
  const { body: document } = await send(undefined, 'GET', '/openapi.json');
  routes = new Set(
    Object.entries<object>(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((one) => `${one.toUpperCase()} ${path}`)),
  );

  await town.ledger.importAbsences(`staff_number,from,until,reason\n${people.head},${now},${later.until},sickLeave`, { by: 'system' });
  const named = { capacity: 'head:zeimu', deputy, from: now, until: later.until };
  naming = (await send(people.head, 'POST', '/deputies', { key: randomUUID(), body: named })).body.id;
  const past = { capacity: 'head:zeimu', holder: people.head } as const;
  await town.ledger.nameDeputy({ ...past, id: 'over', deputy: formerDeputy, from: '2020-04-01', until: yesterday });
  await town.ledger.nameDeputy({ ...past, id: 'to come', deputy: comingDeputy, ...later });
});
afterAll(() => town.close());

/** Staff of the department who may register by Oyama's guideline, its leaders first. */
const staffOf = (department: string): string[] =>
  town.sample.entries.flatMap(({ attributes: { departmentNumber, employeeNumber, employeeType } }) =>
    departmentNumber?.[0] === department && /^re/.test(employeeType?.[0] ?? '') ? (employeeNumber ?? []) : [],
  );
const numberOf = (role: Role, person: string): string | undefined =>
  role === 'nobody' ? undefined : role === 'person' ? person : people[role];

/** The problem's type, or the status of what is none; the steps that it names, and whether it has words in it. */
const answerOf = ({ status, body }: Answered, steps: readonly { step: string }[] = []): string =>
  [body?.type?.split('/').at(-1) ?? status, ...[...new Set(steps.map(({ step }) => step))].sort()].join(' ') + wordsIn(body);
const wordsIn = (body: unknown): string => (secrets.some((one) => JSON.stringify(body ?? '').includes(one)) ? ' words' : '');

const placeOf = (route: string, at: Readonly<Record<string, string>>) => {
  const [method = '', template = ''] = route.split(' ');
  return { method, path: template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => at[name] ?? '') };
};

/** Somebody who has not registered yet. */
function applicant(): string {
  const next = applicants.shift();
  if (!next) throw new Error('the department is too small for so many registrations');
  return next;
}

/** As many at once as the ledger has connections. */
async function inTurn<Item>(items: readonly Item[], each: (item: Item) => Promise<void>): Promise<void> {
  for (let first = 0; first < items.length; first += atOnce) await Promise.all(items.slice(first, first + atOnce).map(each));
}

const morning = [{ from: '08:30', until: '12:00', task: 'minutes', level: 1 }];
/** Form 2, for a whole day at home. */
const plan = () => ({
  ...{
    date: theDay,
    form: 'home',
    workplace: 'ownHome',
    unit: 'day',
    shift: { from: '08:30', until: '17:15' },
    leave: [],
    device: 'ownDesk',
  },
  ...{ table: [...morning, { ...morning[0], from: '13:00', until: '17:15' }], remarks: words },
});
/** As people do, presses again under the same key while the answer is "not yet" or "not now": a busy machine is no refusal. */
async function send(...[who, method, path, sent]: Parameters<ApiTown['send']>): Promise<Answered> {
  for (const since = performance.now(); ; ) {
    const answered = await town.send(who, method, path, sent);
    const found: readonly { status?: number }[] = [answered, ...(Array.isArray(answered.body?.items) ? answered.body.items : [])];
    if (!found.some(({ status }) => status === 202 || status === 503) || performance.now() - since > patience.timeout) return answered;
  }
}

const townNow = async (): Promise<Date> => {
  await town.ledger.clockOffset();
  return town.ledger.townClock.now();
};

/** What is filed with a step; everybody files the same, except that what is not the person's own report came by telephone. */
async function bodyOf(path: CaseRules['path'], step: string, id: string, role: Role): Promise<object> {
  const { state } = step === 'prepare' ? (await send(people.hr, 'GET', `/device-loans/${id}`)).body : {};
  const bodies: Readonly<Record<string, object>> = {
    prepare: { assetTag: state?.device?.assetTag ?? 'PC-0', fingerprintEnrolled: true, accessories: ['wire'] },
    chooseDevice: { assetTag: 'PC-Z' },
    receive: { terms: termsVersion },
    askExtension: { until: day(7) },
    decideExtension: { granted: false },
    takeBack: { accessories: ['wire'], data: words },
    reportLoss: { how: 'loss', report: words },
    find: { accessories: [] },
    erase: { method: 'purge', tool: 'nwipe', toolVersion: '0.37', dataClass: 'confidential' },
    destroy: { certificate: '第1号' },
    accountFor: { accessory: 'wire', how: 'writtenOff' },
    sendBack: { remarks: words },
    refile: { form },
    change: { form },
    decideChange: { granted: true },
    replan: { plan: plan() },
    confirm: { granted: true },
    checkPresence: { channel: 'phone', reached: true },
    takeLeave: { leave: { from: '15:00', until: '16:00', kind: 'care' } },
    correct: { done: morning, result: words },
    redraft: { draft: await weekFrom(1) },
    measure: { what: 'paperSheets', when: 'before', value: 100 },
    ...(path === '/campaigns' && (await campaignDates(id))),
    ...(path === '/campaign-sections' && (await sectionBodies(id, role))),
    ...(path === '/surveys' && (await surveyBodies(id))),
    ...(path === '/yearly-reviews' && (await reviewBodies(id, role))),
  };
  const came = role === 'person' ? {} : { channel: 'phone', reportedAt: (await townNow()).toISOString() };
  if (step === 'end') return path === '/registrations' ? { cause: 'leaving' } : came;
  if (['start', 'reportMidday'].includes(step)) return came;
  if (step === 'report' && path === '/telework-days') return { ...bodies.correct, ...came };
  const reasoned = ['refuse', 'recall', 'writeOff', 'failErasure', 'rejectErasure', 'suspend', 'revoke'];
  return bodies[step] ?? (reasoned.includes(step) ? { reason: words } : {});
}

/** A week of the tax department's, so many business days from the town's date, on devices of one's own. */
async function weekFrom(days: number): Promise<Record<'from' | 'until', string>> {
  const { addBusinessDays } = municipalCalendar();
  const from = addBusinessDays(today((await townNow()).toISOString()), days);
  const groups = [{ id: 'tax', who: { departments: ['zeimu'] }, times: 1, per: 'period' }];
  return { from, until: addBusinessDays(from, 4), ...{ groups, unit: 'day', devices: { source: 'private' } } };
}

/** What a campaign's steps say of later dates. */
async function campaignDates(id: string): Promise<Readonly<Record<string, object>>> {
  const { state } = (await send(people.hr, 'GET', `/campaigns/${id}`)).body;
  const after = (days: number) => municipalCalendar().addBusinessDays(state.draft.until, days);
  const again = await weekFrom(3);
  return {
    ...{ extend: { until: after(1) }, secondRound: { from: again.from, until: again.until } },
    ...Object.fromEntries(['pause', 'cancel'].map((step) => [step, { reason: words }])),
  };
}

interface SectionMember {
  staff: { staffNumber: string };
  slots: { date: string }[];
  exemption?: object;
  outcome?: object;
}

/** What the steps of a section say in the mouth of a role: of oneself, of the person, and of people who have no role. */
async function sectionBodies(id: string, role: Role): Promise<Readonly<Record<string, object>>> {
  const { state } = (await send(people.hr, 'GET', `/campaign-sections/${id}`)).body;
  const { borrower } = town.accounts;
  const all: SectionMember[] = state.members;
  const dateOf = (who: string | undefined) => all.find(({ staff }) => staff.staffNumber === who)?.slots[0]?.date;
  const cast: (string | undefined)[] = roles.map((one) => numberOf(one, borrower));
  const spare = all.filter(
    ({ staff, slots, exemption, outcome }) => !cast.includes(staff.staffNumber) && slots.length && !exemption && !outcome,
  );
  const self = numberOf(role, borrower);
  const me = dateOf(self) && self !== people.head ? self : borrower;
  const mine = dateOf(me) ?? state.from;
  const other = spare.find(({ slots }) => slots[0]?.date !== mine);
  const partner = role === 'person' ? people.colleague : other?.staff.staffNumber;
  const { addBusinessDays } = municipalCalendar();
  const dates = [0, 1, 2, 3, 4].map((days) => addBusinessDays(state.from, days));
  const taken = [mine, ...(role === 'colleague' ? [dateOf(borrower)] : []), ...(me === borrower ? [dateOf(people.colleague)] : [])];
  const to = { date: dates.find((date) => !taken.includes(date)), part: 'day' };
  const swap = state.swaps[0]?.id ?? 'none';
  const marked = (what: 'exemption' | 'outcome') => all.find((one) => one[what])?.staff.staffNumber ?? borrower;
  return {
    askSwap: { mine, with: partner, theirs: dateOf(partner) },
    ...{ answerSwap: { swap, agreed: false }, dropSwap: { swap } },
    cannot: { people: [me], dates: [later.until], atWork: true },
    move: { staff: me, from: mine, to },
    exempt: { people: [spare.at(-1)?.staff.staffNumber], exemption: { reason: 'hospital', until: state.until } },
    endExemption: { staff: marked('exemption') },
    recordOutcome: { staff: spare.at(-2)?.staff.staffNumber, outcome: 'done', reason: words },
    withdrawOutcome: { staff: marked('outcome') },
    ...{ object: { reason: words }, settleObjection: {} },
    recordMeeting: { held: state.from, attended: 3, questions: '端末機の持ち帰り方' },
    raise: { kind: 'question', text: '端末機の持ち帰り方' },
    answerRaised: { raised: state.raised.find((one: { answer?: string }) => !one.answer)?.id ?? 'none', answer: '手引のとおり' },
  };
}

/** A survey of everybody that begins on the next day, by the town's clock. */
async function surveyDraft(): Promise<object> {
  const date = today((await townNow()).toISOString());
  return { questionnaire: brief, audience: { of: 'everybody' }, from: dayOn(date, 1), until: dayOn(date, 4) };
}

async function surveyBodies(id: string): Promise<Readonly<Record<string, object>>> {
  const { state } = (await send(people.hr, 'GET', `/surveys/${id}`)).body;
  const reasoned = Object.fromEntries(['closeEarly', 'cancel'].map((step) => [step, { reason: words }]));
  return { ...reasoned, redraft: await surveyDraft(), extend: { until: dayOn(state.until, 1) } };
}

/** What the steps of a year say: the committee agrees once the mayor is in it, and of the measures the head's is left. */
async function reviewBodies(id: string, role: Role): Promise<Readonly<Record<string, object>>> {
  const date = today((await townNow()).toISOString());
  const present = (await town.directory.holdersOf('committee')).map(({ staffNumber }) => staffNumber);
  const { state } = (await send(people.hr, 'GET', `/yearly-reviews/${id}`)).body;
  const stages = Object.entries(state.stages).map(([form, to]) => ({ form, to, reason: words }));
  const year = reviewed;
  const first = { year, number: 1 };
  const measure = { text: '貸出用端末機を増やす', owner: 'head:zeimu', due: later.until };
  const targets = [{ form: 'all', value: 30 }];
  return {
    setTargets: { targets },
    addMeasure: measure,
    changeMeasure: { ...first, budget: 100_000 },
    withdrawMeasure: { year, number: 2, reason: words },
    submitPlan: { remarks: words },
    deliberate: { held: date, present, minutes: words, agrees: role === 'mayor' },
    decidePlan: { approved: true },
    reportMeasure: { ...first, done: false, text: '実施中' },
    checkHalfYear: { findings: words },
    useSurvey: { survey },
    proposeTargets: { targets, reason: words },
    decideTargets: { approved: true },
    evaluate: { remarks: words },
    decide: { measures: [{ ...first, decision: 'done' }], added: [], stages },
  };
}

/** Opens a case of the person's: `over` where it is another's form, or another kind of one. */
async function open(
  path: CaseRules['path'],
  person: string,
  { by = person, over = {} }: { by?: string; over?: object } = {},
): Promise<Subject> {
  const bodies = {
    '/device-loans': undefined,
    '/registrations': { form },
    '/telework-days': { plan: plan() },
    '/campaigns': undefined,
    '/campaign-sections': undefined,
    '/surveys': undefined,
    '/yearly-reviews': { fiscalYear: reviewed },
  };
  const sent = { key: randomUUID(), body: { ...bodies[path], ...over } };
  const { status, body } = path === '/device-loans' ? await town.file(person, { data: words }) : await send(by, 'POST', path, sent);
  expect({ status: status === 202 ? 201 : status, errors: body.errors }).toEqual({ status: 201 });
  return { id: body.id, person };
}

/** Takes steps such as `head approve`. */
async function take(path: CaseRules['path'], { id, person }: Subject, ...steps: readonly string[]): Promise<void> {
  for (const one of steps) {
    const [role, step = ''] = one.split(' ') as [Role, string];
    const sent = { key: randomUUID(), body: await bodyOf(path, step, id, role) };
    const { status, body } = await send(numberOf(role, person), 'POST', `${path}/${id}/steps/${step}`, sent);
    expect({ step: one, status, body }).toMatchObject({ step: one, status: 200 });
    taken.add(`POST ${path}/{id}/steps/${step} ${role}`);
  }
}

/** What a list says of the case. */
const listed = (id: string, { body }: Answered): { step: string }[] => body.items?.filter((one: { id: string }) => one.id === id) ?? [];

/** What was asked already while the same people saw the case is not asked again. */
const asked = new Set<string>();

/** Has everybody look at the case, and try the steps that are not theirs. */
async function lookAt(
  { path, pages, own = [] }: Pick<CaseRules, 'path' | 'pages' | 'own'>,
  at: string,
  stage: Stage,
  subject: Subject,
): Promise<void> {
  const { sees, reads, takes, barred = {} } = stage;
  const { id, person } = subject;
  const dueSteps = [...new Set([...Object.keys(takes), ...Object.keys(barred)])].sort();
  await expect
    .poll(async () => {
      const { body } = await send(people.hr, 'GET', `${path}/${id}`);
      const due = body.due.flatMap(({ step, who }: { step: string; who?: string }) => (who ? [step] : []));
      return { at, closed: body.closed, due: [...new Set(due)].sort() };
    }, patience)
    .toEqual({ at, closed: at === 'closed', due: dueSteps });

  const ask = async (role: Role, route: string, expected: string, sent: Sent, judge: (answered: Answered) => string = answerOf) => {
    const { method, path: to } = placeOf(route, { id });
    const got = judge(await send(numberOf(role, person), method, `${to}${route === 'GET /me/tasks' ? '?limit=200' : ''}`, sent));
    cells.push({ route, at, role, expected: role === 'nobody' ? 'unauthenticated' : expected, got });
  };
  const isNew = (what: string) => !asked.has(`${path} ${what} ${sees}`);
  const [readsAll, steps] = [isNew('pages'), dueSteps.filter(isNew)];
  for (const what of ['pages', ...steps]) asked.add(`${path} ${what} ${sees}`);
  const prefix = `POST ${path}/steps/`;
  const all = at === 'closed' ? [...routes].flatMap((one) => (one.startsWith(prefix) ? [one.slice(prefix.length)] : [])) : [];

  await inTurn(roles, async (role) => {
    const mine = dueSteps.filter((step) => [takes, barred].some((one) => one[step]?.includes(role)));
    const more = reads.includes(role) ? ' words' : '';
    const toReader = (answer: string) => (sees.includes(role) ? answer : 'notFound');
    if (readsAll || mine.length || sees.includes(role)) {
      await ask(role, `GET ${path}/{id}`, toReader(['200', ...mine].join(' ') + more), {}, (answered) => {
        const due = answered.status === 200 ? answered.body.due.filter((one: { mine?: true }) => one.mine) : [];
        return answerOf(answered, due);
      });
      await ask(role, 'GET /me/tasks', ['200', ...mine].join(' '), {}, (answered) => answerOf(answered, listed(id, answered)));
    }
    if (readsAll) {
      await ask(role, `GET ${path}/{id}/events`, toReader(`200${more}`), {});
      for (const page of pages) await ask(role, `GET ${path}/{id}/${page}`, toReader('200'), {});
      // Who acts for another has tasks, and no list of what is the other's.
      await ask(
        role,
        `GET ${path}`,
        sees.includes(role) && (!acting.includes(role) || own.includes(role)) ? '200 listed' : '200',
        {},
        (answered) => answerOf(answered, listed(id, answered).length ? [{ step: 'listed' }] : []),
      );
    }
    for (const step of steps) {
      const refusal = toReader(barred[step]?.includes(role) ? 'ruleRefuses' : 'forbidden');
      if (!takes[step]?.includes(role))
        await ask(role, `POST ${path}/{id}/steps/${step}`, refusal, { key: randomUUID(), body: await bodyOf(path, step, id, role) });
    }
    for (const step of all)
      await ask(
        role,
        `POST ${path}/steps/${step}`,
        toReader('notDue'),
        { key: randomUUID(), body: { items: [{ id, body: await bodyOf(path, step, id, role) }] } },
        ({ status, headers, body }) => {
          const [item] = body.items ?? [];
          return answerOf(item ? { headers, status: item.status, body: item.problem } : { headers, status, body });
        },
      );
  });
  for (const [step, who] of Object.entries(takes)) {
    const route = `POST ${path}/{id}/steps/${step}`;
    for (const role of who) taking.push({ route, at, role });
  }
  expect(surprises()).toEqual([]); // Before the next step: whoever took one that was not theirs has changed the case.
}

/** To the instant, which lets everybody's login run out. */
async function moveClock(instant: number): Promise<void> {
  const forwardMs = instant - (await townNow()).getTime();
  expect(await send(people.admin, 'POST', '/admin/clock', { body: { forwardMs } })).toMatchObject({ status: 200 });
  town.logInAnew();
}

const comesTo = (id: string, status: string): Promise<void> =>
  expect.poll(async () => (await send(people.hr, 'GET', `/campaigns/${id}`)).body.status, patience).toBe(status);
const sectionsOf = async (id: string): Promise<string[]> => {
  const { items } = (await send(people.hr, 'GET', `/campaigns/${id}/members?limit=1`)).body;
  return items.map(({ section }: { section: string }) => section);
};

/** What happens on a walk that is no step of its case. */
const happenings: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  'devices come': () => town.devices('zeimu', ...Array.from({ length: 24 }, (_, index) => `PC-${index + 1}`), 'PC-Z'),
  'device out': async ({ person }) => {
    loanOfApplicant = await open('/device-loans', person);
    await take('/device-loans', loanOfApplicant, 'head approve', 'keeper prepare', 'keeper handOver');
  },
  'the day comes': async () => moveClock(Date.parse(`${theDay}T10:00:00+09:00`)),
  'the plan comes': ({ id }) => comesTo(id, 'planned'),
  'the sections open': async ({ id }) => {
    await expect.poll(async () => (await send(people.hr, 'GET', `/campaigns/${id}`)).body.state.opening ?? false, patience).toBe(false);
    await expect.poll(async () => (await sectionsOf(id)).length, patience).toBe(1);
  },
  'the period begins': async ({ id }) => {
    const { state } = (await send(people.hr, 'GET', `/campaigns/${id}`)).body;
    await moveClock(Date.parse(state.opensAt) + 60_000);
    await comesTo(id, 'running');
  },
  'the period ends': async ({ id }) => {
    const { state } = (await send(people.hr, 'GET', `/campaigns/${id}`)).body;
    await moveClock(Date.parse(state.endsAt) + 60_000);
    await comesTo(id, 'closing');
  },
  'the survey opens': async ({ id }) => {
    const { state } = (await send(people.hr, 'GET', `/surveys/${id}`)).body;
    await moveClock(Date.parse(state.opensAt) + 60_000);
    await expect.poll(async () => (await send(people.hr, 'GET', `/surveys/${id}`)).body.state.links, patience).toBeGreaterThan(0);
  },
  'nothing can come back any more': async () => moveClock((await townNow()).getTime() + 61 * 60_000),
  'the campaign is cancelled': () => take('/campaigns', { id: ofSection, person: people.hr }, 'hr cancel'),
  'the year ends': async ({ id }) => {
    await moveClock(Date.parse(`${reviewed + 1}-04-01T00:01:00+09:00`));
    await expect.poll(async () => (await send(people.hr, 'GET', `/yearly-reviews/${id}`)).body.status, patience).toBe('check');
  },
  'the months are frozen': async ({ id }) => {
    const date = municipalCalendar().addBusinessDays(lastDateOf(`${reviewed + 1}-03`), 3);
    await moveClock(Date.parse(`${date}T08:30:00+09:00`));
    await town.months(date);
    await expect.poll(async () => (await send(people.hr, 'GET', `/yearly-reviews/${id}`)).body.state.months.length, patience).toBe(12);
  },
  'device back': () => take('/device-loans', loanOfApplicant, 'keeper takeBack', 'keeper erase', 'it confirmErasure'),
};

async function walk({ stages, walk: way, ...rules }: Omit<CaseRules, 'others'>, subject: Subject): Promise<void> {
  for (const [at, ...steps] of way) {
    await lookAt(rules, at, stages[at] as Stage, subject);
    for (const step of steps) await (happenings[step]?.(subject) ?? take(rules.path, subject, step));
  }
}

/** Asks for a row as everybody, those last who may: what they do changes what is asked. */
async function askRow(
  { route, at = {}, query = '', headers = {}, body, answers, names = [], reads = [] }: Row,
  rule: string,
): Promise<void> {
  const { borrower: person } = town.accounts;
  const { method, path } = placeOf(route, at);
  const ask = async (role: Role) => {
    const answered = await send(numberOf(role, person), method, path + query, { key: randomUUID(), headers, body });
    const got = answerOf(answered) + (JSON.stringify(answered.body).includes(`"${person}"`) ? ' names' : '');
    const expected = `${answers[role] ?? answers.all}${reads.includes(role) ? ' words' : ''}${names.includes(role) ? ' names' : ''}`;
    cells.push({ route, at: rule, role, expected: role === 'nobody' ? 'unauthenticated' : expected, got });
  };
  const mayNot = (role: Role) => typeof answers[role] !== 'number';
  await inTurn(roles.filter(mayNot), ask);
  for (const role of roles.filter((one) => !mayNot(one))) await ask(role);
}

/** What was answered otherwise than the rules say since this was last asked. */
function surprises(): readonly Cell[] {
  const fresh = cells.slice(judged);
  judged = cells.length;
  return fresh.filter(({ expected, got }) => expected !== got);
}
/** What somebody should have taken since this was last asked, and has not. */
function neverTaken(): readonly Cell[] {
  for (const one of taking.splice(0))
    cells.push({ ...one, expected: '200', got: taken.has(`${one.route} ${one.role}`) ? '200' : 'never taken' });
  return surprises();
}
let judged = 0;

describe('role × route × own or another’s case (design §6)', { timeout: 300_000 }, () => {
  test('device loans, wherever they stand', async () => {
    const { borrower } = town.accounts;
    await walk(deviceLoan, await open('/device-loans', borrower));
    const cases = deviceLoan.others.map(async (steps) => {
      const subject = await open('/device-loans', borrower);
      await take('/device-loans', subject, ...steps);
      if (steps[0] === 'byPost refuse') acted = subject.id;
    });
    await Promise.all(cases);
    expect(neverTaken()).toEqual([]);
  });

  test('registrations, wherever they stand', async () => {
    const paper = applicant();
    await walk(registration, await open('/registrations', paper, { by: people.hr, over: { for: paper } }));
    const cases = registration.others.map(async (steps) => take('/registrations', await open('/registrations', applicant()), ...steps));
    await Promise.all(cases);
    expect(neverTaken()).toEqual([]);
  });

  test('a head’s own, which go to the next superior', async () => {
    for (const rules of headsOwn) {
      await walk(rules, await open(rules.path, people.head));
      for (const steps of rules.others) await take(rules.path, await open(rules.path, people.head), ...steps);
    }
    expect(neverTaken()).toEqual([]);
  });

  test('registrations that are up for renewal', async () => {
    const [first, ...others] = await Promise.all(
      [renewal, ...renewal.others].map(async () => {
        const subject = await open('/registrations', applicant());
        await take('/registrations', subject, 'head approve');
        return subject;
      }),
    );
    if (!first) throw new Error('nobody is up for renewal');
    const { state } = (await send(people.hr, 'GET', `/registrations/${first.id}`)).body;
    await moveClock(Date.parse(state.renewalOpens) + 60_000);
    await walk({ ...registration, ...renewal }, first);
    for (const [index, subject] of others.entries()) {
      await expect
        .poll(async () => (await send(people.hr, 'GET', `/registrations/${subject.id}`)).body.state.renewal, patience)
        .toBe('open');
      await take('/registrations', subject, ...(renewal.others[index] ?? []));
    }
    inForce = first.id;
    expect(neverTaken()).toEqual([]);
  });

  test('telework days, wherever they stand, and one that was begun without a plan', async () => {
    theDay = municipalCalendar().addBusinessDays(today((await townNow()).toISOString()), 2);
    const [main = '', ...others] = planners;
    const planned = await Promise.all(
      teleworkDay.others.map(async (steps) => {
        const [subject, comes] = [await open('/telework-days', others.shift() ?? ''), [...steps, 'the day comes'].indexOf('the day comes')];
        await take('/telework-days', subject, ...steps.slice(0, comes));
        return { subject, then: steps.slice(comes + 1) };
      }),
    );
    await walk(teleworkDay, await open('/telework-days', main));
    await Promise.all(planned.map(({ subject, then }) => take('/telework-days', subject, ...then)));

    const declared = { lifts: ['planBy'], from: theDay, until: theDay, reason: '感染症の発生' };
    const sent = { key: randomUUID(), body: declared };
    emergency = (await send(people.emergencyAuthority, 'POST', '/emergencies', sent)).body.id;
    const begin = () => open('/telework-days', others.shift() ?? '', { over: { unplanned: {} } });
    await walk({ ...teleworkDay, ...unplanned }, await begin());
    for (const steps of unplanned.others) await take('/telework-days', await begin(), ...steps);
    expect(neverTaken()).toEqual([]);
  });

  test('a section of a campaign, before and after it is over', async () => {
    const drawn = await open('/campaigns', town.accounts.borrower, { by: people.hr, over: { draft: await weekFrom(10) } });
    ofSection = drawn.id;
    await take('/campaigns', drawn, 'hr plan');
    await comesTo(ofSection, 'planned');
    await take('/campaigns', drawn, 'hr announce');
    await happenings['the sections open']?.(drawn);
    const [id = ''] = await sectionsOf(ofSection);
    await walk(campaignSection, { id, person: town.accounts.borrower });
    expect(neverTaken()).toEqual([]);
  });

  test('campaigns, wherever they stand', async () => {
    const drawn = () => weekFrom(1).then((draft) => open('/campaigns', town.accounts.borrower, { by: people.hr, over: { draft } }));
    const main = await drawn();
    reported = main.id;
    for (const steps of campaign.others) await take('/campaigns', await drawn(), ...steps);
    await walk(campaign, main);
    expect(neverTaken()).toEqual([]);
  });

  test('surveys, wherever they stand; and a link is whoever has it', async () => {
    const drawn = async () => open('/surveys', town.accounts.borrower, { by: people.hr, over: await surveyDraft() });
    const main = await drawn();
    survey = main.id;
    for (const steps of staffSurvey.others) await take('/surveys', await drawn(), ...steps);
    await walk(staffSurvey, main);
    const [link] = await town.ledger.db.selectFrom('survey_links').select('link').where('survey', '=', survey).limit(1).execute();
    for (const role of roles)
      for (const [method, expected] of [
        ['GET', '200'],
        ['POST', 'ruleRefuses'],
      ] as const) {
        const sent = method === 'POST' ? { body: { answers: {} } } : {};
        const got = answerOf(await send(numberOf(role, town.accounts.borrower), method, `/survey-links/${link?.link}`, sent));
        cells.push({ route: `${method} /survey-links/{link}`, at: 'its survey is over', role, expected, got });
      }
    expect(neverTaken()).toEqual([]);
  });

  test('everything beside the cases, by rule', async () => {
    const { borrower: person } = town.accounts;
    const { body } = await send(people.it, 'GET', '/devices?limit=200');
    const { assetTag: lent } = body.items.find(
      ({ custody }: { custody?: { staff: { staffNumber: string } } }) => custody?.staff.staffNumber === person,
    );
    await town.devices('common', 'NB-1', 'NB-2');
    const rules = plain({
      ...{
        acted,
        naming,
        emergency,
        reported,
        refusedDraft: { ...(await weekFrom(1)), from: now, until: now },
        survey,
        person,
        comingDeputy: people.comingDeputy,
        open: inForce,
        lent,
        device: 'NB-1',
        leased: 'NB-2',
      },
      ...{ days: later, refusedForm: { ...form, forms: ['satellite'] }, refusedPlan: { ...plan(), form: 'satellite' } },
    });
    for (const { rule, rows } of rules) for (const row of rows) await askRow(row, rule);
    expect(surprises()).toEqual([]);
  });

  test('a year, wherever it stands', async () => {
    reviewed = fiscalYear(today((await townNow()).toISOString())) + 1;
    const from = `${reviewed}-04-01`;
    await moveClock(Date.parse(`${from}T09:00:00+09:00`));
    const named = { capacity: 'head:zeimu', deputy: people.deputy, from, until: later.until }; // The first naming has been taken back.
    await send(people.head, 'POST', '/deputies', { key: randomUUID(), body: named });
    survey = (await send(people.hr, 'POST', '/surveys', { key: randomUUID(), body: await surveyDraft() })).body.id;
    const opened = await open('/yearly-reviews', town.accounts.borrower, { by: people.hr });
    await walk(yearlyReview, opened);
    for (const row of yearlyReport(opened.id)) await askRow(row, 'The report is for who decides on it');
    expect(neverTaken()).toEqual([]);
  });

  test('whoever knows their password logs in, and out', async () => {
    const { password } = town.accounts;
    for (const role of roles) {
      const known = role !== 'nobody';
      const at = 'who is logged in';
      const login = { staffNumber: numberOf(role, town.accounts.borrower) ?? town.accounts.borrower, password: known ? password : 'x' };
      const answered = await send(undefined, 'POST', '/sessions', { body: login });
      cells.push({ route: 'POST /sessions', at, role, expected: known ? '201' : 'wrongPassword', got: answerOf(answered) });
      const headers: Record<string, string> = known ? { Authorization: `Bearer ${answered.body.token}` } : {};
      const out = await send(undefined, 'DELETE', '/sessions/current', { headers });
      cells.push({ route: 'DELETE /sessions/current', at, role, expected: known ? '204' : 'unauthenticated', got: answerOf(out) });
      expect((await send(undefined, 'GET', '/me', { headers })).status).toBe(401);
    }
    expect(surprises()).toEqual([]);
  });

  test('no route is without its row, and none was asked by some roles only', () => {
    const asked = new Map([...routes].map((route): [string, Set<Role>] => [route, new Set()]));
    for (const { route, role } of cells) asked.get(route)?.add(role);
    expect([...asked].flatMap(([route, by]) => (by.size === roles.length ? [] : [route]))).toEqual([]);
    if (process.env.PRINT_MATRIX) process.stdout.write(`\n${table()}\n`);
  });
});

/** The matrix to read, in Markdown. Behind the status: `w` with words, `l` with the case in the list, `n` with its person, `t` something of it to do. */
function table(): string {
  const lines = new Map<string, Map<Role, string>>();
  for (const { at, route, role, expected } of cells) {
    const [answer = '', ...more] = expected.split(' ');
    const marks = more.map((one) => (['words', 'listed', 'names'].includes(one) ? one[0] : 't'));
    const place = `| ${at} | ${route} |`;
    lines.set(
      place,
      (lines.get(place) ?? new Map()).set(role, `${problemStatus[answer as ProblemType] ?? answer}${[...new Set(marks)].join('')}`),
    );
  }
  const head = [`| at | route | ${roles.join(' | ')} |`, `|${' --- |'.repeat(roles.length + 2)}`];
  return [...head, ...[...lines].map(([place, answers]) => `${place} ${roles.map((role) => answers.get(role) ?? '').join(' | ')} |`)].join(
    '\n',
  );
}
