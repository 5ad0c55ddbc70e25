import { createHmac } from 'node:crypto';
import { cancellationSignal, heartbeat, metricMeter } from '@temporalio/activity';
import type { ActingPeople } from '../directory/acting.js';
import type { Capacity, DirectoryPort, StaffMember } from '../directory/port.js';
import type { Clock, CopyFate, NewsPort, OutboxPort, QueuedMail } from '../ledger/port.js';
import { calendarFile } from './calendar.js';
import type { Delivery, MailPort, OutgoingMail } from './port.js';
import { type LinkTo, renderMail } from './render.js';

export interface MailDependencies {
  outbox: OutboxPort;
  news: Pick<NewsPort, 'listen'>;
  directory: Pick<DirectoryPort, 'holdersOf' | 'staffMember'>;
  acting: Pick<ActingPeople, 'actorsFor'>;
  mail: MailPort;
  /** Domain time (`townClock`). */
  clock: Clock;
  /** Under which the copies' Message-IDs are made (`KEY_SECRET`): the same for ever, and a staff number cannot be guessed from them. */
  key: string;
  linkTo: LinkTo;
  /** `MAIL_FROM`: whose the entries in calendars are. */
  organizer: string;
  /** Judges a mail again at the moment of sending: what is left of it; undefined when events have overtaken it. */
  judge: (mail: QueuedMail) => Promise<QueuedMail | undefined>;
  /** Aborted when the worker is about to stop: the activity returns after the batch under way, and another worker goes on. */
  closing?: AbortSignal;
}

/** Mails taken at a time: few enough that little is under way when the sender dies. */
const batch = 20;
/** How long one activity drains before the workflow begins a new run; its history stays small, and so does the harm of a retry count that never falls. */
const drainMs = 6 * 3_600_000;
/** Without a NOTIFY the outbox is looked into this often: for what is due again, and in case the bell was not heard. */
const pollMs = 15_000;
/** Well below the heartbeat timeout in `workflows/mail-delivery`; the SDK sends only what is needed. */
const heartbeatMs = 3_000;
/** After this many broken lines in a row a copy is parked: it may lie in the mailbox as often already. */
const uncertainTries = 3;
/** RFC 5321 §4.5.4.1: a sender gives up after four to five days. */
const giveUpMs = 5 * 86_400_000;

export type MailActivities = ReturnType<typeof createMailActivities>;

