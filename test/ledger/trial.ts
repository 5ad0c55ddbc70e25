import { expect } from 'vitest';
import type { LedgerEntry, RosterMember } from '../../activities/ledger/port.js';
import type { Tally } from '../../workflows/trial-section/contract.js';
import { untilThere } from './loan.js';
import { entry, type Town } from './town.js';

/** Two weeks of business days; the town's clock stands at Monday, 5 April 2027, 9:00. */
export const days = ['12', '13', '14', '15', '16', '19', '20', '21', '22', '23'].map((day) => `2027-04-${day}`) as readonly string[];
export const [first, last] = ['2027-04-12', '2027-04-23'];

/** Somebody who is to telework once within the two weeks, on the first of them. */
export const member = (staff: string, over: Partial<RosterMember> = {}): RosterMember => ({
  staff,
  group: 'all',
  duties: [{ from: first, until: last, times: 1 }],
  slots: [{ date: first, part: 'day' }],
  ...over,
});

export const on = (...dates: readonly string[]): RosterMember['slots'] => dates.map((date) => ({ date, part: 'day' }));

/** A campaign's case, which has asked for a plan. */
export async function campaign({ ledger }: Town, caseId = 'C', more: Partial<LedgerEntry> = {}): Promise<void> {
  const summary = { status: 'announced', department: 'hr', staff: '9' };
  const due = [
    { step: 'planned', from: 'planner' },
    { step: 'cancel', who: 'hr' as const },
  ];
  await ledger.append(entry(caseId, 1, { name: 'draft' }, { procedure: 'trial-campaign', summary, due, ...more }));
  await ledger.append(entry(caseId, 2, { name: 'plan' }, { procedure: 'trial-campaign', summary, due, ...more }));
}

/** A section of the campaign, played against the ledger. */
export function section({ ledger }: Town, caseId: string, { of = 'C', department = 'tax' } = {}) {
  let seq = 0;
  const write = async (name: string, more: Partial<LedgerEntry>) => {
    const place = { procedure: 'trial-section', summary: { status: 'open', department, staff: '9', within: of } } as const;
    seq += 1;
    const written = entry(caseId, seq, { name }, { ...place, ...more });
    return untilThere(() => ledger.append(written));
  };
  return {
    caseId,
    /** An event after which these are its members. */
    has: (members: readonly RosterMember[], name = 'move', more: Partial<LedgerEntry> = {}) =>
      write(name, { roster: { campaign: of, members }, ...more }),
    /** An event that says nothing of them. */
    does: write,
  };
}

/** A telework day of somebody that has come so far. */
export async function day(t: Town, staff: string, date: string, status: string, unplanned?: string): Promise<void> {
  const caseId = `${staff}/${date}`;
  const { seq } = (await untilThere(() => t.ledger.caseById(caseId))) ?? { seq: 0 };
  const takes = !['refused', 'withdrawn', 'expired', 'cancelled', 'missed'].includes(status);
  const claim = { staff, department: 'tax', date, from: '08:30', until: '17:15', form: 'home', unit: 'day', minutes: 465 } as const;
  const written = entry(
    caseId,
    seq + 1,
    { name: status },
    {
      procedure: 'telework-day',
      state: { status, request: { plan: { date } }, ...(unplanned && { unplanned }) },
      summary: { status, department: 'tax', staff, date },
      ...(takes && { day: claim }),
    },
  );
  await untilThere(() => t.ledger.append(written));
}

/** Staff number → how the person stands. */
export async function standing({ ledger }: Town, of = 'C'): Promise<Record<string, string>> {
  const { items } = await ledger.trialMembers({ campaign: of, limit: 200 });
  return Object.fromEntries(items.map(({ staff, status }) => [staff, status]));
}

export const tally = (over: Partial<Tally>): Tally => ({
  done: 0,
  recordedByHr: 0,
  exempt: 0,
  notPossible: 0,
  planned: 0,
  atRisk: 0,
  ...over,
});

/** Counted from the rows one by one, the tally is what it is; judged anew, nobody stands otherwise; and the chains hold. */
export async function isSound({ ledger, sql }: Town): Promise<void> {
  const counted = `select campaign, department, "group", status, count(*)::int as members from trial_members group by 1, 2, 3, 4`;
  const kept = `select campaign, department, "group", status, members from trial_tally, lateral (values ('done', done), ('recordedByHr', "recordedByHr"),
    ('exempt', exempt), ('notPossible', "notPossible"), ('planned', planned), ('atRisk', "atRisk")) as one (status, members) where members <> 0`;
  expect(await sql(`(${counted} except ${kept}) union all (${kept} except ${counted})`)).toEqual([]);
  const members = 'select campaign, staff, observed, needed, done, lacks, status from trial_members order by 1, 2';
  const before = await sql(members);
  await sql('update trial_members set staff = staff');
  expect(await sql(members)).toEqual(before);
  for await (const finding of ledger.verifyChains()) expect(finding).toBeUndefined();
}
