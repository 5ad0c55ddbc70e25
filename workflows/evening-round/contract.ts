/** One round a date, however often it is asked for; see `morning-round/contract.ts`. */
export const eveningRoundWorkflowId = (date: string) => `evening-round/${date}`;
