import { z } from 'zod';
import { canonicalJson } from '../../activities/ledger/canonical.js';
import { csvOf, workbookInWords } from '../files.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Readable } from '../procedure.js';
import { shownReport } from '../review/assemble.js';
import { documentOf } from '../review/chapters.js';
import { tableNames } from '../review/document.js';
import { sheetsOf } from '../review/files.js';
import { htmlOf } from '../review/html.js';
import { pdfOf } from '../review/pdf.js';
import { type AnyRoute, route } from '../route.js';
import { caseId } from '../schemas.js';
import { charset } from './exports.js';

const access = ['hr', 'committee', 'mayor'] as const;
const corrected = z.object({ month: z.string(), was: z.int(), version: z.int(), on: z.string() });

/** 年次報告書: the document, and as it is read, printed and taken away. */
export function reviewReport(services: Services, readable: Readable): readonly AnyRoute[] {
  return [
    route({
      method: 'get',
      path: '/yearly-reviews/{id}/report',
      tag: 'yearly-review',
      summary: 'The yearly report: as things are now, or, once it is decided on, the document of the decision and what was corrected since',
      access,
      params: z.strictObject({ id: caseId }),
      replies: {
        200: {
          description: 'Free texts stand apart from the document, by row; those that are erased are absent.',
          schema: z.object({
            provisional: z.boolean(),
            document: z.looseObject({}),
            decision: z
              .looseObject({ report: z.string().meta({ description: 'SHA-256 of the canonical JSON of `document`.' }) })
              .optional(),
            corrected: z.array(corrected),
            words: z.record(z.string(), z.string()),
            people: z.record(z.string(), z.string()).meta({ description: 'Names by staff number.' }),
          }),
        },
      },
      handle: async (call) => {
        const { report, ...said } = await shownReport(services, await readable(call.path.id, call));
        return { status: 200, body: { provisional: !said.decision, document: report, ...said } };
      },
    }),
    route({
      method: 'get',
      path: '/exports/yearly-report',
      tag: 'exports',
      summary: 'The yearly report as a page, on paper (PDF), as tables (Excel, CSV), or the document itself (JSON)',
      access,
      query: z.strictObject({
        id: caseId,
        format: z.enum(['html', 'pdf', 'xlsx', 'csv', 'json']).default('pdf'),
        table: z.enum(tableNames).default('months').meta({ description: 'Of a CSV.' }),
        lang: z.enum(['ja', 'en']).exactOptional().meta({ description: 'Absent: as the caller reads.' }),
        charset,
      }),
      replies: { 200: { description: 'A file; a page where HTML is asked for.', schema: z.string(), type: 'text/csv' } },
      handle: async (call) => {
        const { id, format, table, lang = call.language, charset: encoding } = call.query;
        const shown = await shownReport(services, await readable(id, call));
        const name = `yearly-report-${shown.report.review.fiscalYear}`;
        const file = (type: string, ending: string, body: Uint8Array) => ({
          status: 200,
          body,
          headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}${ending}"` },
        });
        // Byte by byte what the decision's hash is of.
        if (format === 'json') return file('application/json; charset=utf-8', '.json', Buffer.from(canonicalJson(shown.report)));
        const document = documentOf(shown, lang);
        switch (format) {
          case 'pdf':
            return file('application/pdf', '.pdf', await pdfOf(document));
          case 'html': {
            const { markup, headers } = htmlOf(document);
            return { status: 200, body: Buffer.from(markup), headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' } };
          }
          case 'xlsx':
            return { status: 200, ...(await workbookInWords(name, sheetsOf(document))) };
          case 'csv': {
            const sheet = sheetsOf(document).find((one) => one.table === table);
            if (!sheet) throw new Problem('notFound');
            const rows = sheet.rows.map((cells) => sheet.heading.map((_, at) => cells[at] ?? ''));
            return file(`text/csv; charset=${encoding}`, `-${table}.csv`, csvOf(sheet.heading, rows, encoding));
          }
        }
      },
    }),
  ];
}
