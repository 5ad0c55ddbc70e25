import { Command, Option } from 'commander';
import { measureApi } from './api.js';
import { measureCampaign } from './campaign.js';
import { measureCounts } from './counts.js';
import { measureDayLists } from './day-lists.js';
import { measureLists } from './lists.js';
import { measureLoans } from './loans.js';
import { measurePeak } from './peak.js';
import { measurePlanner } from './planner.js';
import { measureRenewals } from './renewals.js';
import { asTable, isReached, machine, type Section } from './report.js';
import { type Servers, startServers } from './servers.js';
import { measureYears } from './years.js';

/** What the README's numbers come from. Counts are exact; times are ratios of what was measured side by side in this run. */
const sections = {
  counts: { title: 'What a loan, a registration and a fiscal year cost (exact)', measure: measureCounts },
  loans: { title: 'Loans side by side', measure: measureLoans },
  api: { title: 'The API beside the Temporal client', measure: measureApi },
  renewals: { title: '1,000 registrations renewed in bulk', measure: measureRenewals },
  peak: { title: '8:30 in the morning', measure: measurePeak },
  'day-lists': { title: 'Pages over a million telework days beside 10,000', measure: measureDayLists },
  lists: { title: 'Pages over 40,000 open loans beside 1,000', measure: measureLists },
  campaign: { title: 'A campaign of 1,017, 4,000 and 40,000', measure: measureCampaign },
  years: { title: 'Figures of a year: 40,000 staff and 2.4 million days', measure: measureYears },
  planner: { title: 'The rotation of a campaign of 40,000', measure: measurePlanner },
} satisfies Record<string, { title: string; measure(servers: Servers): Promise<Section['findings']> }>;
type SectionName = keyof typeof sections;

const { json, only } = new Command('npm run bench --')
  .description('measures and counts: loans, registrations, lists, the API')
  .option('--json', 'the same as JSON')
  .addOption(new Option('--only <section>', 'one of them').choices(Object.keys(sections)))
  .parse()
  .opts<{ json?: true; only?: SectionName }>();

const chosen = only ? [only] : (Object.keys(sections) as SectionName[]);
const done: Section[] = [];
const servers = await startServers();
// What was measured until then is shown already.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void servers.stop().finally(() => process.exit(1)));
try {
  if (!json) process.stdout.write(`${machine()}\n`);
  for (const name of chosen) {
    const { title, measure } = sections[name];
    const section = { title, findings: await measure(servers) };
    done.push(section);
    if (!json) process.stdout.write(`\n${asTable([section])}\n`);
  }
} finally {
  await servers.stop();
}
if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), sections: done }, null, 2)}\n`);
process.exitCode = done.every(({ findings }) => findings.every((finding) => isReached(finding) !== false)) ? 0 : 1;
