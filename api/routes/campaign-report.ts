import { z } from 'zod';
import { every, type TrialMember } from '../../activities/ledger/port.js';
import { csvFileOf, workbookOf } from '../files.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { type AnyRoute, route } from '../route.js';
import { caseId } from '../schemas.js';
import { reportOf, tableNames, tablesOf } from '../trial/report.js';
import { campaignOf } from '../trial/sight.js';
import { charset } from './exports.js';

const readers = ['hr', 'committee'] as const;

/** 結果報告 of a campaign: as JSON, and as files. */
export function campaignReport(services: Services): readonly AnyRoute[] {
  const { ledger } = services;
  return [
    route({
      method: 'get',
      path: '/campaigns/{id}/report',
      tag: 'trial-campaign',
      summary: 'All that came of a campaign: figures, answers, questions and troubles, what was measured; no member is named',
      access: readers,
      params: z.strictObject({ id: caseId }),
      replies: { 200: { description: '`provisional` until it is reported.', schema: z.looseObject({ provisional: z.boolean() }) } },
      handle: async ({ path: { id } }) => ({ status: 200, body: await reportOf(services, (await campaignOf(ledger, id)).row) }),
    }),
    route({
      method: 'get',
      path: '/exports/campaign',
      tag: 'exports',
      summary: 'The same as an Excel workbook, or one table of it as CSV; to HR with every member and how they stand',
      access: readers,
      query: z.strictObject({
        id: caseId,
        format: z.enum(['csv', 'xlsx']).default('xlsx'),
        table: z.enum(tableNames).default('departments').meta({ description: 'Of a CSV; `members` is for HR.' }),
        charset,
      }),
      replies: { 200: { description: 'A CSV file or a workbook.', schema: z.string(), type: 'text/csv' } },
      handle: async ({ query: { id, format, table: wanted, charset: encoding }, caller, language }) => {
        const { row } = await campaignOf(ledger, id);
        const members: TrialMember[] = [];
        const isHr = caller.capacities.includes('hr');
        if (isHr && (format === 'xlsx' || wanted === 'members'))
          for await (const member of every((page) => ledger.trialMembers({ campaign: id, ...page }))) members.push(member);
        const tables = tablesOf(await reportOf(services, row), isHr ? members : undefined);
        if (format === 'xlsx') return { status: 200, ...(await workbookOf('campaign', tables, language)) };
        const table = tables.find(({ name }) => name === wanted);
        if (!table) throw new Problem('forbidden');
        return { status: 200, ...csvFileOf(`campaign-${wanted}`, table, encoding) };
      },
    }),
  ];
}
