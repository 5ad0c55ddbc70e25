import type { CalendarEntry, MailOrder } from '../../activities/ledger/port.js';

/** The mails, with what the recipients' calendars are to show of the case from now on. */
export const withEntry = (mails: readonly MailOrder[], calendar: CalendarEntry): MailOrder[] =>
  mails.map((mail) => ({ ...mail, calendar }));
