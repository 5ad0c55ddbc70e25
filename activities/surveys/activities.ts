import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import { distinct } from '../../workflows/shared/sets.js';
import type { Survey } from '../../workflows/survey/rules.js';
import type { DirectoryPort } from '../directory/port.js';
import { marked } from '../ledger/marks.js';
import { type EffectMarks, every, type LedgerReader, type RoundsPort, type SurveysPort, type TrialsPort } from '../ledger/port.js';

export interface SurveyParts {
  ledger: EffectMarks &
    Pick<SurveysPort, 'handOutLinks' | 'surveyReturns'> &
    Pick<LedgerReader, 'caseById'> &
    Pick<RoundsPort, 'leaveNews'> &
    Pick<TrialsPort, 'trialMembers'>;
  directory: Pick<DirectoryPort, 'units' | 'staffOf'>;
}

export interface SurveyActivities {
  /** Hands a link to everybody who is asked, and leaves the news `opened`. Begun again, as after its process was killed, it goes on where it was: nobody gets two. */
  handOutLinks(survey: string): Promise<void>;
}

/** Links that are written at once, with their mails: a tenth of a second. */
const batch = 500;

export function createSurveyActivities({ ledger, directory }: SurveyParts): SurveyActivities {
  /** Whom the audience is at this moment, department by department. */
  async function* asked({ audience }: Survey): AsyncGenerator<readonly string[]> {
    if (audience.of === 'campaign') {
      const members: string[] = [];
      for await (const { staff } of every((page) => ledger.trialMembers({ campaign: audience.campaign, ...page }))) members.push(staff);
      return yield members;
    }
    const departments = audience.of === 'departments' ? audience.departments : (await directory.units()).map(({ id }) => id);
    for (const department of departments)
      yield (await directory.staffOf(department)).flatMap(({ staffNumber, disabled }) => (disabled ? [] : [staffNumber]));
  }

  return {
    handOutLinks: (survey) =>
      marked(ledger, { caseId: survey, name: 'links' }, async () => {
        const state = (await ledger.caseById(survey))?.state as Survey | undefined;
        if (!state) throw ApplicationFailure.nonRetryable('there is no such survey', 'UnknownSurvey');
        if (!state.opening) return; // All have theirs, and the word that they do is what got lost.
        const mail = { template: 'surveyOpened', params: { title: state.title.ja, until: state.until } };
        for await (const people of asked(state)) {
          const staff = distinct(people);
          for (let from = 0; from < staff.length; from += batch) {
            await ledger.handOutLinks(survey, staff.slice(from, from + batch), mail);
            heartbeat();
          }
        }
        const { links } = await ledger.surveyReturns(survey);
        const opened = { name: 'opened', input: { by: 'system', links }, key: `${survey}/opened` };
        await ledger.leaveNews(survey, opened);
      }),
  };
}
