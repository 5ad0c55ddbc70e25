import type { ProblemType } from '../../api/problems.js';

/** Everybody who may come to the API, as they stand to a case of the department `zeimu`. */
export const roles = [
  'nobody',
  'person',
  'colleague',
  'stranger',
  'head',
  'otherHead',
  'superior',
  'byPost',
  'deputy',
  'formerDeputy',
  'comingDeputy',
  'keeper',
  'promoter',
  'hr',
  'it',
  'personnel',
  'admin',
  'committee',
  'mayor',
  'emergencyAuthority',
] as const;
export type Role = (typeof roles)[number];
type Roles = readonly Role[];

/** 代決: who acts for the head today, as the first of the order while the head is absent, or by name. */
export const acting: Roles = ['byPost', 'deputy'];
const approvers: Roles = ['head', ...acting];

/** What a case answers while it stands so. */
export interface Stage {
  /** Readers of the case; to everybody else there is none: 404 on everything below its id, and it is in none of their lists (design §6). */
  sees: Roles;
  /** Of these, who reads its free texts and its form as well (design §6: sensitive fields have a narrower list). */
  reads: Roles;
  /** Every step that is due to somebody, and who takes it. To the other readers it is 403; a step that is not due is 409 to all of them. */
  takes: Readonly<Record<string, Roles>>;
  /** Steps that would be theirs, but that a rule forbids them: 422. */
  barred?: Readonly<Record<string, Roles>>;
}

/** A case from one stage to the next: how it stands, and what is then done (`head approve`). */
export type Walk = readonly (readonly [stage: string, ...steps: readonly string[]])[];

export interface CaseRules {
  path: '/device-loans' | '/registrations' | '/telework-days' | '/campaigns' | '/campaign-sections' | '/surveys' | '/yearly-reviews';
  /** What a case has to be read beside itself and its events. */
  pages: readonly string[];
  /** Who reads it in their own right, though they act for the head too. */
  own?: Roles;
  stages: Readonly<Record<string, Stage>>;
  /** The case that is looked at by everybody wherever it stands. */
  walk: Walk;
  /** The shortest ways on which everybody takes what `stages` gives them, each with a case of its own. */
  others: readonly string[][];
}

const borrowersSide: Roles = ['person', 'head', 'it'];

/**
 * 端末機等の借用. The borrower, the head (who keeps the register), IT and HR see it to its end, the keeper from the moment it has a device of their pool; HR has no part in it
 * and reads no words. Who acts for the head sees it while there is something to decide for the head.
 */
export const deviceLoan: CaseRules = {
  path: '/device-loans',
  pages: ['terms'],
  stages: {
    requested: {
      sees: ['hr', ...borrowersSide, ...acting],
      reads: [...borrowersSide, ...acting],
      takes: { approve: approvers, refuse: approvers, withdraw: ['person'] },
    },
    approved: {
      sees: ['hr', ...borrowersSide, ...acting],
      reads: [...borrowersSide, ...acting],
      takes: { withdraw: ['person'], recall: [...approvers, 'it'] },
    },
    reserved: {
      sees: ['hr', 'keeper', ...borrowersSide, ...acting],
      reads: ['keeper', ...borrowersSide, ...acting],
      takes: { prepare: ['keeper'], chooseDevice: ['keeper'], withdraw: ['person'], recall: [...approvers, 'it'] },
    },
    prepared: {
      sees: ['hr', 'keeper', ...borrowersSide, ...acting],
      reads: ['keeper', ...borrowersSide, ...acting],
      takes: { handOver: ['keeper'], chooseDevice: ['keeper'], withdraw: ['person'], recall: [...approvers, 'it'] },
    },
    handedOver: {
      sees: ['hr', 'keeper', ...borrowersSide, ...acting],
      reads: ['keeper', ...borrowersSide, ...acting],
      takes: {
        takeBack: ['keeper'],
        receive: ['person'],
        askExtension: ['person'],
        reportLoss: ['person', ...approvers, 'keeper', 'it'],
        recall: [...approvers, 'it'],
      },
    },
    extensionAsked: {
      sees: ['hr', 'keeper', ...borrowersSide, ...acting],
      reads: ['keeper', ...borrowersSide, ...acting],
      takes: {
        takeBack: ['keeper'],
        reportLoss: ['person', ...approvers, 'keeper', 'it'],
        decideExtension: approvers,
        recall: [...approvers, 'it'],
      },
    },
    lost: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { find: ['keeper', 'it'], writeOff: ['it'] },
    },
    returned: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { erase: ['keeper'], failErasure: ['keeper'], destroy: ['keeper'] },
    },
    erased: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { confirmErasure: ['it'], rejectErasure: ['it'] },
    },
    erasureFailed: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { erase: ['keeper'], destroy: ['keeper'] },
    },
    destructionRecorded: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { confirmDestruction: ['it'] },
    },
    destroyed: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: { accountFor: ['keeper'] },
    },
    closed: {
      sees: ['hr', 'keeper', ...borrowersSide],
      reads: ['keeper', ...borrowersSide],
      takes: {},
    },
  },
  walk: [
    ['requested', 'head approve'],
    ['approved', 'devices come'],
    ['reserved', 'keeper prepare'],
    ['prepared', 'keeper handOver'],
    ['handedOver', 'person receive', 'person askExtension'],
    ['extensionAsked', 'head decideExtension', 'person reportLoss'],
    ['lost', 'keeper find'],
    ['returned', 'keeper erase'],
    ['erased', 'it rejectErasure', 'keeper failErasure'],
    ['erasureFailed', 'keeper destroy'],
    ['destructionRecorded', 'it confirmDestruction'],
    ['destroyed', 'keeper accountFor'],
    ['closed'],
  ],
  others: [
    ['head refuse'],
    ['byPost refuse'],
    ['deputy refuse'],
    ['person withdraw'],
    ['head approve', 'keeper chooseDevice'],
    ['head approve', 'keeper prepare', 'keeper handOver', 'head recall', 'head reportLoss', 'it find'],
    ['head approve', 'keeper prepare', 'keeper handOver', 'it recall', 'it reportLoss', 'it writeOff'],
    ['head approve', 'keeper prepare', 'keeper handOver', 'keeper reportLoss'],
    ...acting.map((who) => [
      ...[`${who} approve`, 'keeper prepare', 'keeper handOver', 'person askExtension', `${who} decideExtension`],
      ...[`${who} recall`, `${who} reportLoss`],
    ]),
    ['head approve', 'keeper prepare', 'keeper handOver', 'keeper takeBack', 'keeper erase', 'it confirmErasure'],
  ],
};

