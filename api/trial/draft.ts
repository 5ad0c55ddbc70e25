import { z } from 'zod';
import { employmentKinds } from '../../config/policy/schema.js';
import { daysBetween } from '../../workflows/shared/dates.js';
import type { Draft } from '../../workflows/trial-campaign/contract.js';
import { date, department, line, setOf } from '../schemas.js';

/** Calendar days of the longest campaign: a year. */
export const longestCampaign = 366;

const employment = setOf(z.enum(employmentKinds), employmentKinds.length);
const reasons = z.enum(['child', 'care', 'pregnancy', 'other']);
const departments = setOf(department, 1_000);
const times = z.int().min(1).max(31);

const group = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]{0,39}$/)
    .meta({ examples: ['managers'] }),
  who: z
    .strictObject({
      departments: departments.exactOptional(),
      role: z.enum(['heads', 'others', 'promoters']).exactOptional(),
      employment: employment.exactOptional(),
      reasons: setOf(reasons, reasons.options.length).exactOptional(),
    })
    .default({})
    .meta({ description: 'Everybody of whom all that is named is true; who fits several groups belongs to the first.' }),
  times,
  per: z.enum(['period', 'month', 'week']),
  from: date.exactOptional().meta({ description: 'A wave: its own first date within the period.' }),
  until: date.exactOptional(),
  first: z.boolean().exactOptional().meta({ description: 'Before the others of the section where that is possible.' }),
});

const kind = z.enum(['laptop', 'wifiRouter', 'smartphone', 'tablet']);
const staffed = z.int().min(0).max(500);
const counter = z.strictObject({ department, morning: staffed, afternoon: staffed });

const filed = z.strictObject({
  from: date,
  until: date,
  groups: z.array(group).min(1).max(20),
  excluded: z
    .strictObject({
      departments: departments.default([]),
      occupations: setOf(line(40), 100).default([]),
      employment: employment.default([]),
    })
    .prefault({}),
  unit: z.enum(['day', 'halfDay']),
  place: z
    .strictObject({ form: z.enum(['satellite']), office: line(64) })
    .exactOptional()
    .meta({ description: 'Absent: wherever the registration allows.' }),
  devices: z.strictObject({
    source: z.enum(['pool', 'ownDesk', 'private']),
    kind: kind.exactOptional().meta({ description: 'Needed, and known, with `pool` only.' }),
    loaners: z
      .strictObject({ kind, employment: employment.min(1) })
      .exactOptional()
      .meta({ description: 'Not with `pool`: who is so employed has none, and is lent one.' }),
  }),
  counters: z.array(counter).max(1_000).default([]),
  daysOff: setOf(date, longestCampaign).default([]),
});
type Filed = z.output<typeof filed>;

/** 試行計画案, as HR draws it up. Whether its departments exist says the directory, at the moment of use. */
export const draft = filed.superRefine(judge).transform(draftOf);

/** What contradicts itself, each under its field. */
function judge({ from, until, groups, devices, counters, daysOff }: Filed, context: z.core.$RefinementCtx<Filed>): void {
  const wrong = (code: string, path: readonly (string | number)[], limit?: string) =>
    context.addIssue({ code: 'custom', path: [...path], params: { code, ...(limit !== undefined && { limit }) } });
  const [period, isWithin] = [`${from}–${until}`, (day: string) => from <= day && day <= until];
  const once = (list: string, field: string, items: readonly string[]): void => {
    const seen = new Set<string>();
    for (const [at, item] of items.entries()) if (seen.size === seen.add(item).size) wrong('repeated', [list, at, field]);
  };

  if (until < from) {
    wrong('datesNotInOrder', ['until'], from);
    return; // Nothing lies within such a period.
  }
  if (daysBetween(from, until) >= longestCampaign) wrong('periodTooLong', ['until'], `${longestCampaign}`);
  once(
    'groups',
    'id',
    groups.map(({ id }) => id),
  );
  once(
    'counters',
    'department',
    counters.map((one) => one.department),
  );
  for (const [at, { from: first = from, until: last = until }] of groups.entries()) {
    for (const [field, day] of Object.entries({ from: first, until: last }))
      if (!isWithin(day)) wrong('outsidePeriod', ['groups', at, field], period);
    if (last < first) wrong('datesNotInOrder', ['groups', at, 'until'], first);
  }
  for (const [at, day] of daysOff.entries()) if (!isWithin(day)) wrong('outsidePeriod', ['daysOff', at], period);
  const lent = devices.source === 'pool';
  if (lent && !devices.kind) wrong('required', ['devices', 'kind']);
  if (!lent && devices.kind) wrong('unknownField', ['devices', 'kind']);
  if (lent && devices.loaners) wrong('unknownField', ['devices', 'loaners']);
}

function draftOf({ groups, devices: { source, kind, loaners }, ...rest }: Filed): Draft {
  return {
    ...rest,
    groups: groups.map(({ first, ...one }) => ({ ...one, ...(first && { first }) })),
    devices: kind ? { source: 'pool', kind } : { source: source === 'private' ? source : 'ownDesk', ...(loaners && { loaners }) },
  };
}

/** Every department that the draft names, and where it does. */
export const departmentsOf = ({ groups, excluded, counters }: Draft): readonly { field: string; department: string }[] => [
  ...groups.flatMap(({ who }, at) =>
    (who.departments ?? []).map((one) => ({ field: `draft.groups.${at}.who.departments`, department: one })),
  ),
  ...excluded.departments.map((one) => ({ field: 'draft.excluded.departments', department: one })),
  ...counters.map((one, at) => ({ field: `draft.counters.${at}.department`, department: one.department })),
];
