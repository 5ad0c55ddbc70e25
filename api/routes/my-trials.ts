import { z } from 'zod';
import type { TrialMember } from '../../activities/ledger/port.js';
import { memberStatuses } from '../../activities/ledger/port.js';
import { say } from '../../config/texts.js';
import type { TeleworkDay } from '../../workflows/telework-day/contract.js';
import type { TrialCampaign } from '../../workflows/trial-campaign/rules.js';
import { todayOf } from '../moment.js';
import type { Services } from '../parts.js';
import { type AnyRoute, route } from '../route.js';
import { caseId, date } from '../schemas.js';

const trial = z.object({
  campaign: caseId,
  section: caseId,
  department: z.string(),
  from: date,
  until: date,
  status: z.enum(memberStatuses),
  needed: z.int().meta({ description: 'How often it is asked for.' }),
  done: z.int().meta({ description: 'How often it was observed.' }),
  slots: z.array(z.object({ date, part: z.enum(['day', 'morning', 'afternoon']) })).meta({ description: 'Of today and later.' }),
  next: z.object({ what: z.enum(['nothing', 'filePlan', 'telework', 'askForSlot', 'answer']), on: date.optional(), text: z.string() }),
});

/** What somebody's own campaigns ask of them. */
export function myTrialRoutes({ ledger, clock }: Services): readonly AnyRoute[] {
  /** What comes next for a member, and for when. */
  async function nextOf({ campaign, staff, status, slots }: TrialMember, { status: stands }: TrialCampaign, today: string) {
    if (stands === 'closing' && !(await ledger.hasAnswered(campaign, staff))) return { what: 'answer' } as const;
    if (!['planned', 'atRisk'].includes(status)) return { what: 'nothing' } as const;
    const [slot] = slots.filter((one) => one.date >= today);
    if (!slot) return { what: 'askForSlot' } as const;
    const days = (await ledger.openCasesOf({ procedure: 'telework-day', staff })).map(
      ({ state }) => (state as TeleworkDay).request.plan.date,
    );
    return { what: days.includes(slot.date) ? 'telework' : 'filePlan', on: slot.date } as const;
  }

  return [
    route({
      method: 'get',
      path: '/me/trials',
      tag: 'me',
      summary: 'My trial periods: when I telework, what is still missing, and what I do next',
      access: 'staff',
      replies: { 200: { description: 'Those that are not over.', schema: z.object({ items: z.array(trial) }) } },
      handle: async ({ caller: { staffNumber }, language }) => {
        const today = todayOf({ clock });
        const items = (await ledger.trialsOf(staffNumber)).map(async (mine) => {
          const campaign = (await ledger.caseById(mine.campaign))?.state as TrialCampaign;
          const next = await nextOf(mine, campaign, today);
          const { from, until } = campaign.draft;
          return {
            ...{ campaign: mine.campaign, section: mine.caseId, department: mine.department, from, until, status: mine.status },
            ...{ needed: mine.needed, done: mine.done, slots: mine.slots.filter((slot) => slot.date >= today) },
            next: { ...next, text: say(language, 'trialNext', next.what) },
          };
        });
        return { status: 200, body: { items: await Promise.all(items) } };
      },
    }),
  ];
}