const own: Roles = ['person', 'head', 'hr'];
const inForce = { withdraw: ['person'], revoke: ['head'], end: ['hr'], movePack: ['hr'] } as const;
/** What the pack keeps for the head alone. */
const barred = { revoke: acting };

/**
 * 在宅勤務の登録. Reason and address are for the person, the supervisor and HR (issue: registration, 1); who acts for the head sees them while there is something to decide for
 * the head. IT sees that a registration has ended, and no form, as long as a device of the person is out.
 */
export const registration: CaseRules = {
  path: '/registrations',
  pages: ['cascade'],
  stages: {
    entered: { sees: own, reads: own, takes: { confirmEntry: ['person'], withdraw: ['person'] } },
    filed: {
      sees: [...own, ...acting],
      reads: [...own, ...acting],
      takes: { approve: approvers, sendBack: approvers, refuse: approvers, withdraw: ['person'] },
    },
    sentBack: { sees: own, reads: own, takes: { refile: ['person'], withdraw: ['person'] } },
    active: {
      sees: [...own, ...acting],
      reads: [...own, ...acting],
      takes: { ...inForce, change: ['person'], suspend: [...approvers, 'hr'] },
      barred,
    },
    changeAsked: {
      sees: [...own, ...acting],
      reads: [...own, ...acting],
      takes: { ...inForce, decideChange: approvers, suspend: [...approvers, 'hr'] },
      barred,
    },
    suspended: {
      sees: [...own, ...acting],
      reads: [...own, ...acting],
      takes: { ...inForce, resume: [...approvers, 'hr'] },
      barred,
    },
    windingUp: { sees: [...own, 'it'], reads: own, takes: {} },
    closed: { sees: own, reads: own, takes: {} },
  },
  walk: [
    ['entered', 'person confirmEntry'],
    ['filed', 'head sendBack'],
    ['sentBack', 'person refile', 'head approve'],
    ['active', 'person change'],
    ['changeAsked', 'head decideChange', 'head suspend'],
    ['suspended', 'head resume', 'hr movePack', 'device out', 'head revoke'],
    ['windingUp', 'device back'],
    ['closed'],
  ],
  others: [
    ['head refuse'],
    ['byPost refuse'],
    ['deputy refuse'],
    ['head approve', 'hr suspend', 'hr resume', 'hr end'],
    ...acting.map((who) => [
      ...[`${who} sendBack`, 'person refile', `${who} approve`, 'person change', `${who} decideChange`, `${who} suspend`, `${who} resume`],
      'person withdraw',
    ]),
  ],
};

/** In February (`renewalOpens`): the person confirms, the supervisor renews. */
export const renewal: Omit<CaseRules, 'path' | 'pages'> = {
  stages: {
    renewalOpen: {
      ...(registration.stages.active as Stage),
      takes: { ...inForce, change: ['person'], suspend: [...approvers, 'hr'], confirmRenewal: ['person'] },
    },
    renewalConfirmed: {
      ...(registration.stages.active as Stage),
      takes: { ...inForce, change: ['person'], suspend: [...approvers, 'hr'], renew: approvers },
    },
  },
  walk: [
    ['renewalOpen', 'person confirmRenewal'],
    ['renewalConfirmed', 'head renew'],
  ],
  others: acting.map((who) => ['person confirmRenewal', `${who} renew`]),
};

