import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Person } from '../api/views.js';
import { say } from '../config/texts.js';
import type { ApiClient } from './client.js';
import { inBoth, table } from './print.js';

interface Named {
  procedure: string;
  receiptNumber: string;
}

/** What the API answers, as far as it is shown here. */
interface Preview {
  approvals: readonly (Named & { step: string; post: string; newPost: string; holder?: Person; newHolder?: Person })[];
  devices: readonly { assetTag: string; pool: string; why: string; receiptNumber?: string; staff?: Person; department?: string }[];
  registrations: readonly (Named & { staff: Person; why: string; department?: string; article?: string })[];
  vacant: readonly { post: string; former?: Person; waits: readonly (Named & { step: string })[] }[];
  leaving: readonly { staff: Person; cases: readonly (Named & { status: string })[] }[];
}

/** 人事異動: what the directory as it will be would change, for the personnel staff. */
export function transferCommands(program: Command, client: () => ApiClient): void {
  program
    .command('transfers')
    .description('人事異動 / transfers')
    .command('preview')
    .argument('<file>', '異動後の名簿：LDIFか、.csv（staff_number,department,head） / the directory as it will be')
    .description('内示前の確認（人事担当）：何も変更せず、誰にも知らせない / what would change; nothing is changed, nobody is told')
    .action(async (path: string) => {
      const type = path.endsWith('.csv') ? 'text/csv' : 'text/x-ldif';
      const file = { type, content: new Uint8Array(await readFile(path)) } as const;
      for (const line of shown(await client().ask<Preview>('/transfers/preview', { method: 'POST', file }))) console.log(line);
    });
}

const personIn = (person: Person | undefined): string =>
  person ? `${person.name ?? ''} ${person.staffNumber}`.trim() : '（不在 / nobody）';
const postIn = (post: string): string => post.replace(/^(\w+):/, (_all, role: string) => `${say('ja', 'capacity', role)} `);
const stepIn = ({ procedure, step }: { procedure: string; step: string }): string => inBoth('step', `${procedure}.${step}`);
const list = (heading: string, rows: readonly (readonly string[])[]): string[] => [
  '',
  `${heading}：${rows.length}`,
  ...(rows.length ? [table(rows)] : []),
];

function shown({ approvals, devices, registrations, vacant, leaving }: Preview): string[] {
  return [
    ...list(
      '決定者が替わる手続 / approvals that change hands',
      approvals.map((one) => [
        one.receiptNumber,
        stepIn(one),
        `${postIn(one.post)} ${personIn(one.holder)}`,
        `→ ${postIn(one.newPost)} ${personIn(one.newHolder)}`,
      ]),
    ),
    ...list(
      '移動する端末機等 / devices that have to move',
      devices.map(({ assetTag, pool, why, receiptNumber = '', staff, department }) => [
        assetTag,
        pool,
        inBoth('deviceMove', why),
        receiptNumber,
        staff ? personIn(staff) : '',
        department ? `→ ${department}` : '',
      ]),
    ),
    ...list(
      '終了する登録 / registrations that end',
      registrations.map(({ receiptNumber, staff, why, department, article = '' }) => [
        receiptNumber,
        personIn(staff),
        inBoth('cause', why),
        department ? `→ ${department}` : '',
        article,
      ]),
    ),
    ...list(
      '不在となる職 / posts without anybody',
      vacant.map(({ post, former, waits }) => [
        postIn(post),
        former ? personIn(former) : '',
        waits.map((one) => `${one.receiptNumber} ${stepIn(one)}`).join('、'),
      ]),
    ),
    ...list(
      '手続が残る退職者等 / people who leave with open cases',
      leaving.map(({ staff, cases }) => [
        personIn(staff),
        cases.map(({ receiptNumber, procedure, status }) => `${receiptNumber} ${inBoth('status', `${procedure}.${status}`)}`).join('、'),
      ]),
    ),
  ];
}
