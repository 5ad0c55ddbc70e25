import type { Capacity, DirectoryPort } from '../activities/directory/port.js';
import type {
  CaseRow,
  CaseSummary,
  EffectMark,
  EventRow,
  LedgerDue,
  LedgerReader,
  WordsPort,
  WordsRef,
} from '../activities/ledger/port.js';
import type { Caller } from './auth.js';

/** Fields that hold a staff number, wherever they stand. */
const personFields: ReadonlySet<string> = new Set([
  'by',
  'staff',
  'borrower',
  'erasedBy',
  'destroyedBy',
  'collectedBy',
  'returnedBy',
  'openedBy',
  'closedBy',
]);
/** What only machines need. */
const hiddenFields: ReadonlySet<string> = new Set(['digest', 'policy', 'urgent']);

/** A person as the directory names them now; without a name where it cannot be asked or knows nobody. */
export interface Person {
  staffNumber: string;
  name?: string;
}

export type ShownDue = LedgerDue & { mine?: true };

export interface ShownCase extends Omit<CaseSummary, 'caseId' | 'staff'> {
  id: string;
  staff: Person;
  seq: number;
  closed: boolean;
  /** How the case stands; free texts and lists only for those who deal with them. */
  state: object;
  due: readonly ShownDue[];
  effects: readonly EffectMark[];
}

export interface ShownEvent {
  seq: number;
  at: string;
  name: string;
  by: Person | 'system';
  as?: string;
  input: object;
}

interface ViewParts {
  ledger: Pick<LedgerReader, 'effects' | 'events'> & WordsPort;
  directory: Pick<DirectoryPort, 'staffMember'>;
}

/** What a caller sees of a case: their part of it, with people's present names. */
export function createViews({ ledger, directory }: ViewParts) {
  const named = async (staffNumber: string): Promise<Person> => {
    const member = await directory.staffMember(staffNumber).catch(() => undefined);
    return { staffNumber, ...(member && { name: member.name }) };
  };

  /** Staff numbers become people, references become their words, or go where the caller is not among those who may read them. */
  async function shown(value: unknown, texts: Readonly<Record<string, string>>): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => shown(item, texts)));
    if (typeof value !== 'object' || value === null) return value;
    if (isWordsRef(value)) return texts[value.row];
    const fields = Object.entries(value).filter(([field]) => !hiddenFields.has(field));
    const entries = fields.map(async ([field, inner]): Promise<[string, unknown]> => {
      if (personFields.has(field) && typeof inner === 'string') return [field, inner === 'system' ? inner : await named(inner)];
      return [field, await shown(inner, texts)];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  const wordsFor = async (row: CaseRow, caller: Caller, value: unknown) => {
    const rows = caller.capacities.some((one) => row.readers.words.includes(one)) ? wordsRows(value) : [];
    return rows.length ? ledger.read(rows) : {};
  };

  return {
    /** Anything without free texts: staff numbers become people. */
    shown: (value: unknown) => shown(value, {}),

    /** The case to one of its readers; `marks`: its effects outside, where they were read with it. */
    async ofCase(row: CaseRow, caller: Caller, marks?: readonly EffectMark[]): Promise<ShownCase> {
      const { caseId, staff, state, due, readers: _readers, ...rest } = row;
      const [texts, effects, person] = await Promise.all([wordsFor(row, caller, state), marks ?? ledger.effects(caseId), named(staff)]);
      return { ...rest, id: caseId, staff: person, state: (await shown(state, texts)) as object, due: dueFor(due, caller), effects };
    },

    async ofEvents(row: CaseRow, events: readonly EventRow[], caller: Caller): Promise<readonly ShownEvent[]> {
      const texts = await wordsFor(row, caller, events);
      return Promise.all(
        events.map(async ({ seq, at, event: { name, input } }) => {
          const { by, as, ...filed } = input;
          const person = by === 'system' ? by : await named(by);
          return { seq, at, name, by: person, ...(as && { as }), input: (await shown(filed, texts)) as object };
        }),
      );
    },

    async ofSummary({ caseId, staff, ...summary }: CaseSummary) {
      return { id: caseId, ...summary, staff: await named(staff) };
    },
  };
}

export type Views = ReturnType<typeof createViews>;

/** Whether one of the caller's capacities is among the case's readers. */
export const mayRead = ({ readers }: CaseRow, { capacities }: Caller): boolean => capacities.some((one) => readers.all.includes(one));

/** What is due, and which of it the caller may take. */
export const dueFor = (due: readonly LedgerDue[], { capacities }: { capacities: readonly Capacity[] }): readonly ShownDue[] =>
  due.map((one) => ('who' in one && capacities.includes(one.who) ? { ...one, mine: true as const } : one));

const isWordsRef = (value: object): value is WordsRef => 'row' in value && 'digest' in value && Object.keys(value).length === 2;

function wordsRows(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return isWordsRef(value) ? [value.row] : Object.values(value).flatMap(wordsRows);
}