/** What a head files goes to the next superior; those who act for the head have no part in it. `person` and `head` are one here. */
export const headsOwn: readonly CaseRules[] = [
  {
    path: '/device-loans',
    pages: ['terms'],
    stages: {
      'requested by a head': {
        sees: ['person', 'head', 'superior', 'it', 'hr'],
        reads: ['person', 'head', 'superior', 'it'],
        takes: { approve: ['superior'], refuse: ['superior'], withdraw: ['person', 'head'] },
      },
    },
    walk: [['requested by a head', 'superior approve']],
    others: [['superior refuse'], ['head withdraw']],
  },
  {
    path: '/registrations',
    pages: ['cascade'],
    stages: {
      'filed by a head': {
        sees: ['person', 'head', 'superior', 'hr'],
        reads: ['person', 'head', 'superior', 'hr'],
        takes: { approve: ['superior'], sendBack: ['superior'], refuse: ['superior'], withdraw: ['person', 'head'] },
      },
    },
    walk: [['filed by a head', 'superior sendBack', 'person refile', 'superior refuse']],
    others: [['superior approve', 'head withdraw']],
  },
];

const decided: Pick<Stage, 'sees' | 'reads'> = { sees: [...own, ...acting], reads: [...own, ...acting] };
const onceIn: Pick<Stage, 'sees' | 'reads'> = { sees: own, reads: own };
/** Art. 8-5: the supervisor records what came by telephone. */
const either: Roles = ['person', ...approvers];

/** テレワークの日. The person, the supervisor and HR, which receives every plan (Art. 5-4); nobody else. */
export const teleworkDay: CaseRules = {
  path: '/telework-days',
  pages: [],
  stages: {
    planned: { ...decided, takes: { approve: approvers, sendBack: approvers, refuse: approvers, withdraw: ['person'] } },
    sentBack: { ...onceIn, takes: { replan: ['person'], withdraw: ['person'] } },
    approved: { ...decided, takes: { start: either, withdraw: ['person'] } },
    started: { ...decided, takes: { reportMidday: either, takeLeave: either, end: either, checkPresence: approvers } },
    ended: { ...decided, takes: { report: either } },
    reported: { ...decided, takes: { correct: ['person'], acceptReport: approvers } },
    closed: { ...onceIn, takes: {} },
  },
  walk: [
    ['planned', 'head sendBack'],
    ['sentBack', 'person replan', 'head approve'],
    ['approved', 'the day comes', 'person start'],
    ['started', 'person reportMidday', 'person takeLeave', 'person end'],
    ['ended', 'person report'],
    ['reported', 'person correct', 'head acceptReport'],
    ['closed'],
  ],
  others: [
    ['head refuse'],
    ['byPost refuse'],
    ['deputy refuse'],
    ['person withdraw'],
    ...approvers.map((who) => [
      ...[`${who} sendBack`, 'person replan', `${who} approve`, 'the day comes', `${who} start`, `${who} reportMidday`],
      ...[`${who} checkPresence`, `${who} takeLeave`, `${who} end`, `${who} report`, `${who} acceptReport`],
    ]),
  ],
};

/** Begun in an emergency without a plan: the supervisor recognises it, or does not. */
export const unplanned: Omit<CaseRules, 'path' | 'pages'> = {
  stages: {
    startedUnplanned: { ...(teleworkDay.stages.started as Stage), takes: { ...teleworkDay.stages.started?.takes, confirm: approvers } },
  },
  walk: [['startedUnplanned', 'head confirm']],
  others: acting.map((who) => [`${who} confirm`]),
};

/** 働き方改革向上委員会: the mayor, the deputy mayor and the directors. */
const committee: Roles = ['committee', 'mayor', 'superior'];

const drawnUp: Pick<Stage, 'sees' | 'reads'> = { sees: ['hr', 'it', ...committee], reads: [] };
const hrs = (...steps: string[]): Stage => ({ ...drawnUp, takes: Object.fromEntries(steps.map((step) => [step, ['hr']])) });

/** 試行期間. HR draws it up and runs it, IT lends for it, the committee reviews it; heads, promoters and members have their section. */
export const campaign: CaseRules = {
  path: '/campaigns',
  pages: [],
  stages: {
    drafted: hrs('redraft', 'plan', 'measure', 'cancel'),
    planned: hrs('announce', 'redraft', 'plan', 'measure', 'cancel'),
    announced: hrs('extend', 'measure', 'cancel'),
    running: hrs('pause', 'extend', 'measure', 'cancel'),
    paused: hrs('resume', 'measure', 'cancel'),
    closing: hrs('report', 'secondRound', 'measure', 'cancel'),
    closed: hrs(),
  },
  walk: [
    ['drafted', 'hr redraft', 'hr measure', 'hr plan', 'the plan comes'],
    ['planned', 'hr announce', 'the sections open'],
    ['announced', 'hr extend', 'the period begins'],
    ['running', 'hr pause'],
    ['paused', 'hr resume', 'the period ends'],
    ['closing', 'hr secondRound', 'the period ends', 'hr report'],
    ['closed'],
  ],
  others: [['hr cancel']],
};

