import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { EvidenceGap, Page } from '../../activities/ledger/port.js';
import { type Town, town } from './town.js';
import { campaign, day, first, isSound, last } from './trial.js';

/** Members of so many sections, written past the ledger: what counts here is how many there are. */
async function crowd({ sql: past }: Town, { sections, members }: { sections: number; members: number }): Promise<void> {
  await past(
    `insert into trial_members (campaign, staff, case_id, department, "group", duties, slots, recorded)
     select 'C', number, 'C', 'd' || number % $1, 'all', $3, $4, false from generate_series(1, $2::int) as number on conflict do nothing`,
    [sections, members, JSON.stringify([{ from: first, until: last, times: 1 }]), JSON.stringify([{ date: last, part: 'day' }])],
  );
  await past('analyze trial_members');
}

/** Rows that the ledger has fetched from the tables of a trial while it did something, as PostgreSQL has counted them. */
async function fetchedBy(t: Town, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const counted = async () => {
    await sql`select pg_stat_force_next_flush()`.execute(t.ledger.db); // On the only connection that it has.
    await sql`select 1`.execute(t.ledger.db);
    return t.sql<{ relname: string; rows: number }>(
      `select relname, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_user_tables where relname in ('trial_members', 'trial_tally') order by 1`,
    );
  };
  const before = await counted();
  await work();
  const after = await counted();
  return Object.fromEntries(after.map(({ relname, rows }, index) => [relname, rows - (before[index]?.rows ?? 0)]));
}

it('a tally reads a row a section, a day that ends those of its person, and a watch those whose slot has passed: of 1,000 members as of 40,000', {
  timeout: 180_000,
}, async () => {
  const t = await town({ connections: 1 });
  await campaign(t);
  await t.sql(`insert into trials values ('C', $1)`, [first]);
  for (const [turn, members] of [1_000, 40_000].entries()) {
    await crowd(t, { sections: 50, members });
    expect(await fetchedBy(t, () => t.ledger.campaignTally('C'))).toEqual({ trial_members: 0, trial_tally: 50 });
    const staff = `${turn + 1}`;
    const { trial_members = 0, trial_tally = 0 } = await fetchedBy(t, () => day(t, staff, first, 'ended'));
    expect(trial_members).toBeLessThanOrEqual(3);
    expect(trial_tally).toBeLessThanOrEqual(50); // Whether PostgreSQL takes the index of so small a table is its own affair.
    const watch = await fetchedBy(t, () => t.ledger.watchTrial('C', first));
    expect(watch.trial_members).toBeLessThanOrEqual(members > 1_000 ? 10 : members); // A thousand rows it may as well read one by one.
  }
  expect((await t.ledger.campaignTally('C')).total).toMatchObject({ done: 2, planned: 39_998 });

  const gaps: string[] = [];
  let pages = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined; pages += 1) {
    const page: Page<EvidenceGap> = await t.ledger.evidenceGaps({ campaign: 'C', limit: 10, ...(cursor && { cursor }) });
    gaps.push(...page.items.map(({ staff, gap }) => `${staff} ${gap}`));
    cursor = page.cursor;
  }
  expect(gaps).toEqual(['1 observedNotDeclared', '2 observedNotDeclared']);
  expect(pages).toBeGreaterThan(4); // No page looks at all of them.
  await t.sql(`delete from trial_members`); // No section has written them.
  await isSound(t);
});