export function createMailActivities(dependencies: MailDependencies) {
  const { outbox, news, directory, acting, mail, clock, key, linkTo, organizer, judge, closing } = dependencies;
  /** Lines that broke after the final dot, by copy. A restart forgets them, which costs one more mail under the same Message-ID. */
  const uncertain = new Map<string, number>();

  /**
   * Empties the outbox and keeps it empty: every mail goes to whoever holds its capacity at this moment, one copy each, over one SMTP session a batch. Returns after
   * some hours. An outage (mail server, directory, ledger) fails the activity, Temporal's retry is the back-off; `outbox.begin` takes up what was under way.
   *
   * A copy leaves at least once: when the sender dies, or the line breaks after the final dot, it is sent again under the same Message-ID and `Date:`, by which
   * servers and mail programs know it as the same one (RFC 5322 §3.6.4). Better twice than not at all: it may be the report of a loss. The third time in a row that the line
   * breaks there, the fault lies with that mail, and it is parked as `uncertain`.
   */
  async function drainOutbox(): Promise<void> {
    const cancelled = cancellationSignal();
    const over = AbortSignal.any([cancelled, AbortSignal.timeout(drainMs), ...(closing ? [closing] : [])]);
    const done = new AbortController();
    const bell = createBell(AbortSignal.any([over, done.signal]));
    const beat = setInterval(heartbeat, heartbeatMs);
    try {
      await outbox.begin();
      news.listen((what) => what === 'mail' && bell.ring(), AbortSignal.any([over, done.signal])).catch(bell.fail);
      while (!over.aborted) {
        const mails = await outbox.take(batch);
        if (mails.length) await deliver(mails, cancelled);
        else await bell.rung(pollMs);
      }
    } finally {
      clearInterval(beat);
      done.abort();
    }
    cancelled.throwIfAborted();
  }

  /** Sends what is left of each mail and finishes it, or gives it back for later. */
  async function deliver(mails: readonly QueuedMail[], signal: AbortSignal): Promise<void> {
    const mailOf = new Map<string, QueuedMail>();
    const later = new Map<QueuedMail, number>();
    const outgoing: OutgoingMail[] = [];
    const nobody = new Set<QueuedMail>();
    const sending = new Map<QueuedMail, number>();
    for (const asked of mails) {
      const queued = await judge(asked);
      if (!queued) {
        await outbox.finish(asked.messageId, 'overtaken', linesOf(asked));
        counted('overtaken');
        continue;
      }
      sending.set(queued, linesOf(asked) - linesOf(queued));
      const holders = await recipientsOf(queued.to, signal);
      if (!holders.length) nobody.add(queued);
      const person = await personOf(queued, signal);
      for (const holder of holders) {
        const copy = copyId(queued.messageId, holder.staffNumber);
        if (queued.settledCopies.includes(copy)) continue;
        const written = attempt(() => writtenTo(queued, holder, copy, person), 'notWritten'); // A defect in one mail holds up no other.
        if (typeof written === 'string') await settle(queued, { copy, how: 'refused', detail: written });
        else {
          mailOf.set(copy, queued);
          outgoing.push(written);
        }
      }
    }

    const report = async (copy: string, delivery: Delivery): Promise<void> => {
      const queued = mailOf.get(copy);
      if (!queued) throw new Error('the mail adapter reports on a mail that it was not given');
      const again = await decide(queued, copy, delivery);
      if (again !== undefined) later.set(queued, Math.max(again, later.get(queued) ?? 0));
    };
    if (outgoing.length) await mail.send(outgoing, report, signal);

    for (const [queued, dropped] of sending) {
      const again = later.get(queued);
      if (again !== undefined) await outbox.giveBack([queued.messageId], again);
      else await outbox.finish(queued.messageId, nobody.has(queued) && !queued.settledCopies.length ? 'nobody' : 'settled', dropped);
    }
  }

  /** Whoever holds the capacity, and whoever acts for an absent holder (代決): what is urgent cannot wait for the holder. */
  async function recipientsOf(to: Capacity, signal: AbortSignal): Promise<readonly StaffMember[]> {
    const holders = await directory.holdersOf(to, signal);
    const deputies = (await acting.actorsFor(to)).filter(({ staffNumber }) => !holders.some((one) => one.staffNumber === staffNumber));
    const members = await Promise.all(deputies.map(({ staffNumber }) => directory.staffMember(staffNumber, signal)));
    return [...holders, ...members.flatMap((one) => (one && !one.disabled ? [one] : []))]; // Who acts is remembered for a minute, and may have left since.
  }

  /** Settles the copy, or says after how many milliseconds it is to be tried again. */
  async function decide(queued: QueuedMail, copy: string, delivery: Delivery): Promise<number | undefined> {
    const age = Math.max(0, clock.now().getTime() - Date.parse(queued.queuedAt));
    switch (delivery.how) {
      case 'sent':
        return settle(queued, { copy, how: 'sent' });
      case 'refused':
        return settle(queued, { copy, how: 'refused', detail: delivery.status });
      case 'deferred':
        if (age > giveUpMs) return settle(queued, { copy, how: 'refused', detail: delivery.status });
        counted('deferred');
        return Math.min(Math.max(age, 60_000), 30 * 60_000); // As long again as it has waited already: a back-off without a count.
      case 'uncertain': {
        const times = (uncertain.get(copy) ?? 0) + 1;
        if (times >= uncertainTries) return settle(queued, { copy, how: 'uncertain' });
        uncertain.set(copy, times);
        counted('again');
        return 0;
      }
    }
  }

  async function settle(queued: QueuedMail, fate: CopyFate): Promise<undefined> {
    await outbox.settle(queued.messageId, fate);
    uncertain.delete(fate.copy);
    counted(fate.how);
  }

  /** The copy for one person, or why there is none. */
  function writtenTo(
    queued: QueuedMail,
    { name, mail: address }: StaffMember,
    copy: string,
    person: string | undefined,
  ): OutgoingMail | string {
    if (!address) return 'noAddress';
    const rendered = renderMail(queued, { recipient: name, ...(person !== undefined && { person }), linkTo });
    if (!rendered) return 'unknownTemplate';
    const calendar = calendarFile(queued, { link: linkTo(queued), organizer });
    return { messageId: copy, to: { name, address }, date: queued.queuedAt, ...rendered, ...(calendar && { calendar }) };
  }

  /** Whom the mail is about; the name is asked for when it leaves, the ledger keeps none. */
  async function personOf({ params: { staff } }: QueuedMail, signal: AbortSignal): Promise<string | undefined> {
    return staff === undefined ? undefined : (await directory.staffMember(String(staff), signal))?.name;
  }

  /** The same for ever for one mail and one person. */
  function copyId(messageId: string, staffNumber: string): string {
    const digest = createHmac('sha256', key).update(`${messageId}\n${staffNumber}`).digest('hex');
    return `${digest.slice(0, 32)}@${messageId.split('@')[1]}`;
  }

  return { drainOutbox };
}

/** What the work answers, or this instead of a failure. */
function attempt<Result, Instead>(work: () => Result, instead: Instead): Result | Instead {
  try {
    return work();
  } catch {
    return instead;
  }
}

/** Lines of a digest. */
const linesOf = ({ params: { items } }: QueuedMail): number => (Array.isArray(items) ? items.length : 0);

/** Counts what became of copies; `again` and `deferred` will be tried once more, of what is `overtaken` there is none. */
const counted = (how: CopyFate['how'] | 'deferred' | 'again' | 'overtaken'): void =>
  metricMeter.createCounter('telework_mail_copies', 'copy', 'Copies of mails by what became of them').add(1, { how });

/** A bell that was rung while nobody listened is heard by the next who does. */
function createBell(over: AbortSignal) {
  let rings = false;
  let failed: { failure: unknown } | undefined;
  let wake = (): void => undefined;
  const ring = (): void => {
    rings = true;
    wake();
  };
  const fail = (failure: unknown): void => {
    failed = { failure };
    ring();
  };
  over.addEventListener('abort', ring);
  /** Until the bell rings, it is all over, or the time has passed. @throws what the ringer failed with */
  async function rung(withinMs: number): Promise<void> {
    if (!rings && !over.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    rings = false;
    if (failed && !over.aborted) throw failed.failure;
  }
  return { ring, fail, rung };
}
