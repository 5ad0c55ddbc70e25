import type { Capacity, DirectoryPort } from '../activities/directory/port.js';
import type {
  CaseRow,
  CaseSummary,
  EffectMark,
  EventRow,
  LedgerDue,
  LedgerReader,
  ProcedureName,
  WordsPort,
  WordsRef,
} from '../activities/ledger/port.js';
import { type Caller, standing } from './auth.js';

/** Fields that hold a staff number, or several, wherever they stand. */
const personFields: ReadonlySet<string> = new Set([
  'by',
  'former',
  'staff',
  'borrower',
  'erasedBy',
  'destroyedBy',
  'collectedBy',
  'returnedBy',
  'openedBy',
  'closedBy',
  'holder',
  'newHolder',
  'declaredBy',
  'endedBy',
  'deputy',
  'onBehalfOf',
  'announcedBy',
  'people',
  'with',
  'present',
  'members',
]);
/** What only machines need. */
const hiddenFields: ReadonlySet<string> = new Set(['digest', 'policy', 'urgent']);
/** Forms: a code in one (`pregnancy`, a carer's home, why somebody is exempt) tells as much as words do; and so does when somebody is on leave. */
const formFields: ReadonlySet<string> = new Set(['form', 'change', 'exemption', 'outcome', 'absent']);
/** Questions that came up and what was answered are for everybody who reads the case. */
const openWords: ReadonlySet<string> = new Set(['text', 'answer', 'questions']);
/** Procedures that are about no person: what is called a form in them is one of telework. */
const impersonal: ReadonlySet<ProcedureName> = new Set(['yearly-review']);

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
  /** 代決: the absent holder of the capacity. */
  onBehalfOf?: Person;
  input: object;
}

/** What of a case somebody may see beside what all its readers do. */
interface Sight {
  forms: boolean;
  /** Words by the row in which they lie. */
  texts: Readonly<Record<string, string>>;
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

  /** Staff numbers become people, references become their words; words and forms go where the caller is not among those who may read them. */
  async function shown(value: unknown, sight: Sight): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => shown(item, sight)));
    if (typeof value !== 'object' || value === null) return value;
    if (isWordsRef(value)) return sight.texts[value.row];
    const fields = Object.entries(value).filter(([field]) => !hiddenFields.has(field) && (sight.forms || !formFields.has(field)));
    const entries = fields.map(async ([field, inner]): Promise<[string, unknown]> => {
      if (personFields.has(field) && typeof inner === 'string') return [field, inner === 'system' ? inner : await named(inner)];
      if (personFields.has(field) && isStrings(inner)) return [field, await Promise.all(inner.map(named))];
      return [field, await shown(inner, sight)];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  const sightOf = async (row: CaseRow, caller: Caller, value: unknown): Promise<Sight> => {
    const narrow = isAmong(row.readers.words, row, caller);
    const rows = wordsRows(value, narrow);
    return { forms: narrow || impersonal.has(row.procedure), texts: rows.length ? await ledger.read(rows) : {} };
  };

  return {
    /** Anything without free texts: staff numbers become people. */
    shown: (value: unknown) => shown(value, { forms: true, texts: {} }),

    /** The case to one of its readers; `marks`: its effects outside, where they were read with it. */
    async ofCase(row: CaseRow, caller: Caller, marks?: readonly EffectMark[]): Promise<ShownCase> {
      const { caseId, staff, state, due, readers: _readers, ...rest } = row;
      const [sight, effects, person] = await Promise.all([sightOf(row, caller, state), marks ?? ledger.effects(caseId), named(staff)]);
      return { ...rest, id: caseId, staff: person, state: (await shown(state, sight)) as object, due: dueFor(due, caller), effects };
    },

    async ofEvents(row: CaseRow, events: readonly EventRow[], caller: Caller): Promise<readonly ShownEvent[]> {
      const sight = await sightOf(row, caller, events);
      return Promise.all(
        events.map(async ({ seq, at, event: { name, input } }) => {
          const { by, as, onBehalfOf, ...filed } = input;
          const person = by === 'system' ? ('system' as const) : await named(by);
          const absent = onBehalfOf === undefined ? undefined : await named(onBehalfOf);
          const who = { by: person, ...(as && { as }), ...(absent && { onBehalfOf: absent }) };
          return { seq, at, name, ...who, input: (await shown(filed, sight)) as object };
        }),
      );
    },

    async ofSummary({ caseId, staff, ...summary }: CaseSummary) {
      return { id: caseId, ...summary, staff: await named(staff) };
    },
  };
}

export type Views = ReturnType<typeof createViews>;

/** Whether the caller is among the case's readers. */
export const mayRead = (row: CaseRow, caller: Caller): boolean => isAmong(row.readers.all, row, caller);

/** One's own capacity is among them; or one in which the caller may now decide something of this case for somebody absent: they see what they may decide. */
const isAmong = (readers: readonly Capacity[], { due }: CaseRow, caller: Caller): boolean =>
  caller.capacities.some((one) => readers.includes(one)) ||
  due.some((one) => 'who' in one && readers.includes(one.who) && standing(caller, one) !== undefined);

/** What is due, and which of it the caller may take, for whom. */
export const dueFor = (due: readonly LedgerDue[], caller: Pick<Caller, 'capacities' | 'acting'>): readonly ShownDue[] =>
  due.map((one) => {
    const mine = 'who' in one ? standing(caller, one) : undefined;
    return mine ? { ...one, mine: true as const } : one;
  });

const isWordsRef = (value: object): value is WordsRef => 'row' in value && 'digest' in value && Object.keys(value).length === 2;

const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');

/** Where the words lie; `all`: not only those that are for everybody. */
function wordsRows(value: unknown, all: boolean): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isWordsRef(value)) return all ? [value.row] : [];
  return Object.entries(value).flatMap(([field, inner]) => wordsRows(inner, all || openWords.has(field)));
}