const asked: Pick<Stage, 'sees' | 'reads'> = { sees: ['hr', ...committee], reads: [] };
const asks = (...steps: string[]): Stage => ({ ...asked, takes: Object.fromEntries(steps.map((step) => [step, ['hr']])) });

/** 職員アンケート. HR asks, the committee reviews; whoever is asked comes by a link. */
export const staffSurvey: CaseRules = {
  path: '/surveys',
  pages: ['questionnaire', 'returns'],
  stages: {
    drafted: asks('redraft', 'schedule', 'cancel'),
    scheduled: asks('extend', 'cancel'),
    open: asks('extend', 'closeEarly', 'cancel'),
    over: asks('report'),
    closed: asks(),
  },
  walk: [
    ['drafted', 'hr redraft', 'hr schedule'],
    ['scheduled', 'hr extend', 'the survey opens'],
    ['open', 'hr closeEarly'],
    ['over', 'nothing can come back any more', 'hr report'],
    ['closed'],
  ],
  others: [['hr cancel']],
};

const members: Roles = ['person', 'colleague', 'head', 'byPost', 'keeper', 'promoter'];
const speaking: Roles = [...members, 'deputy'];
/** The head is absent, and has no slot to give. */
const withSlots: Roles = members.filter((one) => one !== 'head');
const narrow: Roles = ['hr', ...approvers];
const always = { askSwap: withSlots, cannot: speaking, move: speaking, raise: speaking, exempt: narrow, recordOutcome: ['hr'] } as const;
const meeting = { recordMeeting: ['promoter', 'hr'] } as const;
const noSlot = { askSwap: ['head'] } as const;

/**
 * 試行期間（所属）. Everybody of the department sees it, and who is late in it; why somebody is exempt, what HR has recorded and what the head objects to is for head and HR.
 */
export const campaignSection: CaseRules = {
  path: '/campaign-sections',
  pages: [],
  own: ['byPost'],
  stages: {
    open: { sees: ['hr', ...speaking], reads: [], takes: { ...always, ...meeting, object: approvers }, barred: noSlot },
    busy: {
      sees: ['hr', ...speaking],
      reads: narrow,
      takes: {
        ...always,
        ...meeting,
        settleObjection: ['hr'],
        answerSwap: ['colleague', 'promoter', ...approvers],
        dropSwap: ['person', 'promoter', ...approvers],
        endExemption: narrow,
        withdrawOutcome: ['hr'],
        answerRaised: ['promoter', ...narrow],
      },
      barred: noSlot,
    },
    closed: { sees: ['hr', ...members], reads: ['hr', 'head'], takes: {} },
  },
  walk: [
    ['open', 'colleague move', 'person askSwap', 'hr exempt', 'hr recordOutcome', 'head object', 'person raise'],
    [
      'busy',
      'colleague answerSwap',
      ...['promoter', ...approvers].flatMap((who) => ['person askSwap', `${who} answerSwap`, 'person askSwap', `${who} dropSwap`]),
      ...['colleague', 'byPost', 'keeper', 'promoter'].flatMap((who) => [`${who} askSwap`, 'head dropSwap']),
      ...['person askSwap', 'person dropSwap'],
      ...speaking.flatMap((who) => [`${who} cannot`, `${who} move`, `${who} raise`]),
      ...['hr endExemption', ...approvers.flatMap((who) => [`${who} exempt`, `${who} endExemption`])],
      ...['hr withdrawOutcome', 'hr recordOutcome', 'hr settleObjection'],
      ...acting.flatMap((who) => [`${who} object`, 'hr settleObjection']),
      ...['promoter', ...narrow].map((who) => `${who} answerRaised`),
      ...['promoter recordMeeting', 'hr recordMeeting', 'the campaign is cancelled'],
    ],
    ['closed'],
  ],
  others: [],
};

const ofYear: Pick<Stage, 'sees' | 'reads'> = { sees: ['hr', 'it', ...committee], reads: ['hr', ...committee] };
/** The head owns a measure; who acts for the head has a part in it while something of it can be reported. */
const withOwner: Pick<Stage, 'sees' | 'reads'> = { sees: [...ofYear.sees, ...approvers], reads: [...ofYear.reads, ...approvers] };
const afterwards: Pick<Stage, 'sees' | 'reads'> = { sees: [...ofYear.sees, 'head'], reads: [...ofYear.reads, 'head'] };
const takenBy = (who: Roles, ...steps: readonly string[]) => Object.fromEntries(steps.map((step) => [step, who]));
const worked = {
  ...takenBy(['hr'], 'addMeasure', 'changeMeasure', 'withdrawMeasure', 'useSurvey'),
  reportMeasure: approvers,
};
const unchecked = { ...worked, checkHalfYear: ['hr'] as Roles };

