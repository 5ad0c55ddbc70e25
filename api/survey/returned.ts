import type { CaseRow } from '../../activities/ledger/port.js';
import type { Answers, Question, Questionnaire } from '../../workflows/survey/contract.js';
import { questionsOf } from '../../workflows/survey/questionnaire.js';
import { refuseResults, type Survey } from '../../workflows/survey/rules.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import { shareOf } from '../rounding.js';
import { resultsOf, type SurveyResults } from './results.js';

type Parts = Pick<Services, 'ledger' | 'clock'>;

/** The questions of a survey, as they were kept with its draft. */
export async function questionnaireOf({ ledger }: Pick<Parts, 'ledger'>, { questionnaire }: Survey): Promise<Questionnaire> {
  const document = await ledger.surveyDocument(questionnaire);
  if (!document) throw new Error('the survey’s questionnaire is not there');
  return document as Questionnaire;
}

/** The question of this id. @throws Problem malformed */
export function questionOf(questionnaire: Questionnaire, id: string, field: string): Question {
  const question = questionsOf(questionnaire).find((one) => one.id === id);
  if (!question) throw new Problem('malformed', { errors: [{ field, code: 'wrongForm' }] });
  return question;
}

/** What came back by now: to be counted once no more can. @throws Problem ruleRefuses before that */
export function returnedBy({ ledger, clock }: Parts, { caseId, state }: Pick<CaseRow, 'caseId' | 'state'>) {
  const refusal = refuseResults(state as Survey, clock.now().toISOString());
  if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
  return (take: (answers: Answers) => void): Promise<void> => ledger.eachAnswer(caseId, take);
}

/** The results as they were reported, else as they are counted now. `papers`: copies that were handed out to people without a link. @throws Problem ruleRefuses */
export async function surveyResults(
  parts: Parts,
  row: Pick<CaseRow, 'caseId' | 'state'>,
  { papers = 0 }: { papers?: number } = {},
): Promise<SurveyResults> {
  const survey = row.state as Survey;
  if (survey.reported) return (await parts.ledger.surveyDocument(survey.reported.results)) as SurveyResults;
  const each = returnedBy(parts, row);
  const questionnaire = await questionnaireOf(parts, survey);
  const { returned, questions } = await resultsOf(questionnaire, each, survey.policy.smallGroup);
  const handedOut = (survey.links ?? 0) + papers;
  const rate = shareOf(returned, handedOut);
  const { title, source } = questionnaire;
  return { title, source, handedOut, returned, ...(rate !== undefined && { rate }), questions };
}
