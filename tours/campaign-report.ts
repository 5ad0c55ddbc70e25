import type { EvidenceGap, Page } from '../activities/ledger/port.js';
import type { Report } from '../api/trial/report.js';
import type { Forecast, Standing } from '../api/trial/tallies.js';
import { table } from '../cli/print.js';
import { casePaths } from '../workflows/shared/procedures.js';
import type { Draft } from '../workflows/trial-campaign/contract.js';
import { Differs } from './player.js';
import type { Trial } from './trial.js';

const campaigns = casePaths['trial-campaign'];
/** How a ZIP file begins, which a workbook is. */
const zip = [0x50, 0x4b];

const heading = [
  '所属 / section',
  '対象 / members',
  '実施 / done',
  '免除 / exempt',
  '記録 / recorded',
  '不可 / not possible',
  '未実施 / undone',
  '実施率 / rate',
  '免除を除く / without exempt',
];

const cellsOf = (name: string, line: Standing | { masked: true }): readonly string[] => {
  if ('masked' in line) return [name, '*', ...heading.slice(2).map(() => '')];
  const { members, done, exempt, recordedByHr, notPossible, atRisk, planned, share, shareWithoutExempt } = line;
  const counts = [members, done, exempt, recordedByHr, notPossible, atRisk + planned].map(String);
  return [name, ...counts, ...[share, shareWithoutExempt].map((rate) => `${rate ?? '–'} %`)];
};

/** What the report says, as far as a tour holds it against its story. */
export interface Reported {
  total: Standing;
  raised: number;
  meetings: number;
  /** Declared and not observed, observed and not declared. */
  missed: number;
  unasked: number;
  /** Lines of the list of members. */
  listed: number;
}

/** Shows the report of a campaign as HR reads it, beside what was expected on its first day, and fetches it as files. @throws Differs when they are none */
export async function showReport(trial: Trial, expected: Forecast): Promise<Reported> {
  const { client, file } = await trial.hrIn('ja');
  const [path, print] = [`${campaigns}/${trial.campaign}`, (line: string) => console.log(line)];
  const { total, byDepartment, answers, raised, meetings, measurements } = await client.ask<Report>(`${path}/report`);
  if ('masked' in total) throw new Differs('the report shows nothing');
  print(
    `\n■ 結果報告 / the report\n${table([heading, ...byDepartment.map((one) => cellsOf(one.department, one)), cellsOf('計 / total', total)])}`,
  );
  print(`\n予測と結果 / forecast and result: ${expected.done} (${expected.until}) → ${total.done}`);

  const { items: gaps } = await client.ask<Page<EvidenceGap>>(`${path}/gaps?limit=200`);
  const missed = gaps.filter(({ gap }) => gap === 'declaredNotObserved').length;
  const unasked = gaps.length - missed;
  print(`予定したが確認できない / declared, not observed: ${missed}; 予定外に確認 / observed, not declared: ${unasked}`);
  for (const [role, { asked, answered }] of Object.entries(answers)) print(`アンケート / questionnaire, ${role}: ${answered} / ${asked}`);
  for (const { kind, text, answer } of raised) print(`${kind}: ${text} → ${answer}`);
  print(`推進員会議 / meetings: ${meetings.length}`);
  for (const { what, before, after, change } of measurements) print(`${what}: ${before} → ${after} (${change})`);

  const workbook = await file(`/exports/campaign?id=${trial.campaign}&format=xlsx`);
  if (!zip.every((byte, at) => workbook[at] === byte)) throw new Differs('the workbook is none');
  const list = new TextDecoder().decode(await file(`/exports/campaign?id=${trial.campaign}&format=csv&table=members`));
  const listed = list.trim().split('\n').length - 1;
  print(`Excel: ${workbook.length} bytes; CSV: ${listed} 行 / rows`);
  const { draft } = await client.ask<{ draft: Draft }>(`${path}/next-draft`);
  const departments = draft.groups[0]?.who.departments?.length ?? 'all';
  print(`次回の案 / the next draft: ${draft.from}–${draft.until}, ${departments} 所属 / departments`);
  return { total, raised: raised.length, meetings: meetings.length, missed, unasked, listed };
}
