import { z } from 'zod';
import type { Refusal } from '../../activities/ledger/port.js';
import { say } from '../../config/texts.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { Problem } from '../problems.js';
import type { Readable } from '../procedure.js';
import { type AnyRoute, type Call, route } from '../route.js';
import { caseId, person } from '../schemas.js';
import { answersOf } from '../trial/answers.js';
import { answers, questionnaires, type Respondent } from '../trial/questionnaire.js';
import { campaignOf } from '../trial/sight.js';

const byId = z.strictObject({ id: caseId });
const respondent = z.enum(['participant', 'head']);
const inBoth = z.object({ code: z.string(), ja: z.string(), en: z.string() });
const questionnaire = z.object({
  mine: z.array(respondent).meta({ description: 'As what the caller is asked.' }),
  answered: z.boolean(),
  participant: z.array(inBoth.extend({ choices: z.array(inBoth) })),
  head: z.array(inBoth.extend({ choices: z.array(inBoth) })),
});
const results = z.object({
  asked: z.int(),
  answered: z.int(),
  masked: z.literal(true).optional().meta({ description: 'Of so few people nothing is shown.' }),
  results: z
    .array(
      z.object({
        question: z.string(),
        n: z.int(),
        blank: z.int(),
        choices: z.array(z.object({ choice: z.string(), count: z.int(), share: z.number() })),
      }),
    )
    .optional(),
  remarks: z.array(z.object({ text: z.string(), staff: person.optional() })).optional(),
});

const inWords = (section: 'question' | 'choice', code: string) => ({ code, ja: say('ja', section, code), en: say('en', section, code) });
const questionsOf = (role: Respondent) =>
  Object.entries<readonly string[]>(questionnaires[role]).map(([question, codes]) => ({
    ...inWords('question', question),
    choices: codes.map((code) => inWords('choice', code)),
  }));

const article = '試行期間アンケート';

/** 簡易アンケート after a campaign. */
export function campaignAnswers({ ledger, views, clock }: Services, readable: Readable): readonly AnyRoute[] {
  /** As what the caller is asked: as a member, as head of a section. @throws Problem notFound for who is neither */
  async function rolesOf(id: string, { caller }: Pick<Call, 'caller'>): Promise<readonly Respondent[]> {
    const [{ items }, { byDepartment }] = await Promise.all([
      ledger.trialMembers({ campaign: id, staff: caller.staffNumber, limit: 1 }),
      ledger.campaignTally(id),
    ]);
    const heads = byDepartment.some(({ department }) => caller.capacities.includes(`head:${department}`));
    return [...(items.length ? (['participant'] as const) : []), ...(heads ? (['head'] as const) : [])];
  }

  return [
    route({
      method: 'get',
      path: '/campaigns/{id}/questionnaire',
      tag: 'trial-campaign',
      summary: 'What members and heads are asked afterwards, and whether the caller has answered',
      access: 'staff',
      params: byId,
      replies: { 200: { description: 'To members, heads and HR.', schema: questionnaire } },
      handle: async (call) => {
        const { row } = await campaignOf(ledger, call.path.id);
        const mine = await rolesOf(row.caseId, call);
        if (!mine.length && !call.caller.capacities.includes('hr')) throw new Problem('notFound');
        const answered = await ledger.hasAnswered(row.caseId, call.caller.staffNumber);
        const body = { mine, answered, participant: questionsOf('participant'), head: questionsOf('head') };
        return { status: 200, body };
      },
    }),
    route({
      method: 'post',
      path: '/campaigns/{id}/answers',
      tag: 'trial-campaign',
      summary: 'Answer it, once; who has answered is known, what is not, unless they want it',
      access: 'staff',
      params: byId,
      body: answers,
      replies: { 201: { description: 'The answers are kept.' } },
      handle: async (call) => {
        const { row, state } = await campaignOf(ledger, call.path.id);
        const { participant, head, remarks, named } = call.body;
        const as: Respondent = head ? 'head' : 'participant';
        const mine = await rolesOf(row.caseId, call);
        if (!mine.length) throw new Problem('notFound');
        const isOpen = state.status === 'closing' && todayOf({ clock }) <= (state.questionnaireUntil ?? '');
        const refusal: Refusal | undefined = !mine.includes(as)
          ? { code: 'notAsked', article, field: as }
          : isOpen
            ? undefined
            : { code: 'notOpenForAnswers', article };
        if (refusal) throw new Problem('ruleRefuses', { errors: [refusal] });
        const kept = await ledger.answerQuestionnaire({
          campaign: row.caseId,
          staff: call.caller.staffNumber,
          as,
          answers: { ...participant, ...head },
          named,
          ...(remarks && { remarks: remarks.text }),
        });
        if (kept === 'answeredBefore') throw new Problem('ruleRefuses', { errors: [{ code: 'answeredBefore', article }] });
        return { status: 201 };
      },
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}/answers',
      tag: 'trial-campaign',
      summary: 'What was answered, in shares to one decimal',
      access: ['hr'],
      params: byId,
      replies: {
        200: { description: 'Nothing of fewer people than the pack shows.', schema: z.object({ participant: results, head: results }) },
      },
      handle: async (call) => ({ status: 200, body: await views.shown(await answersOf(ledger, await readable(call.path.id, call))) }),
    }),
  ];
}
