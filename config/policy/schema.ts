import { z } from 'zod';

/**
 * Where a value comes from: a line of the source documents, with the article that stands there if it has one (`004:659`, `004:634-638 要綱第4条第2項`), a law, a
 * public guideline, or `ours:` and the reason. Several are joined by `; `.
 */
const source = z
  .string()
  .regex(
    /^(00[0-4]:\d+(-\d+)?( [^;]*[^;\s])?|(law|guideline|ours): \S.*?)(; (00[0-4]:\d+(-\d+)?( [^;]*[^;\s])?|(law|guideline|ours): \S.*?))*$/,
    'must name a seed line such as 004:659 or 004:634 要綱第4条第2項, or begin with law:, guideline: or ours:',
  );

/** A value of a pack never stands without its source. */
const sourced = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, source });

const days = (least: number, most: number) => sourced(z.int().min(least).max(most));
const text = sourced(z.string().trim().min(1));
const setOf = <const Word extends string>(...words: [Word, ...Word[]]) => sourced(z.array(z.enum(words)).readonly());
/** A time of the day. */
const time = sourced(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 08:30'));
const minutes = (least: number, most: number) => sourced(z.int().min(least).max(most));
/** What is said of a value that is there, but none of these. */
const unlessMissing =
  (message: string) =>
  ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : message;
/** How many, or that there is no limit. */
const capOf = (most: number) =>
  sourced(z.union([z.int().min(1).max(most), z.literal('none')], { error: unlessMissing(`must be a number from 1 to ${most}, or none`) }));
const levels = sourced(
  z
    .array(z.literal([1, 2, 3]))
    .min(1)
    .readonly(),
);
const listOf = <const Word extends string>(...words: [Word, ...Word[]]) => sourced(z.array(z.enum(words)).min(1).readonly());
/** A text in both languages; the Japanese one counts. */
const agreed = { version: text, ja: text, en: text };

/** A capacity that a pack may name: a role, or a post in a named unit. Never a person: people change posts, packs do not (design §4.7). */
const capacity = z.union(
  [z.enum(['it', 'hr']), z.templateLiteral([z.enum(['head', 'superior', 'keeper']), ':', z.string().regex(/^[^\s:]+$/)])],
  'must be it, hr, head:UNIT, superior:UNIT or keeper:UNIT',
);

/** Of the methods, weakest first (initialise, clear, purge, destroy), those that the national guideline leaves to a pack for this class of data. */
const methods = <const Method extends 'clear' | 'purge' | 'destroy'>(...allowed: [Method, ...Method[]]) =>
  sourced(
    z.enum(allowed, {
      error: unlessMissing(
        `must be ${allowed.join(' or ')}: the national security guideline allows no weaker one, and initialising alone for no data`,
      ),
    }),
  );

/** 任用形態 (004:636-638, 004:1316): how somebody may be employed. */
export const employmentKinds = [
  'regular',
  'conditional',
  'temporary',
  'partTime',
  'fiscalYearAppointee',
  'reEmployed',
  'fixedTerm',
  'seconded',
  'specialPost',
] as const;

/** A group of a campaign's targets as a pack proposes it (`TargetGroup` of the contract). */
const targetGroup = z.strictObject({
  id: z.string().regex(/^[a-zA-Z]+$/, 'must be a word'),
  who: z.strictObject({
    role: z.enum(['heads', 'others', 'promoters']).exactOptional(),
    employment: z.array(z.enum(employmentKinds)).min(1).readonly().exactOptional(),
    reasons: z
      .array(z.enum(['child', 'care', 'pregnancy', 'other']))
      .min(1)
      .readonly()
      .exactOptional(),
  }),
  times: z.int().min(1).max(31),
  per: z.enum(['period', 'month', 'week']),
  first: z.literal(true).exactOptional(),
});
/** 年度, by the year in which it begins. */
const fiscalYear = z.int().min(2010).max(2100);
/** A day of the fiscal year before the turn of the year. */
const dayOfYear = sourced(
  z
    .string()
    .regex(
      /^((04|06|09|11)-(0[1-9]|[12]\d|30)|(05|07|08|10|12)-(0[1-9]|[12]\d|3[01]))$/,
      'must be a day such as 10-15, from 04-01 to 12-31',
    ),
);
const teleworkForms = ['home', 'mobile', 'satellite'] as const;
const deviceKind = z.enum(['laptop', 'wifiRouter', 'smartphone', 'tablet']);

/** A municipality's policy pack as it stands once all that it extends is resolved. Strict: a field that is not known here is a mistake. */
export const policySchema = z.strictObject({
  municipality: z.strictObject({ name: z.strictObject({ ja: text, en: text }) }),
  /** 端末機等の借用. */
  deviceLoan: z.strictObject({
    /** Business days in which a request must be answered. */
    answerDays: days(1, 60),
    /** Business days after the first day until a prepared device must have been collected. */
    collectDays: days(0, 60),
    /** Calendar days after the last day in which a device is promised to nobody. */
    turnaroundDays: days(0, 60),
    /** Longest loan, extensions included, in calendar days; at most the year after which every registration is looked at again. */
    longestDays: days(1, 366),
    /** How far ahead a loan may start, in calendar days. */
    aheadDays: days(0, 366),
    kinds: listOf('laptop', 'wifiRouter', 'smartphone', 'tablet'),
    accessories: setOf('wire', 'mouse', 'charger', 'bag', 'privacyFilter', 'cable'),
    /** Who keeps a department's own devices and so hands over, takes back and erases: IT, or the department's 端末管理者. */
    departmentPoolKeeper: sourced(z.enum(['it', 'keeper'])),
    commonPoolKeeper: sourced(z.literal('it')),
    /** Of whom one confirms an erasure; the rules keep the eraser and the borrower out, whoever is named here. */
    confirmers: sourced(z.array(capacity).min(1).readonly()),
    /** The weakest method that suffices before a device is lent again, by the data that lay on it. */
    erasure: z.strictObject({
      myNumber: methods('destroy'),
      confidential: methods('purge', 'destroy'),
      public: methods('clear', 'purge', 'destroy'),
    }),
    fingerprintRequired: sourced(z.boolean()),
    /** Only whoever has an active registration may borrow (Art. 5-5). */
    requiresRegistration: sourced(z.boolean()),
    /** Calendar days after the last day when the supervisor, then IT, is told. */
    overdue: z
      .strictObject({ headAfterDays: days(0, 60), itAfterDays: days(0, 60) })
      .refine(({ headAfterDays, itAfterDays }) => headAfterDays.value <= itAfterDays.value, {
        path: ['itAfterDays', 'value'],
        error: 'must not come before headAfterDays: the supervisor is told first',
      }),
    /** Calendar days after the return when a device that is not erased and confirmed is named. */
    erasureWithinDays: days(0, 60),
    /** What the borrower signs for on receipt. */
    terms: z.strictObject(agreed),
  }),
  /** 在宅勤務登録. */
  registration: z.strictObject({
    /** Business days in which an application must be answered, and in which one that was sent back must be filed again. */
    answerDays: days(1, 60),
    /** 任用形態: who may register. */
    employment: listOf(...employmentKinds),
    /** 職種: who may not, whatever the employment. */
    excludedOccupations: setOf('clerical', 'engineer', 'nurseryTeacher', 'publicHealthNurse', 'fireFighter'),
    /** 申込事由: of which one is given as the main reason; none: no reason is asked for. */
    reasons: setOf('child', 'care', 'pregnancy', 'other'),
    forms: listOf(...teleworkForms),
    workplaces: listOf('ownHome', 'carersHome', 'spousesHome', 'approvedPlace'),
    /** Who decides on a head's own application: the head of the unit above, nobody else. */
    ownRequest: sourced(z.literal('superior')),
    /** Whether HR may revoke beside the supervisor. */
    hrMayRevoke: sourced(z.boolean()),
    /** Whether another address, reason or form of telework is approved again. */
    changeNeedsApproval: sourced(z.boolean()),
    /** Whether it ends when the person moves to another department. */
    endsOnTransfer: sourced(z.boolean()),
    /** Whether it ends on 31 March unless it is renewed. */
    endsWithFiscalYear: sourced(z.boolean()),
    /** Month and day from which it can be renewed for the next fiscal year, in the last quarter of the present one. */
    renewalOpens: sourced(
      z
        .string()
        .regex(/^(0[13]-(0[1-9]|[12]\d|3[01])|02-(0[1-9]|1\d|2[0-8]))$/, 'must be a day such as 02-01, from 01-01 to 03-31, of every year'),
    ),
    /** 代決できない事項: steps that nobody takes on behalf of an absent supervisor. */
    neverActed: setOf('approve', 'refuse', 'sendBack', 'decideChange', 'suspend', 'resume', 'revoke', 'renew'),
    /** 誓約書. */
    pledge: z.strictObject({ required: sourced(z.boolean()), ...agreed }),
    /** 作業環境の確認: the form says which of the items are fulfilled. */
    checklist: z.strictObject({
      required: sourced(z.boolean()),
      items: z
        .array(
          sourced(
            z.strictObject({
              id: z.string().regex(/^[a-z]+$/, 'must be a word'),
              /** An item replaces the one of the same id from this day on. */
              validFrom: z.iso.date('must be a date such as 2022-04-01'),
              ja: z.string().min(1),
              en: z.string().min(1),
            }),
          ),
        )
        .min(1)
        .readonly()
        .refine((items) => new Set(items.map(({ value: { id, validFrom } }) => `${id} ${validFrom}`)).size === items.length, {
          error: 'must hold each item once for each day from which it is valid',
        }),
    }),
  }),
  /** テレワークの実施. */
  teleworkDay: z
    .strictObject({
      /** Until when a plan is filed: the day before, the week before, or before it begins. */
      planBy: sourced(z.enum(['sameDay', 'previousDay', 'previousWeek'])),
      /** Until when it must have been approved: the end of the day before, or until it begins. */
      approveBy: sourced(z.enum(['previousDay', 'start'])),
      /** How far ahead a plan may be filed, in calendar days. */
      aheadDays: days(1, 366),
      weekBegins: sourced(z.enum(['monday', 'sunday'])),
      caps: z.strictObject({
        /** Days a week with any telework. */
        perWeek: capOf(7),
        /** `half`: at least half of a week's business days are spent at the office. */
        officeDays: sourced(z.enum(['half', 'none'])),
      }),
      /** Whether somebody may telework on a day without business. */
      onClosedDays: sourced(z.boolean()),
      /** 実施単位. */
      units: listOf('day', 'halfDay', 'hours'),
      hours: z
        .strictObject({
          /** The usual working hours, the rest included. */
          from: time,
          until: time,
          restFrom: time,
          restUntil: time,
          /** Other hours: none, the patterns, as many moved within the window, or any in it, the rest at any time. */
          shifts: sourced(z.enum(['fixed', 'patterns', 'window', 'flexible'])),
          /** 時差出勤. */
          patterns: sourced(
            z
              .array(z.strictObject({ id: z.string().regex(/^\w+$/, 'must be a word'), from: time.shape.value, until: time.shape.value }))
              .readonly(),
          ),
          windowFrom: time,
          windowUntil: time,
          minutesPerDay: minutes(60, 24 * 60),
          minutesPerWeek: minutes(60, 7 * 24 * 60),
          /** Lines of a table and working hours begin and end on a multiple of so many minutes. */
          stepMinutes: minutes(1, 60),
          /** Leave is taken in multiples of so many minutes. */
          leaveStepMinutes: minutes(1, 8 * 60),
        })
        .refine(
          ({ from, restFrom, restUntil, until }) =>
            from.value < restFrom.value && restFrom.value < restUntil.value && restUntil.value < until.value,
          {
            path: ['restFrom', 'value'],
            error: 'must lie with restUntil between from and until',
          },
        ),
      /** 時間外勤務: none is ever ordered. */
      overtime: sourced(z.literal('never')),
      reports: z.strictObject({
        /** How reports may come that the supervisor records. */
        channels: listOf('phone', 'mail', 'chat'),
        /** Whether the afternoon begins with a report of its own. */
        midday: sourced(z.boolean()),
        /** 復命: business days after the date in which the result is reported back. */
        reportBackDays: days(0, 30),
      }),
      /** 在席状況の確認. */
      presenceChecks: sourced(z.boolean()),
      needs: z.strictObject({ registration: sourced(z.boolean()), training: sourced(z.boolean()) }),
      /** Lent by IT, the own one from the desk, a private one, or one that stands in the satellite office. */
      devices: listOf('lent', 'ownDesk', 'private', 'office'),
      /** 業務の範囲; `other` asks for a text. */
      tasks: sourced(
        z
          .array(z.strictObject({ id: z.string().regex(/^[a-zA-Z]+$/, 'must be a word'), ja: z.string().min(1), en: z.string().min(1) }))
          .min(1)
          .readonly()
          .refine((tasks) => new Set(tasks.map(({ id }) => id)).size === tasks.length, { error: 'must hold each task once' }),
      ),
      /** 機密性レベル: what may be worked on in each form, 1 public, 2 internal, 3 secret. */
      levels: z.strictObject({ home: levels, mobile: levels, satellite: levels }),
      /** A seat in a satellite office is never given twice. */
      overbooking: sourced(z.literal('never')),
      /** 個人情報の持ち出し. */
      personalData: sourced(z.literal('never')),
      /** 旅行命令: whether working at home takes a travel order. */
      travelOrder: sourced(z.boolean()),
      emergency: z.strictObject({
        /** What a declared emergency may lift. */
        liftable: setOf('planBy', 'perWeek', 'officeDays', 'units', 'registration', 'training', 'device'),
        /** Whether somebody may start without a plan while one is in force that lifts `planBy`. */
        unplannedStart: sourced(z.boolean()),
      }),
    })
    .refine(({ units, hours }) => hours.shifts.value !== 'flexible' || units.value.every((unit) => unit === 'hours'), {
      path: ['units', 'value'],
      error: 'must be hours alone where hours are flexible: no day or half is there to be filled',
    }),
  /** 試行期間: what HR is offered when it draws up a campaign, and what holds for all of them. */
  trialPeriod: z.strictObject({
    /** Business days of a period as it is proposed. */
    days: days(1, 366),
    /** Who is asked how often; who fits several groups belongs to the first. */
    groups: sourced(
      z
        .array(targetGroup)
        .min(1)
        .readonly()
        .refine((groups) => new Set(groups.map(({ id }) => id)).size === groups.length, { error: 'must hold each group once' }),
    ),
    /** 実施単位 of a planned day. */
    unit: sourced(z.enum(['day', 'halfDay'])),
    /** Where: as registered, or on a seat of the satellite office. */
    place: sourced(z.enum(['registered', 'satellite'])),
    devices: sourced(
      z.discriminatedUnion(
        'source',
        [
          z.strictObject({ source: z.literal('pool'), kind: deviceKind }),
          z.strictObject({
            source: z.enum(['ownDesk', 'private']),
            /** Those so employed have none of their own. */
            loaners: z.strictObject({ kind: deviceKind, employment: z.array(z.enum(employmentKinds)).min(1).readonly() }).exactOptional(),
          }),
        ],
        { error: ({ input }) => (Object(input).source === undefined ? 'is missing' : undefined) },
      ),
    ),
    /** 窓口: who stays at the office in each half of each day, in each section that HR names. */
    counter: z.strictObject({ morning: days(0, 50), afternoon: days(0, 50) }),
    /** Most calendar days by which one step may extend a campaign. */
    extendDays: days(1, 366),
    /** Calendar days for which the questionnaire is open after the last day. */
    questionnaireDays: days(1, 90),
    /** Fewest people of whom a rate is shown. */
    smallGroup: days(2, 50),
  }),
  /** 職員アンケート. */
  surveys: z.strictObject({
    /** Business days before the last day on which who has not answered is reminded. */
    remindDays: sourced(z.array(z.int().min(1).max(60)).max(10).readonly()),
    /** Minutes for which somebody who had the form open when the survey closed may still send it. */
    graceMinutes: minutes(0, 24 * 60),
    /** Fewest answers of which shares are shown. */
    smallGroup: days(2, 50),
  }),
  /** 年次評価 (PDCA): the plan of several years, and how each of them is steered. */
  yearlyReview: z.strictObject({
    /** 延べ or 実人数: what targets are judged by; the other stands beside it. */
    countedBy: sourced(z.enum(['uses', 'people'])),
    /** 累計 since April of each year, or since April of the plan's first. */
    countedOver: sourced(z.enum(['fiscalYear', 'plan'])),
    /** 計画期間: first and last fiscal year. */
    planYears: sourced(
      z
        .tuple([fiscalYear, fiscalYear])
        .readonly()
        .refine(([first, last]) => first <= last, { error: 'must be the first and the last fiscal year of the plan' }),
    ),
    /** `all`: of all forms together; null: none is set for the year, 「—」. */
    targets: sourced(
      z
        .array(z.strictObject({ fiscalYear, form: z.enum(['all', ...teleworkForms]), value: z.int().min(0).max(10_000_000).nullable() }))
        .readonly()
        .refine((targets) => new Set(targets.map((one) => `${one.fiscalYear} ${one.form}`)).size === targets.length, {
          error: 'must hold one target for each year and form',
        }),
    ),
    /** From which fiscal year on a form is to be in a stage. */
    stages: sourced(
      z
        .array(
          z.strictObject({
            form: z.enum(teleworkForms),
            stage: z.enum(['introduction', 'verification', 'establishment']),
            from: fiscalYear,
          }),
        )
        .readonly()
        .refine((stages) => new Set(stages.map((one) => `${one.from} ${one.form}`)).size === stages.length, {
          error: 'must hold one stage for each year and form',
        }),
    ),
    committee: z.strictObject({
      /** Percent of the members who make a quorum. */
      quorumPercent: sourced(z.int().min(1).max(100)),
      /** Whether a deliberation is recorded with its minutes. */
      minutes: sourced(z.boolean()),
    }),
    /** テレワーク強化月間. */
    promotionMonth: sourced(z.int().min(1).max(12)),
    /** Month and day by which the half-year check is due. */
    halfYearBy: dayOfYear,
    /** Month and day until which the committee is waited for, with the plan of the year and the results of the year before. */
    committeeBy: dayOfYear,
  }),
  /** 代決: who decides while a head is absent (事務決裁規程). */
  acting: z.strictObject({
    /** 代決の順序: titles of posts in the head's department, first to last; the first who is there decides. */
    order: sourced(z.array(z.string().trim().min(1)).min(1).readonly()),
    /** Whether a head may name somebody instead, for dates and kinds of step. */
    headMayName: sourced(z.boolean()),
  }),
  /** How the network is reached from outside (004:1117-1122); `none`: it is not, data is carried to the device and back. */
  ictMethod: sourced(z.enum(['none', 'remoteDesktop', 'virtualDesktop', 'cloudApps', 'takeHomePc'])),
});

/** A resolved pack, every value with its source. */
export type PolicyDocument = z.output<typeof policySchema>;

type ValuesOf<Section> = Section extends { value: infer Value; source: string }
  ? Value
  : { readonly [Field in keyof Section]: ValuesOf<Section[Field]> };

/** A resolved pack without the sources, for those who act by it. */
export type PolicyValues = ValuesOf<PolicyDocument>;
