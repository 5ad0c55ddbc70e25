import { heartbeat } from '@temporalio/activity';
import { today } from '../../config/calendar.js';
import type { CasePlace } from '../../workflows/shared/procedures.js';
import type { DirectoryPort } from '../directory/port.js';
import type { Digests } from './digests.js';
import { followDirectory } from './follow.js';
import type {
  FigurePolicy,
  MonthsPort,
  NewsPort,
  PersonnelPort,
  PostsPort,
  ProcedureName,
  ReviewsPort,
  RoundsPort,
  TownClock,
  Waiting,
} from './port.js';

export interface RoundDependencies {
  ledger: RoundsPort &
    NewsPort &
    PostsPort &
    TownClock &
    Pick<PersonnelPort, 'absentOn'> &
    Pick<MonthsPort, 'takeMonths'> &
    Pick<ReviewsPort, 'monthsUnheard'>;
  directory: Pick<DirectoryPort, 'staffMember' | 'holdersOf'>;
  calendar: { isBusinessDay(date: string): boolean };
  digests: Pick<Digests, 'write'>;
  /** What of the pack the figures of a month depend on. */
  figures: FigurePolicy;
  /** What campaigns have done each morning; answers how many sections were told. */
  trials: Readonly<Record<'follow' | 'watch', (date: string) => Promise<number>>>;
  /** Tells a case's workflow to look into the ledger; fails where there is none. */
  nudge(place: CasePlace): Promise<void>;
}

/** Free texts that no event took are kept for a day: whoever pressed the button may press it again. */
const untakenMs = 86_400_000;
const pageSize = 200;

export type RoundActivities = ReturnType<typeof createRoundActivities>;

/** The duties of the rounds (design §4.1). Each is idempotent for its date and answers how many things it did. */
export function createRoundActivities({ ledger, directory, calendar, digests, figures, trials, nudge }: RoundDependencies) {
  const now = async (): Promise<string> => {
    await ledger.clockOffset(); // Brings the town's clock up to date.
    return ledger.townClock.now().toISOString();
  };

  /** Steps that are due, page by page; the activity shows that it lives. */
  async function* waiting(procedure: ProcedureName, steps: readonly string[]): AsyncGenerator<Waiting> {
    for (let cursor: string | undefined; ; ) {
      const page = await ledger.waiting({ procedure, steps, limit: pageSize, ...(cursor && { cursor }) });
      yield* page.items;
      heartbeat();
      cursor = page.cursor;
      if (!cursor) return;
    }
  }

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

    /** Has the cases follow the directory: people who moved or left, posts that passed to another. */
    follow: async (date: string): Promise<number> =>
      (await followDirectory({ ledger, directory, waiting }, date)) + (await trials.follow(date)),

    /** Writes down what telework days have come to by themselves: not approved in time, never begun. */
    settleDays: (_date: string): Promise<number> => ledger.settleDays(),

    /** Freezes what months are due, and tells the reviews of their fiscal years; answers how many times one was told. */
    async takeMonths(date: string): Promise<number> {
      await ledger.takeMonths(date, figures);
      const unheard = await ledger.monthsUnheard();
      for (const { caseId, key, ...frozen } of unheard) {
        const input = { by: 'system', ...frozen };
        await ledger.leaveNews(caseId, { name: 'freeze', input, key });
      }
      return unheard.length;
    },

    /** Brings the members of campaigns in line with the date, and has what no longer fits in a section planned anew. */
    watchTrials: (date: string): Promise<number> => trials.watch(date),

    /** Puts a digest of what waits into the outbox, one for each person who can act on some of it or stands in for who cannot. */
    remind: (date: string): Promise<number> => digests.write('morning', date),

    /** The same in the evening, for what is to be done before the day is over. */
    remindInTheEvening: (date: string): Promise<number> => digests.write('evening', date),

    /** Removes free texts that no event took. */
    tidy: async (_date: string): Promise<number> => ledger.removeUntaken(new Date(Date.parse(await now()) - untakenMs).toISOString()),
  };
}
