import { heartbeat } from '@temporalio/activity';
import { today } from '../../config/calendar.js';
import type { Loan } from '../../workflows/device-loan/rules.js';
import { reminding, reminds } from '../../workflows/device-loan/rules.js';
import type { CasePlace } from '../../workflows/procedures.js';
import type { Capacity } from '../directory/port.js';
import type { NewsPort, RoundsPort, TownClock, Waiting } from './port.js';

export interface RoundDependencies {
  ledger: RoundsPort & NewsPort & TownClock;
  calendar: { isBusinessDay(date: string): boolean };
  /** Tells a case's workflow to look into the ledger; fails where there is none. */
  nudge(place: CasePlace): Promise<void>;
}

/** Free texts that no event took are kept for a day: whoever pressed the button may press it again. */
const untakenMs = 86_400_000;
const pageSize = 200;

export type RoundActivities = ReturnType<typeof createRoundActivities>;
export type Duty = Exclude<keyof RoundActivities, 'businessDay'>;

/** The duties of the morning round (design §4.1). Each is idempotent for its date and answers how many things it did. */
export function createRoundActivities({ ledger, calendar, nudge }: RoundDependencies) {
  const now = async (): Promise<string> => {
    await ledger.clockOffset(); // Brings the town's clock up to date.
    return ledger.townClock.now().toISOString();
  };

  return {
    /** The date of the round, today by the town's clock if none is named; undefined where the municipality is closed. */
    async businessDay(date?: string): Promise<string | undefined> {
      const day = date ?? today(await now());
      return calendar.isBusinessDay(day) ? day : undefined;
    },

    /** Seals the heads of all chains, so that what is cut off afterwards is missed. */
    seal: (date: string): Promise<number> => ledger.seal(date),

    /** Gives whoever begins today another device where the promised one is not back (design §4.17). */
    rehome: (date: string): Promise<number> => ledger.rehomeLate(date),

    /** Nudges what has news or a fallen deadline: the delivery loop has done so already, unless it was down. */
    async wake(_date: string): Promise<number> {
      const told = await Promise.allSettled([...(await ledger.withNews()), ...(await ledger.fallen())].map(nudge));
      return told.filter(({ status }) => status === 'fulfilled').length;
    },

    /** Puts one digest for each capacity that is to be reminded of something into the outbox; who that is now, is found out when it leaves. */
    async remind(date: string): Promise<number> {
      const digests = new Map<Capacity, ReturnType<typeof line>[]>();
      for (let cursor: string | undefined; ; ) {
        const page = await ledger.waiting({ procedure: 'device-loan', steps: reminding, limit: pageSize, ...(cursor && { cursor }) });
        for (const waits of page.items)
          for (const to of remindedOf(waits, date)) digests.set(to, [...(digests.get(to) ?? []), line(waits, to)]);
        heartbeat();
        cursor = page.cursor;
        if (!cursor) break;
      }
      for (const [to, items] of digests)
        await ledger.queueMail(`morning-round/${date}/${to}`, { to, template: 'morningDigest', params: { items } });
      return digests.size;
    },

    /** Removes free texts that no event took. */
    tidy: async (_date: string): Promise<number> => ledger.removeUntaken(new Date(Date.parse(await now()) - untakenMs).toISOString()),
  };
}

function remindedOf({ state, step, who, since }: Waiting, date: string): readonly Capacity[] {
  const due = { step: step as (typeof reminding)[number], who, since: today(since) };
  return reminds(state as Loan, due, date);
}

/** One line of a digest: what waits, since when, and as what the reader is asked. */
const line = ({ procedure, receiptNumber, step, since }: Waiting, to: Capacity) => ({
  receiptNumber,
  step: `${procedure}.${step}`,
  since,
  who: to.split(':')[0] ?? to,
});
