import { nextRound, today } from '../config/calendar.js';
import type { Services } from './parts.js';

/** The municipality's date now, by the town's clock. */
export const todayOf = ({ clock }: Pick<Services, 'clock'>): string => today(clock.now().toISOString());

/** The instant by which what is handed in now must be answered, that many business days from today. */
export const answeredWithin = (services: Pick<Services, 'clock' | 'calendar'>, businessDays: number): string =>
  services.calendar.endOfDay(services.calendar.addBusinessDays(todayOf(services), businessDays));

/** Whether an answer by this instant cannot wait for the next morning round (design §4.1). */
export const isUrgent = ({ clock, calendar }: Pick<Services, 'clock' | 'calendar'>, answerBy: string): boolean =>
  answerBy <= nextRound(calendar, clock.now().toISOString());