/** 年次評価. HR plans and evaluates, the committee deliberates, the mayor decides, owners report of their measures; IT sees the figures. It is of no department, and of nobody. */
export const yearlyReview: CaseRules = {
  path: '/yearly-reviews',
  pages: [],
  stages: {
    opened: { ...ofYear, reads: [], takes: takenBy(['hr'], 'setTargets', 'submitPlan', 'addMeasure', 'checkHalfYear', 'useSurvey') },
    planned: { ...withOwner, takes: { ...unchecked, ...takenBy(['hr'], 'setTargets', 'submitPlan') } },
    submitted: { ...withOwner, takes: { ...unchecked, setTargets: ['hr'], deliberate: committee } },
    agreed: { ...withOwner, takes: { ...unchecked, setTargets: ['hr'], decidePlan: ['mayor'] } },
    done: { ...withOwner, takes: { ...unchecked, proposeTargets: ['hr'] } },
    changed: { ...withOwner, takes: { ...worked, decideTargets: ['mayor'] } },
    over: { ...afterwards, takes: takenBy(['hr'], 'evaluate', 'useSurvey') },
    evaluated: { ...afterwards, takes: { deliberate: committee } },
    deliberated: { ...afterwards, takes: { decide: ['mayor'] } },
    closed: { ...afterwards, takes: {} },
  },
  walk: [
    ['opened', 'hr addMeasure', 'hr addMeasure', 'hr withdrawMeasure'],
    ['planned', 'hr setTargets', 'hr changeMeasure', ...approvers.map((who) => `${who} reportMeasure`), 'hr submitPlan'],
    ['submitted', 'committee deliberate', 'hr submitPlan', 'superior deliberate', 'hr submitPlan', 'mayor deliberate'],
    ['agreed', 'mayor decidePlan'],
    ['done', 'hr checkHalfYear', 'hr useSurvey', 'hr proposeTargets'],
    ['changed', 'mayor decideTargets', 'the year ends'],
    ['over', 'the months are frozen', 'hr evaluate'],
    ['evaluated', 'mayor deliberate'],
    ['deliberated', 'mayor decide'],
    ['closed'],
  ],
  others: [],
};

/** An operation that is not a case's. Nobody in particular gets 401 on it. */
export interface Row {
  route: string;
  /** Values of its template. */
  at?: Readonly<Record<string, string>>;
  query?: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Who gets what; `all`: everybody who is logged in and not named by role. */
  answers: Readonly<Partial<Record<Role, number | ProblemType>> & { all: number | ProblemType }>;
  /** Who finds the person of the case in the answer; nobody else does. */
  names?: Roles;
  /** Who finds words of a case in it. */
  reads?: Roles;
}

/** The report of a year, once it is decided on: for who decides on it. */
export const yearlyReport = (id: string): readonly Row[] => [
  { route: 'GET /yearly-reviews/{id}/report', at: { id }, answers: only(200, 'hr', ...committee), reads: ['hr', ...committee] },
  { route: 'GET /exports/yearly-report', query: `?id=${id}&format=csv`, answers: only(200, 'hr', ...committee) },
];

export interface Group {
  rule: string;
  rows: readonly Row[];
}

/** What rows are asked with. */
export interface Known {
  /** A step that was taken on the head's behalf, and the head's naming of `deputy`. */
  acted: string;
  naming: string;
  /** An emergency that is in force. */
  emergency: string;
  /** A campaign of the department `zeimu` that was reported, and a draft that a rule refuses. */
  reported: string;
  refusedDraft: object;
  /** A survey that was reported. */
  survey: string;
  /** Staff numbers. */
  person: string;
  comingDeputy: string;
  /** An open case. */
  open: string;
  /** A device that the person has, and two that nobody has. */
  lent: string;
  device: string;
  leased: string;
  /** The form of a registration, and the plan of a day, that a rule refuses, whoever files it. */
  refusedForm: object;
  refusedPlan: object;
  /** Days: the first is to come. */
  days: { from: string; until: string };
}

const everyone = (answer: number | ProblemType) => ({ all: answer });
const only = (answer: number | ProblemType, ...who: Roles) => ({
  all: 'forbidden' as const,
  ...Object.fromEntries(who.map((one) => [one, answer])),
});

