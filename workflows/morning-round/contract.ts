/** One round a date, however often it is asked for. The schedule's own runs bear the schedule's ids; their duties are idempotent for the date all the same. */
export const morningRoundWorkflowId = (date: string) => `morning-round/${date}`;
