import type { MailOrder } from '../activities/ledger/port.js';

/** What the textbook loan sends its mail with: a server that takes no time at all. */
export const mailActivities = {
  send: async (_loanId: string, _order: MailOrder): Promise<void> => undefined,
};

export type MailActivities = typeof mailActivities;
