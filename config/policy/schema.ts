import { z } from 'zod';

/**
 * Where a value comes from: a line of the source documents (`004:659`, `004:1235-1239`), a law, a public guideline, or `ours:` and the reason. Several are
 * joined by `; `.
 */
const source = z
  .string()
  .regex(
    /^(00[0-4]:\d+(-\d+)?|(law|guideline|ours): \S.*?)(; (00[0-4]:\d+(-\d+)?|(law|guideline|ours): \S.*?))*$/,
    'must name a seed line such as 004:659, or begin with law:, guideline: or ours:',
  );

/** A value of a pack never stands without its source. */
const sourced = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, source });

const days = (least: number, most: number) => sourced(z.int().min(least).max(most));
const text = sourced(z.string().trim().min(1));
const listOf = <const Word extends string>(...words: [Word, ...Word[]]) => sourced(z.array(z.enum(words)).min(1).readonly());

/** A capacity that a pack may name: a role, or a post in a named unit. Never a person: people change posts, packs do not (design §4.7). */
const capacity = z.union(
  [z.enum(['it', 'hr']), z.templateLiteral([z.enum(['head', 'superior', 'keeper']), ':', z.string().regex(/^[^\s:]+$/)])],
  'must be it, hr, head:UNIT, superior:UNIT or keeper:UNIT',
);

/** Of the methods, weakest first (initialise, clear, purge, destroy), those that the national guideline leaves to a pack for this class of data. */
const methods = <const Method extends 'clear' | 'purge' | 'destroy'>(...allowed: [Method, ...Method[]]) =>
  sourced(
    z.enum(allowed, {
      error: ({ input }) =>
        input === undefined
          ? undefined
          : `must be ${allowed.join(' or ')}: the national security guideline allows no weaker one, and initialising alone for no data`,
    }),
  );

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
    accessories: sourced(z.array(z.enum(['wire', 'mouse', 'charger', 'bag', 'privacyFilter', 'cable'])).readonly()),
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
    terms: z.strictObject({ version: text, ja: text, en: text }),
  }),
});

/** A resolved pack, every value with its source. */
export type PolicyDocument = z.output<typeof policySchema>;

type ValuesOf<Section> = Section extends { value: infer Value; source: string }
  ? Value
  : { readonly [Field in keyof Section]: ValuesOf<Section[Field]> };

/** A resolved pack without the sources, for those who act by it. */
export type PolicyValues = ValuesOf<PolicyDocument>;
