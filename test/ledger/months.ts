import type { FigureCell, FigurePolicy, LedgerEntry } from '../../activities/ledger/port.js';
import { entry, type Town } from './town.js';

export const policy: FigurePolicy = { employment: ['regular', 'reEmployed'], excludedOccupations: ['fireFighter'], erasureWithinDays: 7 };

interface Day {
  staff: string;
  date: string;
  department?: string;
  form?: 'home' | 'mobile' | 'satellite';
  status?: string;
  from?: string;
  until?: string;
  minutes?: number;
  unplanned?: string;
  ordered?: string;
}

/** A telework day that has come so far, written as its counter writes it. */
export async function teleworked(
  t: Pick<Town, 'ledger'>,
  { staff, date, department = 'tax', form = 'home', status = 'closed', ...more }: Day,
): Promise<string> {
  const { from = '08:30', until = '17:15', minutes = 465, unplanned, ordered } = more;
  const caseId = `${staff}/${date}/${from}`;
  const { seq } = (await t.ledger.caseById(caseId)) ?? { seq: 0 };
  const day = { staff, department, date, from, until, form, unit: 'day', minutes, ...(ordered && { ordered }) } as const;
  const takes = !['refused', 'withdrawn', 'expired', 'cancelled', 'missed'].includes(status);
  await t.ledger.append(
    entry(
      caseId,
      seq + 1,
      { name: status },
      {
        procedure: 'telework-day',
        state: { status, ...(unplanned && { unplanned }) },
        summary: { status, department, staff, date },
        ...(takes && { day }),
      },
    ),
  );
  return caseId;
}

/** An event of a case that nobody looks at more closely. */
export async function happens(
  t: Pick<Town, 'ledger'>,
  caseId: string,
  name: string,
  more: Partial<LedgerEntry> & { input?: object } = {},
): Promise<void> {
  const { seq } = (await t.ledger.caseById(caseId)) ?? { seq: 0 };
  const { input = {}, ...rest } = more;
  const answer = await t.ledger.append(entry(caseId, seq + 1, { name, input: { by: 'S4021', as: 'staff:S4021', ...input } }, rest));
  if (answer.refuses) throw new Error(answer.refuses.code);
}

/** Dims in words → value, or value/of. */
export const shown = (cells: readonly FigureCell[]): Record<string, number | string> =>
  Object.fromEntries(
    cells.map(({ dims, value, of }) => [Object.values(dims).join(' ') || 'all', of === undefined ? value : `${value}/${of}`]),
  );