/** Everything beside the cases, by rule. */
export const plain = ({
  acted,
  naming,
  emergency,
  reported,
  refusedDraft,
  survey,
  person,
  comingDeputy,
  open,
  lent,
  device,
  leased,
  refusedForm,
  refusedPlan,
  days,
}: Known): readonly Group[] => {
  const seen = (version: number) => ({ 'If-Match': `"${version}"` });
  const correction = { manufacturer: 'M', model: 'Y', serial: 'S', note: '' };
  const csv = { 'Content-Type': 'text/csv' };
  const deviceStep = (step: string, version: number, body: object = {}): Row => ({
    route: `POST /devices/{tag}/steps/${step}`,
    at: { tag: device },
    headers: seen(version),
    body,
    answers: only(200, 'it'),
  });
  return [
    {
      rule: 'Everybody asks about themselves, and reads the rules',
      rows: [
        { route: 'GET /me', answers: everyone(200), names: ['person'] },
        { route: 'GET /me/acted', answers: everyone(200) },
        { route: 'GET /me/timeline', answers: everyone(200), names: ['person', 'hr'], reads: ['person', 'head', 'hr'] },
        { route: 'GET /policy', answers: everyone(200) },
        { route: 'GET /deputies', answers: everyone(200) },
      ],
    },
    {
      rule: 'Everybody may file for themselves, so that a rule decides (422); a paper form of another’s only HR and the head',
      rows: [
        {
          route: 'POST /device-loans',
          body: { kind: 'laptop', accessories: [], ...days, personalData: true },
          answers: everyone('ruleRefuses'),
        },
        { route: 'POST /registrations', body: { form: refusedForm }, answers: everyone('ruleRefuses') },
        {
          route: 'POST /registrations',
          body: { form: refusedForm, for: person },
          answers: only('ruleRefuses', 'head', 'hr'),
        },
      ],
    },
    {
      rule: 'A plan from paper only who approves it',
      rows: [
        { route: 'POST /telework-days', body: { plan: refusedPlan }, answers: everyone('ruleRefuses') },
        { route: 'POST /telework-days', body: { plan: refusedPlan, for: person }, answers: only('ruleRefuses', 'head') },
        { route: 'POST /telework-days/several', body: { items: [{ plan: refusedPlan }] }, answers: everyone(200) },
        { route: 'GET /telework-days/templates', answers: everyone(200) },
      ],
    },
    {
      rule: 'A campaign is drawn up by HR; IT sees its plan and its loans',
      rows: [
        { route: 'POST /campaigns', body: { draft: refusedDraft }, answers: only('ruleRefuses', 'hr') },
        { route: 'GET /campaigns/defaults', answers: only(200, 'hr') },
        { route: 'GET /campaigns/{id}/next-draft', at: { id: reported }, answers: only(200, 'hr') },
        { route: 'GET /campaigns/{id}/plan', at: { id: reported }, answers: only(200, 'hr', 'it') },
        { route: 'GET /campaigns/{id}/plan/sections', at: { id: reported }, answers: only(200, 'hr', 'it'), names: ['hr', 'it'] },
        { route: 'GET /campaigns/{id}/loans', at: { id: reported }, answers: only(200, 'hr', 'it') },
      ],
    },
    {
      rule: 'Nobody but HR and the department sees who is late; the committee sees counts',
      rows: [
        {
          route: 'GET /campaigns/{id}/tally',
          at: { id: reported },
          answers: {
            all: 'notFound',
            it: 'forbidden',
            ...Object.fromEntries(['hr', 'head', 'promoter', ...committee].map((one) => [one, 200])),
          },
        },
        {
          route: 'GET /campaigns/{id}/members',
          at: { id: reported },
          query: '?limit=200',
          answers: {
            ...{ all: 'notFound', hr: 200, head: 200, promoter: 200 },
            ...Object.fromEntries(['it', ...committee].map((one) => [one, 'forbidden'])),
          },
          names: ['hr', 'head', 'promoter'],
        },
        { route: 'GET /campaigns/{id}/gaps', at: { id: reported }, query: '?limit=200', answers: only(200, 'hr') },
        { route: 'GET /me/trials', answers: everyone(200) },
        {
          route: 'GET /campaigns/{id}/questionnaire',
          at: { id: reported },
          answers: { all: 'notFound', ...Object.fromEntries(['hr', ...members].map((one) => [one, 200])) },
        },
        {
          route: 'POST /campaigns/{id}/answers',
          at: { id: reported },
          body: { participant: {} },
          answers: { all: 'notFound', ...Object.fromEntries(members.map((one) => [one, 'ruleRefuses'])) },
        },
        { route: 'GET /campaigns/{id}/answers', at: { id: reported }, answers: only(200, 'hr') },
        { route: 'GET /campaigns/{id}/report', at: { id: reported }, answers: only(200, 'hr', ...committee) },
        { route: 'GET /exports/campaign', query: `?id=${reported}&format=csv`, answers: only(200, 'hr', ...committee) },
        { route: 'GET /exports/campaign', query: `?id=${reported}&format=csv&table=members`, answers: only(200, 'hr') },
      ],
    },
    {
      rule: 'A survey is drawn up by HR, which alone reads what was written; the committee sees counts, nobody whose they are',
      rows: [
        {
          route: 'POST /surveys',
          body: { questionnaire: 'oyama', audience: { of: 'everybody' }, from: '2020-08-01', until: '2020-08-31' },
          answers: only('ruleRefuses', 'hr'),
        },
        { route: 'GET /surveys/questionnaires', answers: only(200, 'hr') },
        ...['results', 'cross?by=D&of=Q1'].map(
          (page): Row => ({
            route: `GET /surveys/{id}/${page.replace(/\?.*/, '')}`,
            at: { id: survey },
            query: page.replace(/^\w+/, ''),
            answers: { all: 'notFound', ...Object.fromEntries(['hr', ...committee].map((one) => [one, 200])) },
          }),
        ),
        { route: 'GET /surveys/{id}/texts', at: { id: survey }, query: '?question=Q2', answers: only(200, 'hr') },
        { route: 'GET /exports/survey', query: `?id=${survey}&format=csv`, answers: only(200, 'hr', ...committee) },
        { route: 'GET /exports/survey', query: `?id=${survey}&format=csv&table=texts&of=Q2`, answers: only(200, 'hr') },
        { route: 'POST /imports/survey-answers', query: `?id=${survey}`, headers: csv, body: 'number', answers: only('ruleRefuses', 'hr') },
        { route: 'GET /me/surveys', answers: everyone(200) },
      ],
    },
    {
      rule: '内示: what transfers will change is for the personnel staff alone',
      rows: [{ route: 'POST /transfers/preview', headers: csv, body: 'no such file', answers: only('ruleRefuses', 'personnel') }],
    },
    {
      rule: '代決: a capacity is named by who holds it, not by who acts in it (422); a naming is there for the two whom it concerns (404), and the holder’s to change (403)',
      rows: [
        {
          route: 'POST /deputies',
          body: { capacity: 'head:zeimu', deputy: comingDeputy, ...days },
          answers: { ...only(201, 'head'), byPost: 'ruleRefuses', deputy: 'ruleRefuses' },
        },
        { route: 'GET /deputies/{id}', at: { id: naming }, answers: { all: 'notFound', head: 200, deputy: 200 } },
        {
          route: 'PUT /deputies/{id}',
          at: { id: naming },
          headers: seen(1),
          body: days,
          answers: { all: 'notFound', deputy: 'forbidden', head: 200 },
        },
        {
          route: 'DELETE /deputies/{id}',
          at: { id: naming },
          headers: seen(2),
          answers: { all: 'notFound', deputy: 'forbidden', head: 200 },
        },
      ],
    },
    {
      rule: '後閲: what was decided for somebody is theirs to see; to others there is none',
      rows: [{ route: 'POST /me/acted/{id}/{seq}/seen', at: { id: acted, seq: '2' }, body: {}, answers: { all: 'notFound', head: 200 } }],
    },
    {
      rule: 'IT keeps the device master; the administrator sees it without its borrowers, and loads it',
      rows: [
        { route: 'GET /devices', answers: only(200, 'it', 'admin'), names: ['it'] },
        { route: 'GET /devices/{tag}', at: { tag: lent }, answers: only(200, 'it', 'admin'), names: ['it'] },
        {
          route: 'POST /devices',
          body: { assetTag: 'NEW-1', kind: 'laptop', pool: 'store', networkZone: 'lgwan', ...correction, serial: 'NEW-1' },
          answers: only(201, 'it'),
        },
        { route: 'PUT /devices/{tag}', at: { tag: device }, headers: seen(1), body: correction, answers: only(200, 'it') },
        { route: 'GET /devices/{tag}/events', at: { tag: device }, answers: only(200, 'it') },
        deviceStep('repair', 2),
        deviceStep('repaired', 3),
        deviceStep('move', 4, { pool: 'store' }),
        deviceStep('miss', 5),
        deviceStep('find', 6),
        deviceStep('retire', 7),
        { ...deviceStep('returnLease', 1), at: { tag: leased } },
        {
          route: 'POST /imports/devices',
          query: '?preview=true',
          headers: csv,
          body: 'asset_tag,kind,pool,manufacturer,model,serial,network_zone,note',
          answers: only(200, 'it', 'admin'),
        },
      ],
    },
    {
      rule: '端末機等管理簿 (procedure ④): the department’s head, its keeper and IT',
      rows: [
        {
          route: 'GET /departments/{id}/device-register',
          at: { id: 'zeimu' },
          answers: only(200, 'head', 'keeper', 'it'),
          names: ['head', 'keeper', 'it'],
        },
      ],
    },
    {
      rule: '棚卸し: IT counts',
      rows: [
        { route: 'POST /stocktakings', body: { pool: 'store' }, answers: only(201, 'it') },
        { route: 'GET /stocktakings/{number}', at: { number: '1' }, answers: only(200, 'it') },
        { route: 'POST /stocktakings/{number}/steps/see', at: { number: '1' }, body: { assetTags: ['NEW-1'] }, answers: only(200, 'it') },
        { route: 'POST /stocktakings/{number}/steps/close', at: { number: '1' }, body: {}, answers: only(200, 'it') },
      ],
    },
    {
      rule: 'HR sees what nobody can take, and moves registrations to another pack; HR and the committee see counts. What the supervisor renews is listed for whoever asks: their own part of it',
      rows: [
        { route: 'GET /unattended', answers: only(200, 'hr') },
        { route: 'GET /registrations/renewals', answers: everyone(200) },
        { route: 'GET /registrations/pack-changes', answers: only(200, 'hr') },
        { route: 'GET /figures/registrations', answers: only(200, 'hr', ...committee) },
        { route: 'GET /figures/telework-days', answers: only(200, 'hr', ...committee) },
      ],
    },
    {
      rule: 'The figures of a year are for who reviews it, and IT; what they count is for HR alone, and so is counting anew. What each is everybody may know',
      rows: [
        { route: 'GET /figures/definitions', answers: everyone(200) },
        ...['months', 'year', 'year/departments', 'situations', 'targets', 'hours', 'service', 'national-survey'].map(
          (name): Row => ({
            route: `GET /figures/${name}`,
            query: name === 'situations' ? '?month=2026-04' : '',
            answers: only(200, 'hr', 'it', ...committee),
          }),
        ),
        { route: 'GET /exports/national-survey', query: '?format=csv', answers: only(200, 'hr', 'it', ...committee) },
        { route: 'GET /figures/cells', query: '?figure=uses&from=2026-04&until=2026-04', answers: only(200, 'hr') },
        { route: 'GET /figures/rows', query: '?figure=uses&month=2020-04', answers: only(200, 'hr') },
        {
          route: 'POST /figures/months/{month}/corrections',
          at: { month: '2020-04' },
          body: { reason: '紙の報告書が後から届いたため' },
          answers: only('ruleRefuses', 'hr'),
        },
        { route: 'POST /yearly-reviews', body: { fiscalYear: 2049 }, answers: only('ruleRefuses', 'hr') },
      ],
    },
    {
      rule: 'HR says who is absent, how people are employed and live, what they have learnt, which departments became others and what seats there are; it alone takes the month’s attendance out',
      rows: [
        ...Object.entries({
          absences: 'staff_number,from,until,reason',
          employment: 'staff_number,kind,from,until,occupation',
          training: 'staff_number,course,completed,expires',
          seats: 'office,seat,network_zone,equipment',
          observed: 'staff_number,date',
          situations: 'staff_number,sex,child,care',
          successions: 'on,before,after',
        }).map(
          ([kind, body]): Row => ({
            route: `POST /imports/${kind}`,
            query: '?preview=true',
            headers: csv,
            body,
            answers: only(200, 'hr'),
          }),
        ),
        {
          route: 'POST /training',
          body: { staff: person, course: 'telework', completed: '2020-04-01' },
          answers: only(200, 'hr'),
          names: ['hr'],
        },
        { route: 'GET /training', answers: everyone(200), names: ['person', 'hr'] },
        { route: 'GET /exports/attendance', query: '?month=2026-04', answers: only(200, 'hr') },
        { route: 'GET /exports/registrations', answers: only(200, 'hr') },
      ],
    },
    {
      rule: '緊急時の特例: everybody sees what is lifted; one authority lifts it',
      rows: [
        { route: 'GET /seats', query: '?from=2026-04-01&until=2026-04-02', answers: everyone(200) },
        { route: 'GET /emergencies', answers: everyone(200) },
        { route: 'GET /emergencies/{id}', at: { id: emergency }, answers: everyone(200) },
        {
          route: 'POST /emergencies',
          body: { lifts: ['planBy'], ...days, reason: '感染症の発生' },
          answers: only(201, 'emergencyAuthority'),
        },
        {
          route: 'PUT /emergencies/{id}',
          at: { id: emergency },
          headers: seen(1),
          body: { until: days.until },
          answers: only(200, 'emergencyAuthority'),
        },
        { route: 'DELETE /emergencies/{id}', at: { id: emergency }, headers: seen(2), answers: only(200, 'emergencyAuthority') },
      ],
    },
    {
      rule: 'What happened to the person of a case is for who may read the case, as far as they may read the person’s others',
      rows: [
        {
          route: 'GET /cases/{id}/person/timeline',
          at: { id: open },
          answers: { all: 'notFound', head: 200, hr: 200, byPost: 200 }, // The deputy's naming has been taken back by now.
          reads: ['head', 'hr', 'byPost'],
        },
      ],
    },
    {
      rule: '管理者: keeps it running; decides nothing and sees no forms',
      rows: [
        { route: 'POST /cases/{id}/retry', at: { id: open }, body: {}, answers: only(202, 'admin') },
        { route: 'GET /mails', answers: only(200, 'admin') },
        { route: 'GET /mails/{number}', at: { number: '1' }, answers: only(200, 'admin') },
        { route: 'POST /mails/{number}/steps/sendAgain', at: { number: '1' }, body: {}, answers: only('notDue', 'admin') },
        { route: 'POST /mails/{number}/steps/setAside', at: { number: '1' }, body: {}, answers: only('notDue', 'admin') },
        { route: 'POST /admin/clock', body: { forwardMs: 1 }, answers: only(200, 'admin') },
      ],
    },
  ];
};
