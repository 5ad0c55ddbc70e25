import { z } from 'zod';
import type { Inputs } from '../../workflows/shared/case.js';
import type { steps } from '../../workflows/trial-section/contract.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import type { UnfiledProcedure } from '../procedure.js';
import { date, setOf, staffNumber, words } from '../schemas.js';

const reason = z.strictObject({ reason: words });
const person = z.strictObject({ staff: staffNumber });
/** Forty may fall ill on one day: all of a section are one step. */
const people = setOf(staffNumber, 200).min(1);
/** What a step is about, as the case names it. */
const named = z.string().regex(/^[\w-]{1,64}$/);
const staffed = z.int().min(0).max(500);

const on = (services: Services) => ({ on: todayOf(services) });

/** 試行期間（所属）: what the people of a section file for each step. A campaign opens its sections when it is announced. */
export const campaignSections: UnfiledProcedure<Inputs<typeof steps>, 'on'> = {
  name: 'trial-section',
  path: '/campaign-sections',
  counter: ({ workflows }) => workflows.counter('trial-section'),
  steps: {
    askSwap: { body: z.strictObject({ mine: date, with: staffNumber, theirs: date }), resolve: on },
    answerSwap: { body: z.strictObject({ swap: named, agreed: z.boolean() }), resolve: on },
    dropSwap: { body: z.strictObject({ swap: named }) },
    cannot: {
      body: z.strictObject({
        people,
        dates: setOf(date, 100).min(1),
        atWork: z.boolean().meta({ description: 'At the office, but needed there; else away.' }),
      }),
      resolve: on,
    },
    move: {
      body: z.strictObject({
        staff: staffNumber,
        from: date.exactOptional().meta({ description: 'Absent: somebody who has no slot, or not enough of them.' }),
        to: z.strictObject({ date, part: z.enum(['day', 'morning', 'afternoon']) }),
      }),
      resolve: on,
    },
    exempt: {
      body: z.strictObject({
        people,
        exemption: z.strictObject({
          reason: z.enum(['leave', 'hospital', 'maternity', 'childcareLeave', 'secondment', 'duty']),
          until: date,
        }),
      }),
      resolve: on,
    },
    endExemption: { body: person },
    recordOutcome: {
      body: z.strictObject({ staff: staffNumber, outcome: z.enum(['done', 'notPossible']), reason: words }),
      resolve: on,
    },
    withdrawOutcome: { body: person },
    object: { body: reason },
    settleObjection: { body: z.strictObject({ counter: z.strictObject({ morning: staffed, afternoon: staffed }).exactOptional() }) },
    recordMeeting: { body: z.strictObject({ held: date, attended: z.int().min(0).max(500), questions: words }) },
    raise: { body: z.strictObject({ kind: z.enum(['question', 'trouble']), text: words }) },
    answerRaised: { body: z.strictObject({ raised: named, answer: words }) },
  },
};
