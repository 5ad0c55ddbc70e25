import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { lastDay } from '../../config/calendar.js';
import { say } from '../../config/texts.js';
import type { QueuedMail } from '../ledger/port.js';
import type { OutgoingMail } from './port.js';

/**
 * What the recipient's calendar is to show, as an RFC 5545 file; undefined where the mail has nothing for it. A case is one UID, and each mail about it a later SEQUENCE, so that an entry
 * takes the place of the one before (RFC 5546 §2.1.4). Whole days are dates of the municipality, hours are instants, so no time zone needs to be told. The same to the byte whenever it is sent again.
 */
export function calendarFile(
  { messageId, number, queuedAt, caseId, receiptNumber, calendar }: QueuedMail,
  { link, organizer }: { link: string; organizer: string },
): OutgoingMail['calendar'] {
  if (!calendar || caseId === undefined) return undefined;
  const method = calendar === 'none' ? 'CANCEL' : 'PUBLISH';
  const what = calendar === 'none' ? calendar : calendar.what;
  const file = ical({ method: ICalCalendarMethod[method], prodId: { company: 'telework-programme', product: 'mail', language: 'JA' } });
  file.createEvent({
    id: `${caseId}@${messageId.split('@')[1]}`,
    sequence: number,
    stamp: new Date(queuedAt),
    ...(calendar === 'none' ? wholeDay(queuedAt.slice(0, 10)) : timesOf(calendar)),
    summary: [say('ja', 'calendar', what), receiptNumber].filter(Boolean).join(' '),
    description: say('en', 'calendar', what),
    organizer,
    url: link,
    ...(calendar === 'none' && { status: ICalEventStatus.CANCELLED }),
  });
  return { method, content: file.toString() };
}

type Entry = Exclude<QueuedMail['calendar'], 'none' | undefined>;

function timesOf({ day, hours }: Entry) {
  const date = lastDay(day);
  return hours ? { start: inTokyo(date, hours.from), end: inTokyo(date, hours.until) } : wholeDay(date);
}

/** `timezone` keeps the host's out of it. */
const wholeDay = (date: string) => ({
  start: new Date(date),
  end: new Date(Date.parse(date) + 86_400_000),
  allDay: true,
  timezone: 'UTC',
  transparency: ICalEventTransparency.TRANSPARENT,
});

/** Japan has had no summer time since 1951. */
const inTokyo = (date: string, time: string): Date => new Date(`${date}T${time}:00+09:00`);
