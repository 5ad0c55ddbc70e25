import { remindsRespondents, type Survey } from '../../workflows/survey/rules.js';
import type { Notices } from '../ledger/digests.js';
import { type Calendar, type CaseRow, every, type LedgerReader, type QueuedMail, type SurveysPort } from '../ledger/port.js';

interface ReminderParts {
  ledger: Pick<SurveysPort, 'unanswered' | 'surveyLink'> & Pick<LedgerReader, 'caseById' | 'openCases'>;
  calendar: Pick<Calendar, 'addBusinessDays'>;
}

/** What the morning says of surveys that are open: to each who has not answered, their own link. Who has is never reminded, and nobody else is told who has not. */
export function createSurveyReminders({ ledger, calendar }: ReminderParts): Notices {
  async function* surveys(caseIds: readonly string[] | undefined): AsyncGenerator<CaseRow> {
    for (const caseId of caseIds ?? []) {
      const row = await ledger.caseById(caseId);
      if (row?.procedure === 'survey' && !row.closed) yield row;
    }
    if (!caseIds) yield* every((page) => ledger.openCases({ procedure: 'survey', ...page }));
  }

  return async function* (round, about) {
    for await (const { caseId, receiptNumber, openedAt: since, state } of surveys(about?.caseIds)) {
      const survey = state as Survey;
      if (survey.status !== 'open' || !remindsRespondents(survey, round, calendar.addBusinessDays)) continue;
      const of = { caseId, procedure: 'survey', receiptNumber, since } as const;
      const only = about?.to.replace(/^staff:/, '');
      const unanswered = every((page) => ledger.unanswered({ survey: caseId, ...(only !== undefined && { staff: only }), ...page }));
      for await (const { staff, link } of unanswered)
        yield { to: `staff:${staff}`, of, says: 'survey', params: { on: survey.until, title: survey.title.ja, answer: link } };
    }
  };
}

/** Whether a mail that brings a link comes too late: its survey is not open any more, or was answered by the link. */
export async function bringsNothing(
  { ledger }: Pick<ReminderParts, 'ledger'>,
  { template, params: { answer } }: QueuedMail,
): Promise<boolean> {
  if (template !== 'surveyOpened' || typeof answer !== 'string') return false;
  const link = await ledger.surveyLink(answer);
  const row = link && (await ledger.caseById(link.survey));
  return !link || link.answered || row?.status !== 'open';
}
