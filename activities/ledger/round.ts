import { heartbeat } from '@temporalio/activity';
import { today } from '../../config/calendar.js';
import * as loans from '../../workflows/device-loan/rules.js';
import * as registrations from '../../workflows/registration/rules.js';
import type { CasePlace, WorkflowProcedure } from '../../workflows/shared/procedures.js';
import type { Capacity, DirectoryPort } from '../directory/port.js';
import type { NewsPort, PersonnelPort, ProcedureName, RoundsPort, TownClock, Waiting } from './port.js';

export interface RoundDependencies {
  ledger: RoundsPort & NewsPort & TownClock & Pick<PersonnelPort, 'absentOn'>;
  directory: Pick<DirectoryPort, 'staffMember' | 'capacitiesOf'>;
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
export function createRoundActivities({ ledger, directory, calendar, nudge }: RoundDependencies) {
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

  async function whatHappenedTo({ request: { staff, department } }: registrations.Registration, date: string) {
    const member = await directory.staffMember(staff);
    if (!member || (member.disabled && !(await ledger.absentOn([staff], date)).length)) return { name: 'leave', input: { by: 'system' } };
    const [main] = member.departments;
    if (!main || member.departments.includes(department)) return undefined;
    const heads = (await directory.capacitiesOf(staff))?.includes(`head:${main}`);
    return { name: 'transfer', input: { by: 'system', department: main, approver: `${heads ? 'superior' : 'head'}:${main}` } };
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

    /**
     * Has the registrations in force follow the directory: whoever has gone from it, or is disabled without being on leave, has left; whoever is no longer in the
     * department of the registration has moved (design §4.7, 1 April).
     */
    async follow(date: string): Promise<number> {
      let told = 0;
      for await (const { caseId, state } of waiting('registration', ['end'])) {
        const news = await whatHappenedTo(state as registrations.Registration, date);
        if (!news) continue;
        await ledger.leaveNews(caseId, { ...news, key: `${caseId}/${news.name}/${date}` });
        told += 1;
      }
      return told;
    },

    /** Puts one digest for each capacity that is to be reminded of something into the outbox; who that is now, is found out when it leaves. */
    async remind(date: string): Promise<number> {
      const digests = new Map<Capacity, ReturnType<typeof line>[]>();
      for (const [procedure, { steps, whom }] of Object.entries(reminders))
        for await (const waits of waiting(procedure as ProcedureName, steps))
          for (const to of whom(waits, date)) digests.set(to, [...(digests.get(to) ?? []), line(waits, to)]);
      for (const [to, items] of digests)
        await ledger.queueMail(`morning-round/${date}/${to}`, { to, template: 'morningDigest', params: { items } });
      return digests.size;
    },

    /** Removes free texts that no event took. */
    tidy: async (_date: string): Promise<number> => ledger.removeUntaken(new Date(Date.parse(await now()) - untakenMs).toISOString()),
  };
}

/** Of which steps a procedure reminds, and whom (its rules say so). */
const reminders: Readonly<
  Record<WorkflowProcedure, { steps: readonly string[]; whom(waits: Waiting, date: string): readonly Capacity[] }>
> = {
  'device-loan': { steps: loans.reminding, whom: ({ state, ...due }, date) => loans.reminds(state as loans.Loan, dueOf(due), date) },
  registration: {
    steps: registrations.reminding,
    whom: ({ state, ...due }, date) => registrations.reminds(state as registrations.Registration, dueOf(due), date),
  },
};

/** The step as the rules know it, which have asked for no other. */
const dueOf = <Step extends string>({ step, who, since }: Pick<Waiting, 'step' | 'who' | 'since'>) => ({
  step: step as Step,
  who,
  since: today(since),
});

/** One line of a digest: what waits, since when, and as what the reader is asked. */
const line = ({ procedure, receiptNumber, step, since }: Waiting, to: Capacity) => ({
  receiptNumber,
  step: `${procedure}.${step}`,
  since,
  who: to.split(':')[0] ?? to,
});
